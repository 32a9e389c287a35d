"""Whether a canary is slower than the old version in the same minutes: as a whole, above the median, in its tail. Pure.

Three questions, each with a method of its own:

* the whole: the shift between the versions by the minute, and whether noise between minutes explains it
  (`shifts`, `minute_noise`);
* quantiles above the median, the same way (`quantile_ladder`), from the second minute on;
* the tail: how many more requests lie beyond the old version's quantiles once the versions are made level (`tails`).

They are asked when a minute is over. Before the last decision the Bayes factor must be 50, and 200 for a quantile, which
bounds how often that ever happens by chance; what the last decision asks for was set by simulation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from promotion.core.statistics import minute_noise, quantile_ladder, shifts, tails
from promotion.core.statistics.noise_model import Course, Noise
from promotion.core.statistics.proof import percent
from promotion.sections.rollout.minutes import VersionMinutes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EARLY, LAST = 50.0, 4.4
"""Bayes factors that hold a slower version against it, before the last decision and at it."""
QUANTILE_EARLY, QUANTILE_LAST = 200.0, 20.0
"""The same for a quantile: there are three, and their errors are less well known."""
SUSPICIOUS = 1.5
"""A Bayes factor over which it is not called healthy at the last decision."""
LADDER = {0.75: 1.15, 0.9: 1.2, 0.95: 1.25}
"""Quantiles above the median, and the ratio under which a difference is let pass."""
BEYOND = {0.9: (1.25, 1.4), 0.99: (1.5, 2.0)}
"""Quantiles beyond which requests are counted: how many times as many are let pass, and how many must have been seen."""
OVER_COUNT = 0.00135
"""The chance of so many requests beyond the old version's quantile: three standard deviations."""
DOUBTFUL_COUNT = 0.0228
"""The same for a suspicion: two."""
NOTHING = Course((), (), ())


@dataclass(frozen=True)
class LatencyFinding:
    """What durations say. Sentences without a full stop."""

    against: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()
    whole: Course = NOTHING
    """The shift by the minute, of the whole."""
    quantiles: tuple[tuple[float, Course], ...] = ()
    """The same of each quantile."""
    factor: float = 1.0
    """Bayes factor for the whole; 1 where it is not slower at all."""


@dataclass(frozen=True)
class Sides:
    """Both versions by the minute, compared once."""

    canary: tuple["NDArray[np.float64]", ...]
    """Sorted logarithms of users' durations."""
    baseline: tuple["NDArray[np.float64]", ...]
    whole: Course
    quantiles: tuple[tuple[float, Course], ...]

    def until(self, minutes: int) -> "Sides":
        """Leave out what came after so many minutes."""
        return Sides(
            self.canary[:minutes],
            self.baseline[:minutes],
            self.whole.until(minutes - 1),
            tuple((share, course.until(minutes - 1)) for share, course in self.quantiles),
        )


def compare(canary: VersionMinutes, baseline: VersionMinutes) -> Sides:
    """Compare both versions minute by minute; the gate's own requests among themselves."""
    pairs = list(zip(canary.minutes, baseline.minutes, strict=False))
    own = list(zip(canary.own, baseline.own, strict=False))
    mine, theirs = tuple(one.logs for one, _ in pairs), tuple(other.logs for _, other in pairs)
    found = []
    for number in range(max(len(pairs), len(own))):
        parts = [part[number] for part in (pairs, own) if number < len(part)]
        moved = shifts.pooled(*(shifts.shift(one.logs, other.logs) for one, other in parts))
        if moved is not None:
            found.append((number, moved))
    first = found[0][0] if found else 0
    ladder = []
    for share in LADDER:
        steps = [
            (number, moved)
            for number, (one, other) in enumerate(zip(mine, theirs, strict=True))
            if number > first and (moved := quantile_ladder.ratio(one, other, share)) is not None
        ]
        ladder.append((share, _course(steps)))
    return Sides(mine, theirs, _course(found), tuple(ladder))


