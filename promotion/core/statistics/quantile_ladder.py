"""Quantiles above the median: how far those of one side lie above the other's in the same minute. Pure.

Where one request in five is slow the median knows nothing of them. Standard errors are Woodruff's: the confidence interval
of a share, carried over to the durations at its ends (R. S. Woodruff: Confidence intervals for medians and other position
measures, Journal of the American Statistical Association 47, 1952); of its two halves the longer one, since a quantile
between two modes may jump to either.
"""

from typing import TYPE_CHECKING

from promotion.core.statistics.shifts import Shift

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ABOVE = 5
"""Durations that must lie above a quantile, on each side, for it to say anything."""
LEAST_ERROR = 0.01


def ratio(mine: "NDArray[np.float64]", theirs: "NDArray[np.float64]", share: float) -> Shift | None:
    """Give the difference of a quantile; None where a side has too few above it.

    Both are logarithms of durations in one unit, sorted; `share` of them lies under the quantile.
    """
    if min(len(mine), len(theirs)) * (1 - share) < ABOVE:
        return None
    here, error = _quantile(mine, share)
    there, other = _quantile(theirs, share)
    return Shift(here - there, max(error**2 + other**2, LEAST_ERROR**2))


def _quantile(values: "NDArray[np.float64]", share: float) -> tuple[float, float]:
    count = len(values)
    deviation = (share * (1 - share) / count) ** 0.5
    low, middle, high = (_at(values, share + step * deviation) for step in (-1, 0, 1))
    return middle, max(middle - low, high - middle)


def _at(values: "NDArray[np.float64]", share: float) -> float:
    """Read a quantile off between two values (Hyndman and Fan's definition 5)."""
    place = min(max(share * len(values) - 0.5, 0.0), len(values) - 1.0)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return float(values[below] + (values[above] - values[below]) * (place - below))
