"""How many samples lie over a limit, as far as percentiles tell.

A percentile of some samples is a place between two of them; which, and how far between, differs by one sample among the
usual definitions (R. J. Hyndman, Y. Fan: Sample quantiles in statistical packages, 1996), and CloudWatch does not say
which is its. One sample either way is therefore allowed for.
"""

from collections.abc import Mapping
from math import ceil, floor


def count_over(
    limit: float, samples: int, maximum: float | None, percentiles: Mapping[float, float]
) -> tuple[int, int]:
    """Give the least and the most samples that can lie over the limit. `percentiles` maps 0 to 100 to its value."""
    least, most = 0, samples
    for percent, value in percentiles.items():
        above = samples * (100 - percent) / 100
        if value <= limit:
            most = min(most, ceil(above) + 1)
        else:
            least = max(least, floor(above) - 1)
    if maximum is not None:
        if maximum <= limit:
            most = 0
        else:
            least = max(least, 1)
    return min(least, most), most
