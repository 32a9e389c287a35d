"""The ids of requests just made, how to ask for them, and where they turned up. Pure.

A service may log the id it was sent, the id that API Gateway or Lambda gave the request, or the trace's: the stock
settings of Powertools for AWS Lambda take the gateway's
(https://docs.aws.amazon.com/powertools/python/latest/core/logger/). So all of them count, the one that was sent first.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from promotion.clients.aws.logs import LogEvent
from promotion.sections.observability.logs.lines import read_line
from promotion.sections.observability.logs.streams import Writers

PATTERN = 1024
"""Characters that a filter pattern of FilterLogEvents may have."""
_GIVEN = ("x-request-id", "apigw-requestid", "x-amzn-requestid")
"""Headers of answers by which others name a request."""
_ROOT = re.compile(r"\bRoot=(1-[0-9a-f]{8}-[0-9a-f]{24})\b")
_USABLE = re.compile(r"[!#-\[\]-~]{8,128}")
"""An id that can be asked for in quotes, and is long enough to be nobody else's."""


@dataclass(frozen=True)
class Name:
    """One of the ids by which a request may be found."""

    kind: str
    """Whose id it is, in words."""
    id: str
    ours: bool = True
    """Whether it was sent with the request; the others are what an answer says, and are not recorded."""


@dataclass(frozen=True)
class Probe:
    """One request that is made so as to be found."""

    correlation_id: str
    """32 hex digits."""
    trace_id: str
    """32 hex digits of W3C Trace Context, the first eight of which are the time, as X-Ray wants them."""

    @classmethod
    def fresh(cls, now: datetime) -> "Probe":
        """Make one that nobody has seen."""
        return cls(secrets.token_hex(16), f"{int(now.timestamp()):08x}{secrets.token_hex(12)}")

    @property
    def _root(self) -> str:
        return f"1-{self.trace_id[:8]}-{self.trace_id[8:]}"

    def headers(self, correlation: str) -> dict[str, str]:
        """Give the headers to send; `correlation` names the one with the correlation id.

        `traceparent` is W3C Trace Context's; a load balancer keeps the Root of X-Amzn-Trace-Id and hands it on
        (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html).
        """
        return {
            correlation: self.correlation_id,
            "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-00",
            "X-Amzn-Trace-Id": f"Root={self._root}",
        }

    def names(self, correlation: str, answer: Mapping[str, str]) -> tuple[Name, ...]:
        """Give every id the request may be found by, the best first. `answer`: headers, names in small letters."""
        given = [Name(f"the {header} of the answer", answer.get(header, ""), ours=False) for header in _GIVEN]
        returned = answer.get(correlation.lower(), "")
        root = _ROOT.search(answer.get("x-amzn-trace-id", ""))
        named = [
            Name(f"the {correlation} sent", self.correlation_id),
            Name(f"the {correlation} of the answer", returned, ours=False),
            *given,
            Name("the trace id sent", self.trace_id),
            Name("the trace id sent", self._root),
            Name("the trace id of the answer", root[1] if root else "", ours=False),
        ]
        first: dict[str, Name] = {}
        for name in named:
            if _USABLE.fullmatch(name.id):
                first.setdefault(name.id, name)
        return tuple(first.values())


def patterns(ids: Iterable[str]) -> Iterator[str]:
    """Give filter patterns that let through events with any of the ids, each as long as it may be.

    In quotes, because a dash outside of them excludes; `?` makes a term one of several
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
    """
    terms: list[str] = []
    for term in (f'?"{one}"' for one in ids):
        if terms and len(" ".join([*terms, term])) > PATTERN:
            yield _any_of(terms)
            terms = []
        terms.append(term)
    if terms:
        yield _any_of(terms)


def _any_of(terms: list[str]) -> str:
    return " ".join(terms) if len(terms) > 1 else terms[0][1:]


@dataclass(frozen=True)
class IdHit:
    """An id found where it should stand."""

    kind: str
    """Whose id it is."""
    id: str
    """Empty if it is not one of those that were sent."""
    stream: str
    at: datetime
    """When the event happened."""


@dataclass(frozen=True)
class Correlation:
    """What became of the ids of requests just made."""

    requests: int
    statuses: Mapping[str, int]
    """HTTP status to how often it was answered."""
    path: str
    waited_s: float
    """Seconds from the last request until the last look."""
    hits: Mapping[str, IdHit]
    """Member to what was found of it."""
    elsewhere: Mapping[str, str]
    """Member to whose id was found on its lines, but not where the correlation id should stand."""
    whole: bool
    """Whether every page of what was asked for was read."""

    @property
    def reached(self) -> bool:
        """Whether any request came through to the service, by its answer."""
        return any(status.isdigit() and int(status) < 400 for status in self.statuses)

    def answered(self) -> str:
        """What the requests were answered, in words."""
        return ", ".join(f"{status} ({count} times)" for status, count in sorted(self.statuses.items()))

    def lost(self, writers: Writers, absent: Sequence[str]) -> list[str]:
        """Each of these members, in whose log no request was found, in words."""
        there = {member: f" ({kind} is elsewhere on its lines)" for member, kind in self.elsewhere.items()}
        return [writers.describe(member) + there.get(member, "") for member in absent]

    def describe(self) -> str:
        """How they were found, in words."""
        kinds = sorted({hit.kind for hit in self.hits.values()})
        return f"found by {', '.join(kinds)} within {self.waited_s:.1f} s" if kinds else "no id found"


@dataclass
class IdSearch:
    """Which ids are looked for, and where they turned up so far."""

    writers: Writers
    expression: str
    """Gives the correlation id of a JSON line."""
    hits: dict[str, IdHit] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    _unseen: list[tuple[Name, ...]] = field(default_factory=list)

    def look_for(self, names: tuple[Name, ...]) -> None:
        """Look for a request by any of its ids."""
        self._unseen.append(names)

    @property
    def ids(self) -> list[str]:
        """What to ask for: every id of the requests that have not turned up."""
        return [name.id for names in self._unseen for name in names]

    @property
    def missing(self) -> tuple[str, ...]:
        """Members that have logged none of the requests yet."""
        return tuple(member for member in self.writers.members if member not in self.hits)

    def take(self, events: Iterable[LogEvent]) -> None:
        """Look through events, whatever the server says they contain."""
        seen: set[int] = set()
        for event in events:
            if not any(name.id in event.message for names in self._unseen for name in names):
                continue
            line = read_line(event.message, self.expression)
            if line.platform:
                continue
            place = line.correlation_id if line.structured else event.message
            for number, names in enumerate(self._unseen):
                if name := _found(names, place):
                    seen.add(number)
                    self._hit(name, event)
                elif name := _found(names, event.message):
                    self._misplaced(name, event)
        self._unseen = [names for number, names in enumerate(self._unseen) if number not in seen]

    def _hit(self, name: Name, event: LogEvent) -> None:
        member = self.writers.writer(event.stream)
        if member is not None:
            self.hits.setdefault(member, IdHit(name.kind, name.id if name.ours else "", event.stream, event.at))

    def _misplaced(self, name: Name, event: LogEvent) -> None:
        member = self.writers.writer(event.stream)
        if member is not None:
            self.elsewhere.setdefault(member, name.kind)


def _found(names: Iterable[Name], text: str) -> Name | None:
    return next((name for name in names if _holds(text, name.id)), None)


def _holds(text: str, wanted: str) -> bool:
    """Whether the text holds the id as a whole: one that goes on is another id."""
    if wanted not in text:
        return False
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(wanted)}(?![0-9A-Za-z])", text) is not None
