"""What a search of a log found, counted and placed, without a byte of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from promotion.sections.security.leaks.buffers import LogPosition
from promotion.sections.security.leaks.match import SecretHit
from promotion.unknown import Reason

STREAMS = 10_000
"""How many streams, and how many different texts, are told apart for each rule."""


@dataclass(frozen=True)
class LeakPlace:
    """One place that holds a secret or a part of one; never its text."""

    stream: str
    event: str
    """The id of the event, or of the first of several."""
    at: datetime
    """When that happened."""
    offset: int
    """Of the first byte in the event's message, as UTF-8."""
    length: int
    """In bytes."""
    form: str
    """How a known value was written (`base64`, `url`, …), or what a pattern rests on."""
    fingerprint: str
    """The same for the same text in one run; by a key that nobody has after it."""


@dataclass(frozen=True)
class Leak:
    """Everything that one rule found in a log group."""

    kind: Literal["known", "pattern"]
    rule: str
    """The secret's name and its field, or the id of the pattern."""
    times: int
    texts: int
    """How many different ones, as far as they are told apart."""
    streams: int
    forms: tuple[str, ...]
    first: datetime
    last: datetime
    findings: tuple[LeakPlace, ...]
    """The first of them."""


@dataclass(frozen=True)
class Unsearched:
    """Something that was not searched, or not in full."""

    reason: Reason
    message: str


@dataclass(frozen=True)
class LeakSearch:
    """What was searched in a log group, what was found there, and what was not searched."""

    group: str
    since: datetime
    until: datetime
    events: int
    size: int
    """Bytes of their messages."""
    streams: int
    values: int
    """How many secret values were looked for."""
    rules: int
    """How many patterns."""
    engine: str
    """What patterns were looked for with: `hyperscan` or `re`."""
    leaks: tuple[Leak, ...] = ()
    doubts: tuple[Unsearched, ...] = ()
    unused: tuple[str, ...] = ()
    """Allow-list entries that let nothing through here."""

    def describe(self) -> str:
        """What was searched, in a few words."""
        minutes = (self.until - self.since).total_seconds() / 60
        idle = f"; not needed: {', '.join(self.unused)}" if self.unused else ""
        return (
            f"{self.events:,} events of {minutes:,.0f} min, {self.size / 1e6:,.1f} MB; {self.values} values and "
            f"{self.rules} patterns searched for{idle}"
        )


@dataclass
class _Counted:
    times: int = 0
    first: int = 0
    last: int = 0
    streams: set[str] = field(default_factory=set)
    forms: dict[str, None] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    kept: list[LeakPlace] = field(default_factory=list)


class LeakCollector:
    """Counts findings as they come. However many there are, it keeps the first of each rule."""

    def __init__(self, keep: int) -> None:
        """`keep` is how many findings of each rule are kept with their places."""
        self._keep = keep
        self._by_rule: dict[tuple[Literal["known", "pattern"], str], _Counted] = {}

    def add(self, hit: SecretHit, place: LogPosition, fingerprint: str) -> None:
        """Take note of one."""
        counted = self._by_rule.setdefault((hit.kind, hit.rule), _Counted(first=place.at, last=place.at))
        counted.times += 1
        counted.first, counted.last = min(counted.first, place.at), max(counted.last, place.at)
        if hit.form:
            counted.forms[hit.form] = None
        for known, new in ((counted.streams, place.stream), (counted.texts, fingerprint)):
            if len(known) < STREAMS:
                known.add(new)
        if len(counted.kept) < self._keep:
            at, length = _moment(place.at), hit.end - hit.start
            counted.kept.append(LeakPlace(place.stream, place.event, at, place.offset, length, hit.form, fingerprint))

    def leaks(self) -> tuple[Leak, ...]:
        """Give what was found: known values first, then by rule."""
        return tuple(_leak(kind, rule, self._by_rule[kind, rule]) for kind, rule in sorted(self._by_rule))

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each rule found something so far."""
        return {rule: counted.times for (_, rule), counted in self._by_rule.items()}


def _leak(kind: Literal["known", "pattern"], rule: str, counted: _Counted) -> Leak:
    return Leak(
        kind=kind,
        rule=rule,
        times=counted.times,
        texts=len(counted.texts),
        streams=len(counted.streams),
        forms=tuple(sorted(counted.forms)),
        first=_moment(counted.first),
        last=_moment(counted.last),
        findings=tuple(counted.kept),
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
