"""Count the newest events of a log as they come. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from promotion.clients.aws.logs import LogEvent
from promotion.sections.observability.logs.lines import read_line
from promotion.sections.observability.logs.sample import Constant, LogSample, MemberLog, fewest
from promotion.sections.observability.logs.streams import Writers


class EventCounter:
    """Counts events as they come, so that none need be kept."""

    def __init__(self, writers: Writers, expression: str, share: float) -> None:
        """`expression` gives the id of a JSON line; `share` is the least share of events that must carry one."""
        self._writers = writers
        self._expression = expression
        self._fewest = fewest(share)
        self._members = {member: MemberLog() for member in writers.members}
        self._ids: dict[str, dict[str, _Span]] = {}
        self._others = 0
        self._lags: list[float] = []
        self.pages = 0

    @property
    def application(self) -> int:
        """Events of the application counted so far."""
        return sum(member.application for member in self._members.values())

    def unheard(self, since: datetime) -> tuple[str, ...]:
        """Members of whom no event since then has come."""
        return tuple(name for name, member in self._members.items() if member.newest is None or member.newest < since)

    def add(self, events: Iterable[LogEvent]) -> None:
        """Count a page."""
        self.pages += 1
        for event in events:
            writer = self._writers.writer(event.stream)
            if writer is None:
                self._others += 1
            else:
                self._lags.append(max((event.ingested - event.at).total_seconds(), 0.0))
                self._members[writer] = self._counted(self._members[writer], event)

    def hear(self, events: Iterable[LogEvent]) -> None:
        """Take note of how fresh a page's events are, without counting what they carry."""
        self.pages += 1
        for event in events:
            writer = self._writers.writer(event.stream)
            if writer is not None:
                self._members[writer] = _heard(self._members[writer], event)

    def leave(self, member: str) -> None:
        """Say that younger events of a member may have been left unread."""
        self._members[member] = replace(self._members[member], whole=False)

    def sample(self, since: datetime, until: datetime, *, complete: bool) -> LogSample:
        """Give what was counted."""
        return LogSample(
            group=self._writers.group,
            since=since,
            until=until,
            complete=complete,
            pages=self.pages,
            members=dict(self._members),
            distinct=len({text for ids in self._ids.values() for text in ids}),
            constant=self._constant(),
            others=self._others,
            lag_p95_s=round(sorted(self._lags)[ceil(0.95 * len(self._lags)) - 1], 1) if self._lags else None,
        )

    def _counted(self, member: MemberLog, event: LogEvent) -> MemberLog:
        line = read_line(event.message, self._expression)
        member = replace(_heard(member, event), events=member.events + 1)
        if line.platform:
            return member
        if line.correlation_id:
            span = self._ids.setdefault(event.stream, {}).setdefault(line.correlation_id, _Span(event.at, event.at))
            span.take(event.at)
        return replace(
            member,
            application=member.application + 1,
            unstructured=member.unstructured + (not line.structured),
            identified=member.identified + bool(line.correlation_id),
        )

    def _constant(self) -> tuple[Constant, ...]:
        """Find an id that most events carry, from nearly the first to nearly the last: in the log, or in a stream.

        A request may well log most lines of a quiet minute, but not all through the window. An id that a warm Lambda
        environment keeps from its first request is constant in that environment's stream alone.
        """
        whole: dict[str, _Span] = {}
        for ids in self._ids.values():
            for text, span in ids.items():
                whole.setdefault(text, _Span(span.first, span.last)).join(span)
        places = {"the log": whole, **self._ids} if len(self._ids) > 1 else {"the log": whole}
        found = [(place, ids, _stuck(ids, self._fewest)) for place, ids in places.items()]
        return tuple(
            Constant(place, stuck, sum(span.events for span in ids.values())) for place, ids, stuck in found if stuck
        )


@dataclass
class _Span:
    """How many events carry an id, and from when to when."""

    first: datetime
    last: datetime
    events: int = 0

    def take(self, at: datetime) -> None:
        self.first, self.last, self.events = min(self.first, at), max(self.last, at), self.events + 1

    def join(self, other: "_Span") -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.events += other.events


def _stuck(ids: Mapping[str, _Span], least: int) -> int:
    """How many events carry the one id that is constant; 0 if none is, or too few events tell."""
    total = sum(span.events for span in ids.values())
    if total < least:
        return 0
    common = max(ids.values(), key=lambda span: span.events)
    lasted = max(span.last for span in ids.values()) - min(span.first for span in ids.values())
    return common.events if common.events * 2 > total and (common.last - common.first) * 2 >= lasted else 0


def _heard(member: MemberLog, event: LogEvent) -> MemberLog:
    if member.newest is not None and event.seen_by <= member.newest:
        return member
    return replace(member, newest=event.seen_by, newest_stream=event.stream)
