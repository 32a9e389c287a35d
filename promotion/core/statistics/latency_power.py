"""How likely a slower version would have been found, with the traffic and the noise of a watch. Pure.

Courses are drawn as they would be with harm of a ratio (`minute_noise.draw`) and judged as the watched one is.
"""

from dataclasses import dataclass
from math import log, pi

from promotion.core.statistics import minute_noise
from promotion.core.statistics.noise_model import Course, Noise

RATIOS = (1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0)
"""Harms of which it is said from which on they would have been found."""
LONGEST = 30
"""Minutes up to which it is looked how long a watch would have to be."""


@dataclass(frozen=True)
class Bar:
    """What a course must reach to be held against a version."""

    factor: float
    """Bayes factor."""
    slower_by: float
    """Ratio over which its mean must be."""
    settled: bool = False
    """Whether the first minute has been left out of the course."""


def chance_found(course: Course, noise: Noise, planned: int, bar: Bar, ratio: float) -> float:
    """Give the chance that a version slower by a ratio would be found, in minutes as precise and as noisy as these."""
    import numpy as np

    first = 0 if bar.settled else 1
    if len(course.minutes) <= first:
        return 0.0
    likely = minute_noise.sizes(course, noise, planned, settled=bar.settled)
    drawn = minute_noise.draw(course, likely, ratio)
    factors = minute_noise.bayes_factors(drawn, course, noise, planned, settled=bar.settled)
    weights = 1 / np.asarray(course.variances[first:])
    levels = drawn[:, first:] @ weights / weights.sum()
    found = (factors >= bar.factor) & (levels > log(bar.slower_by)) & (drawn[:, -1] > 0)
    return float(found.mean())


def least_found(course: Course, noise: Noise, planned: int, bar: Bar, chance: float) -> float | None:
    """Give the least of `RATIOS` that would be found with a chance; None if none would."""
    return next((ratio for ratio in RATIOS if chance_found(course, noise, planned, bar, ratio) >= chance), None)


def times_as_many(course: Course, noise: Noise, planned: int, bar: Bar, ratio: float, chance: float) -> float | None:
    """Give how many times as many requests a minute would find a ratio with a chance; None if noise hides it however many."""
    for times in (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0):
        more = course._replace(variances=tuple(one / times for one in course.variances))
        if chance_found(more, noise, planned, bar, ratio) >= chance:
            return times
    return None


def minutes_for(course: Course, noise: Noise, bar: Bar, ratio: float, chance: float) -> int | None:
    """Give how many minutes of such traffic and noise would find a ratio with a chance; None if thirty would not."""
    if not course.minutes:
        return None
    mean = len(course.variances) / sum(1 / one for one in course.variances)
    for minutes in range(len(course.minutes) + 1, LONGEST + 1):
        longer = Course((0.0,) * minutes, (mean,) * minutes, tuple(range(minutes)))
        if chance_found(longer, noise, minutes, bar, ratio) >= chance:
            return minutes
    return None


def expected(canary_requests: float, baseline_requests: float, spread: float, minutes: int) -> Course:
    """Give a course as it is to be expected, without harm.

    Of so many requests a minute on either side, durations log-normal with a standard deviation of their logarithms of
    `spread` (G. E. Noether: Sample size determination for some common nonparametric tests, JASA 82, 1987).
    """
    variance = spread**2 * pi / 3 * (1 / canary_requests + 1 / baseline_requests)
    return Course((0.0,) * minutes, (variance,) * minutes, tuple(range(minutes)))
