"""Whether the service is back at its baseline: shown to be alike, which is more than no difference being shown. Pure.

Errors: not worse than the recorded share by an exact test, with the limit not broken. Latency: the 90 % interval of the
ratio of medians (bootstrap, from a fixed seed) lies inside of the bounds: two one-sided tests at 5 % (Schuirmann 1987).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promotion.core.statistics.error_rates import worse_than
from promotion.core.statistics.proof import percent, prove
from promotion.sections.observability.baseline.record import Histogram, TargetMeasurement

if TYPE_CHECKING:
    import numpy as np

MEDIAN_BOUNDS = (0.85, 1.15)
CHANCE = 0.01
REQUESTS, DURATIONS = 300, 600
DRAWS = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Likeness:
    """How one target compares."""

    problems: tuple[str, ...]
    """Where it differs."""
    doubts: tuple[str, ...]
    """What there is too little of to tell."""
    ratio: tuple[float, float] | None
    """The interval of the ratio of medians."""


def alike(name: str, now: TargetMeasurement, baseline: TargetMeasurement, error_rate: float) -> Likeness:
    """Compare what a target does now with its baseline."""
    ratio = median_ratio(now.latency, baseline.latency)
    return Likeness(tuple(_problems(name, now, baseline, error_rate, ratio)), tuple(_doubts(name, now, ratio)), ratio)


def _problems(
    name: str, now: TargetMeasurement, baseline: TargetMeasurement, error_rate: float, ratio: tuple[float, float] | None
) -> Iterator[str]:
    if now.requests and worse_than(now.errors, now.requests, baseline.errors, baseline.requests) < CHANCE:
        yield (
            f"{name} fails {percent(now.errors / now.requests)} of {now.requests:,} requests, compared with "
            f"{percent(baseline.errors / max(baseline.requests, 1))} in its baseline"
        )
    elif now.requests and prove(now.errors, now.requests, error_rate, CONFIDENCE).broken:
        yield f"{name} fails {now.errors:,} of {now.requests:,} requests, over {percent(error_rate)}"
    if ratio is not None and (ratio[0] > MEDIAN_BOUNDS[1] or ratio[1] < MEDIAN_BOUNDS[0]):
        yield f"{name}'s median duration is {ratio[0]:.2f} to {ratio[1]:.2f} times that of its baseline"


def _doubts(name: str, now: TargetMeasurement, ratio: tuple[float, float] | None) -> Iterator[str]:
    if now.requests < REQUESTS:
        yield f"{name} had {now.requests:,} requests since; {REQUESTS:,} are needed to compare"
    counted = sum(count for _, count in now.latency)
    if counted < DURATIONS or ratio is None:
        yield f"the durations of {counted:,} requests of {name} are known; {DURATIONS:,} are needed to compare"
    elif not _inside(ratio) and not (ratio[0] > MEDIAN_BOUNDS[1] or ratio[1] < MEDIAN_BOUNDS[0]):
        low, high = MEDIAN_BOUNDS
        yield (
            f"{name}'s median duration is {ratio[0]:.2f} to {ratio[1]:.2f} times that of its baseline; to be "
            f"equal, both must lie between {low:g} and {high:g}: run again with more requests"
        )


def _inside(ratio: tuple[float, float]) -> bool:
    return MEDIAN_BOUNDS[0] <= ratio[0] and ratio[1] <= MEDIAN_BOUNDS[1]


def median_ratio(now: Histogram, baseline: Histogram) -> tuple[float, float] | None:
    """Give the 90 % interval of the ratio of medians, by drawing both histograms again; None if either is empty."""
    import numpy as np

    if not sum(count for _, count in now) or not sum(count for _, count in baseline):
        return None
    random = np.random.default_rng(20)
    mine, theirs = (_medians(bins, random) for bins in (now, baseline))
    low, high = np.quantile(mine / theirs, (0.05, 0.95))
    return float(low), float(high)


def _medians(bins: Histogram, random: "np.random.Generator") -> "np.ndarray":
    """Draw as many durations as there were, many times, and give each time's median, interpolated inside of its bin."""
    import numpy as np

    uppers = np.array([upper for upper, _ in bins])
    lowers = np.concatenate(([uppers[0] / 10 ** (1 / 20)], uppers[:-1]))
    lowers = np.maximum(lowers, uppers / 10 ** (1 / 20))
    counts = np.array([count for _, count in bins], dtype=float)
    total = int(counts.sum())
    drawn = random.multinomial(total, counts / counts.sum(), size=DRAWS)
    passed = np.cumsum(drawn, axis=1)
    place = np.argmax(passed >= total / 2, axis=1)
    before = np.where(place > 0, passed[np.arange(DRAWS), np.maximum(place - 1, 0)], 0)
    inside = np.maximum(drawn[np.arange(DRAWS), place], 1)
    part = (total / 2 - before) / inside
    medians: np.ndarray = lowers[place] + part * (uppers[place] - lowers[place])
    return medians
