"""What a log was found to hold: how fresh each writer's events are, and how many carry a correlation id. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from promotion.sections.observability.logs.streams import Writers

_NAMED = 4
"""How many members are spoken of one by one in a few words."""
_IN_SECONDS = 120
"""Spans shorter than this are told in seconds."""


@dataclass(frozen=True)
class MemberLog:
    """What one version or instance logged, as far as it was read."""

    events: int = 0
    newest: datetime | None = None
    newest_stream: str = ""
    application: int = 0
    """Events that are the application's, not the platform's."""
    unstructured: int = 0
    """Those of them that are not JSON."""
    identified: int = 0
    """Those of them that carry an id."""
    whole: bool = True
    """Whether nothing younger than the limit was left unread."""

    @property
    def lacking(self) -> int:
        """Application events without an id."""
        return self.application - self.identified


@dataclass(frozen=True)
class Constant:
    """An id that stands for most requests: it is the same whoever asks."""

    place: str
    """`the log`, or the stream."""
    events: int
    """Events that carry it."""
    of: int
    """Events that carry any."""

    def describe(self) -> str:
        """In words."""
        return f"{self.events:,} of {self.of:,} events with an id in {self.place} have the same one"


@dataclass(frozen=True)
class LogSample:
    """The newest events of a target's log, newest first, as many as are needed."""

    group: str
    since: datetime
    """Events before were not looked at."""
    until: datetime
    """When it was looked at."""
    complete: bool
    """Whether all events since then were read; else the newest."""
    pages: int
    members: Mapping[str, MemberLog]
    distinct: int = 0
    """Different ids."""
    constant: tuple[Constant, ...] = ()
    others: int = 0
    """Events of nobody who must write now: versions and instances that were replaced."""
    lag_p95_s: float | None = None
    """Seconds within which CloudWatch Logs took 95 of 100 events in, by their own times; None without any."""

    @property
    def application(self) -> int:
        """Events of the application."""
        return sum(member.application for member in self.members.values())

    @property
    def lacking(self) -> int:
        """Those without an id."""
        return sum(member.lacking for member in self.members.values())

    @property
    def unstructured(self) -> int:
        """Those that are not JSON."""
        return sum(member.unstructured for member in self.members.values())

    @property
    def identified(self) -> int:
        """Those with an id."""
        return sum(member.identified for member in self.members.values())

    def age_minutes(self, member: str) -> float | None:
        """How old a member's newest event is; None if there is none."""
        newest = self.members[member].newest
        return None if newest is None else max((self.until - newest).total_seconds() / 60, 0.0)

    def is_fresh(self, member: str, minutes: float) -> bool:
        """Whether a member's newest event is younger than this many minutes."""
        age = self.age_minutes(member)
        return age is not None and age < minutes

    def lacks(self, share: float) -> bool:
        """Whether too many events carry no id, whatever those say that are not there yet."""
        return self.lacking > (1 - share) * max(self.application, fewest(share)) + 1e-9

    def describe(self, writers: Writers, minutes: float) -> str:
        """How fresh each member's log is, in words; if there are many, of those that are not."""
        late = [name for name in self.members if not self.is_fresh(name, minutes)]
        named = late if len(self.members) > _NAMED else list(self.members)
        ages = ((name, self.age_minutes(name)) for name in named)
        said = [f"{writers.describe(name)}: " + ("none" if age is None else f"{age:.1f} min ago") for name, age in ages]
        good = f"{len(self.members) - len(late)} of {len(self.members)} younger than {minutes:g} min"
        lag = "" if self.lag_p95_s is None else f" · 95 % ingested within {self.lag_p95_s:g} s"
        return (", ".join(said) if len(self.members) <= _NAMED else "; ".join([good, *said[:_NAMED]])) + lag

    def silence(self, writers: Writers, member: str) -> str:
        """What is wrong with a member that logged nothing of late, in words."""
        age = self.age_minutes(member)
        if age is not None:
            stream = self.members[member].newest_stream
            return f"the newest event of {writers.describe(member)} is {age:.0f} min old (stream {stream})"
        old = f", {self.others:,} from replaced versions or instances" if self.others else ""
        return f"{writers.describe(member)} has no event in {self._span}{old}"

    def extent(self) -> str:
        """How many events were read, and of what time."""
        rest = "" if self.complete else " (the rest was not read)"
        platform = sum(member.events for member in self.members.values()) - self.application
        beside = f" and {platform:,} of the platform" if platform and not self.application else ""
        return f"{self.application:,} application events out of the last {self._span}{beside}{rest}"

    @property
    def _span(self) -> str:
        """How long it was looked at: `100 s`, `4.3 min`, `30 min`."""
        seconds = (self.until - self.since).total_seconds()
        return f"{seconds:.0f} s" if seconds < _IN_SECONDS else f"{round(seconds / 60, 1):g} min"


def fewest(share: float) -> int:
    """Events from which on a single one without an id does not break the share: 100 for 0.99. At least 20."""
    return max(ceil(round(1 / (1 - share), 6)), 20) if share < 1 else 20
