"""A fleet against what was recorded of it when it did well, where nothing old runs beside it at the same time. Pure.

Counts against counts. The recorded histogram gives two marks: so many times its median that a fleet whose median lies
there is plainly slower, and its 99th percentile. Counted is how many answers took longer, and Fisher's exact test tells
whether that is chance. It is asked at every look, but the counts come by the minute, so that it is not asked often.
What was no better in the minutes before the deployment is not the new image's doing: the record is of another day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from promotion.core.statistics.error_rates import worse_than
from promotion.core.statistics.proof import percent
from promotion.sections.observability.baseline.record import Histogram, TargetMeasurement, quantile
from promotion.sections.rollout.pooled_canary import ALIKE
from promotion.settings.rollout import RecordedBaseline

MEDIAN, TAIL = 0.5, 0.99


@dataclass(frozen=True)
class FleetOutcome:
    """What a fleet did in a span of time."""

    requests: int
    failed: int
    timed: int = 0
    """Answers of which is known how long they took."""
    over: tuple[int, ...] = ()
    """How many of them took longer than each of the marks."""


@dataclass
class Beside:
    """What a comparison says. Sentences without a full stop."""

    against: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """What is worse than recorded, and was so before the deployment."""
    seen: list[str] = field(default_factory=list)


def marks(latency: Histogram, how: RecordedBaseline) -> tuple[float, float]:
    """Give the durations in milliseconds over which answers are counted. ValueError without a duration."""
    return how.slower_by * quantile(latency, MEDIAN), quantile(latency, TAIL)


def compare_with_baseline(
    now: FleetOutcome, before: FleetOutcome, recorded: TargetMeasurement, how: RecordedBaseline, chance: float
) -> Beside:
    """Hold a fleet to its record. `chance` is that of being wrong about a fleet that does as it did.

    `over` of both must have been counted at the record's own marks.
    """
    found = Beside()
    for one in (_failures(now, before, recorded, how), *_durations(now, before, recorded, how)):
        if not one.is_worse(chance):
            continue
        told = f"{percent(one.now.share)} of {one.now.of:,} {one.what}; {percent(one.recorded.share)} did when that was recorded"
        if one.was_so_before:
            found.doubtful.append(
                f"{told}; but before the deployment it was {percent(one.before.share)}: a rollback would not fix it"
            )
        else:
            found.against.append(told)
    if now.timed:
        found.seen.append(
            f"{percent(now.over[-1] / now.timed)} of {now.timed:,} answers took longer than the recorded 99th "
            f"percentile of {marks(recorded.latency, how)[-1]:.3g} ms; the limit is {percent(how.slow_share)}"
        )
    return found


@dataclass(frozen=True)
class _Count:
    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True)
class _Compared:
    what: str
    now: _Count
    before: _Count
    recorded: _Count
    bearable: float
    """The share up to which a difference is not plain."""

    def is_worse(self, chance: float) -> bool:
        """Whether it is plainly worse than recorded, and not by chance."""
        plain = bool(self.now.of) and self.now.share > self.bearable
        return plain and worse_than(self.now.hits, self.now.of, self.recorded.hits, self.recorded.of) < chance

    @property
    def was_so_before(self) -> bool:
        """Whether it was alike in the minutes before the deployment, or most of the difference was there already."""
        if not self.before.of:
            return False
        excess, earlier = self.now.share - self.recorded.share, self.before.share - self.recorded.share
        alike = worse_than(self.now.hits, self.now.of, self.before.hits, self.before.of) >= ALIKE
        return alike or earlier >= excess / 2


def _failures(now: FleetOutcome, before: FleetOutcome, recorded: TargetMeasurement, how: RecordedBaseline) -> _Compared:
    usual = _Count(min(recorded.errors, recorded.requests), recorded.requests)
    return _Compared(
        "requests failed",
        _Count(now.failed, now.requests),
        _Count(before.failed, before.requests),
        usual,
        min(how.fails_by * usual.share, 1.0),
    )


def _durations(
    now: FleetOutcome, before: FleetOutcome, recorded: TargetMeasurement, how: RecordedBaseline
) -> Iterator[_Compared]:
    latency = recorded.latency
    total = sum(count for _, count in latency)
    # Where half of the answers take longer than so many times the median, the median is so many times as long.
    names = (f"{how.slower_by:g} times the recorded median", "the recorded 99th percentile")
    bearable = (1 - MEDIAN, how.slow_share)
    for place, mark in enumerate(marks(latency, how)):
        yield _Compared(
            f"answers took longer than {mark:.3g} ms, {names[place]}",
            _Count(now.over[place], now.timed),
            _Count(before.over[place], before.timed),
            _Count(_over(latency, mark), total),
            bearable[place],
        )


def _over(latency: Histogram, bound: float) -> int:
    """Count what may have taken longer: all of the bin that a bound lies in."""
    return sum(count for upper, count in latency if upper > bound)