def judge_latency(
    sides: Sides, noise: Noise, planned: int, slower_by: float, chance: float, *, final: bool
) -> LatencyFinding:
    """Judge whether the canary is slower.

    `slower_by` is the ratio up to which a slower version is let pass, `chance` that of being wrong about a tail.
    """
    against: list[str] = []
    suspicions: list[str] = []
    factor = 1.0
    if (level := rise(sides.whole, slower_by)) is not None:
        factor = minute_noise.bayes_factor(sides.whole, noise, planned)
        proven = factor >= (LAST if final else EARLY)
        if factor >= SUSPICIOUS:
            (against if proven else suspicions).append(
                f"it is slower than the old version in the same minutes, by {percent(exp(level) - 1)} "
                f"({_by_minute(sides.whole)}), {_weighed(factor, proven=proven)}"
            )
    for share, course in sides.quantiles:
        step = rise(course, LADDER[share], first=0)
        if step is None:
            continue
        found = minute_noise.bayes_factor(course, noise, planned, settled=True)
        mine, theirs = _settled(sides)
        chance_of_count = tails.beyond(mine, theirs, [0.0] * len(mine), share).chance(1)
        proven = found >= (QUANTILE_LAST if final else QUANTILE_EARLY) and chance_of_count < OVER_COUNT
        if found >= SUSPICIOUS and chance_of_count < DOUBTFUL_COUNT:
            (against if proven else suspicions).append(
                f"its {100 * share:.0f}th percentile is {exp(step):.2f} times the old version's ({_by_minute(course)}), "
                f"{_weighed(found, proven=proven)}"
            )
    if final:
        for told, proven in _tails(sides, chance):
            (against if proven else suspicions).append(told)
    return LatencyFinding(tuple(against), tuple(suspicions), sides.whole, sides.quantiles, factor)


def rise(course: Course, slower_by: float, first: int = 1) -> float | None:
    """Give how much slower a course is, if that is by more than a ratio, and still so in its newest minute; else None.

    The first minutes do not count: in them a version starts.
    """
    level = course.level(first)
    return level if level is not None and level > log(slower_by) and course.shifts[-1] > 0 else None


def _tails(sides: Sides, chance: float) -> Iterator[tuple[str, bool]]:
    mine, theirs = _settled(sides)
    levels = [
        value
        for value, number in zip(sides.whole.shifts, sides.whole.minutes, strict=True)
        if number in _numbers(sides)
    ]
    for share, (allowed, least) in BEYOND.items():
        tail = tails.beyond(mine, theirs, levels, share)
        if tail.ratio < least:
            continue
        found = tail.chance(allowed)
        if found >= 10 * chance:
            continue
        yield (
            (
                f"{percent(tail.hits / tail.of)} of its requests take longer than {100 * share:.0f} % of the old version's do, "
                f"{percent(tail.their_hits / tail.their_of)} of the old version's themselves, once both are made level"
            ),
            found < chance,
        )


def _numbers(sides: Sides) -> tuple[int, ...]:
    """The minutes that are compared once the first is over, of users' requests."""
    return tuple(
        number
        for number in sides.whole.minutes[1:]
        if number < len(sides.canary) and min(len(sides.canary[number]), len(sides.baseline[number])) >= shifts.FEWEST
    )


def _settled(sides: Sides) -> tuple[list["NDArray[np.float64]"], list["NDArray[np.float64]"]]:
    numbers = _numbers(sides)
    return [sides.canary[number] for number in numbers], [sides.baseline[number] for number in numbers]


def _course(steps: list[tuple[int, shifts.Shift]]) -> Course:
    return Course(
        tuple(moved.value for _, moved in steps),
        tuple(moved.variance for _, moved in steps),
        tuple(number for number, _ in steps),
    )


def _by_minute(course: Course) -> str:
    return ", ".join(f"{100 * (exp(value) - 1):+.0f} %" for value in course.shifts)


def _weighed(factor: float, *, proven: bool) -> str:
    return "which noise between minutes does not explain" if proven else f"{factor:.1f} times as likely as noise"
