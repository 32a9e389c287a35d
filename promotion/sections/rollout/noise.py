"""How large a service's own noise between minutes is, from what its version did before a deployment. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, pi, sqrt

from promotion.core.statistics.minute_noise import learn
from promotion.core.statistics.noise_model import Course, Noise
from promotion.sections.rollout.minutes import Minute

FEWEST = 20
"""Durations of a minute under which its median says nothing."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class MinuteMedian:
    """How long requests took in one minute, by its quartiles."""

    at: datetime
    """Its start."""
    requests: int
    median_ms: float
    quartiles: float
    """The upper quartile by the lower one."""

    @property
    def level(self) -> float:
        """The logarithm of the median."""
        return log(self.median_ms)

    @property
    def variance(self) -> float:
        """Of its level."""
        return median_variance(log(max(self.quartiles, 1.0)), self.requests)


def learn_before(before: Sequence[MinuteMedian], noise: Noise) -> Noise:
    """Learn from minutes before a deployment; what was known is kept where they are too few."""
    enough = [one for one in before if one.requests >= FEWEST and one.median_ms > 0]
    if not enough:
        return noise
    return learn_from_medians([((one.at - enough[0].at) // MINUTE, one.level, one.variance) for one in enough], noise)


def learn_noise(before: Sequence[Minute], noise: Noise) -> Noise:
    """Learn from minutes before a deployment, oldest first; what was known is kept where they are too few."""
    medians = []
    for number, minute in enumerate(before):
        if len(minute.durations_ms) >= FEWEST:
            low, middle, high = (float(minute.logs[int(len(minute.logs) * share)]) for share in (0.25, 0.5, 0.75))
            medians.append((number, middle, median_variance(high - low, len(minute.logs))))
    return learn_from_medians(medians, noise)


def learn_from_medians(medians: Sequence[tuple[int, float, float]], noise: Noise) -> Noise:
    """Learn from the number of each minute, the logarithm of its median, and that one's variance."""
    if not medians:
        return noise
    numbers, values, variances = zip(*medians, strict=True)
    return learn(Course(values, variances, numbers), noise)


def median_variance(quartiles: float, count: int) -> float:
    """Give the variance of a median, of so many values whose quartiles are so far apart.

    That of a normal distribution of that spread, pi / 2 of the mean's (R. McGill, J. W. Tukey, W. A. Larsen: Variations
    of box plots, The American Statistician 32, 1978, widen it for others).
    """
    spread = max(quartiles, log(1.02)) / 1.349
    return (sqrt(pi / 2) * spread) ** 2 / count
