"""Durations of a canary: beside those of the version it is to replace, and against the limit. Pure.

Cold starts are taken out before: a new version has more of them, whatever its code is like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

FEWEST = 30
"""Durations on each side under which the normal form of the rank test is not relied upon (Mann and Whitney 1947)."""


@dataclass(frozen=True)
class LatencyShift:
    """How durations of one side lie beside those of the other."""

    chance: float
    """Of ranks like these or higher, were both sides alike: Mann-Whitney, one-sided, corrected for ties. 0 to 1."""
    ratio: float
    """Median of this side by that of the other."""


def shift(durations: Sequence[float], others: Sequence[float]) -> LatencyShift | None:
    """Compare raw durations, in any one unit; None if either side has too few."""
    import numpy as np
    from scipy.stats import mannwhitneyu

    if min(len(durations), len(others)) < FEWEST:
        return None
    mine, theirs = np.asarray(durations, dtype=float), np.asarray(others, dtype=float)
    middle, other_middle = float(np.median(mine)), float(np.median(theirs))
    if mine.min() == mine.max() == theirs.min() == theirs.max():
        return LatencyShift(1.0, 1.0)
    found = mannwhitneyu(mine, theirs, alternative="greater", method="asymptotic")
    return LatencyShift(
        float(found.pvalue), middle / other_middle if other_middle > 0 else float("inf") if middle else 1.0
    )


def detectable_ratio(
    durations: Sequence[float], others: Sequence[float], chance: float, power: float = 0.9
) -> float | None:
    """Give the rise of the median that would have been found with this traffic, as a ratio; None if nothing could be.

    From the variance of the rank statistic (Noether, "Sample Size Determination for Some Common Nonparametric Tests",
    JASA 1987), with durations taken as log-normal, as spread as the other side's middle half.
    """
    import numpy as np
    from scipy.stats import norm

    if min(len(durations), len(others)) < FEWEST:
        return None
    many, most = len(durations), len(others)
    distance = (norm.ppf(1 - chance) + norm.ppf(power)) * sqrt((many + most + 1) / (12 * many * most))
    if distance >= 0.5:
        return None
    low, high = np.quantile(np.asarray(others, dtype=float), (0.25, 0.75))
    spread = float(np.log(high / low)) / (2 * norm.ppf(0.75)) if low > 0 else 0.0
    return exp(sqrt(2) * spread * float(norm.ppf(0.5 + distance)))


def slow_share_chance(slow: int, of: int, share: float) -> float:
    """Give the chance of this many slow ones or more, were their true share `share` (exact binomial)."""
    from scipy.stats import binom

    return float(binom.sf(slow - 1, of, share)) if of else 1.0
