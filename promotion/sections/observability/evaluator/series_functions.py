"""Functions of metric math that look at a series as a whole.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. What FILL gives before the
first and after the last value with REPEAT and LINEAR is not documented; here nothing before, and the last one after for
REPEAT.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise

Series = dict[datetime, float]
"""Start of a period to its value; a period without a value is not in it."""
STEPS = ("DIFF", "DIFF_TIME", "RATE")


def filled(series: Series, by: Series | float, moments: Sequence[datetime]) -> Series:
    """Fill periods without a value by a number, or by another series where that has one."""
    made = dict(series)
    for moment in moments:
        if moment not in made and (isinstance(by, float) or moment in by):
            made[moment] = by if isinstance(by, float) else by[moment]
    return dict(sorted(made.items()))


def repeated(series: Series, moments: Sequence[datetime]) -> Series:
    """Fill periods without a value by the one before."""
    made, last = Series(), None
    for moment in sorted({*moments, *series}):
        last = series.get(moment, last)
        if last is not None:
            made[moment] = last
    return made


def linear(series: Series, moments: Sequence[datetime]) -> Series:
    """Fill periods between two values on the line between them."""
    made, known = dict(series), sorted(series)
    for before, after in pairwise(known):
        length = (after - before).total_seconds()
        for moment in moments:
            if before < moment < after:
                share = (moment - before).total_seconds() / length
                made[moment] = series[before] + share * (series[after] - series[before])
    return dict(sorted(made.items()))


def across(combine: Callable[[Sequence[float]], float], several: Sequence[Series]) -> Series:
    """Combine the values of several series, period by period."""
    made = Series()
    for moment in sorted({moment for one in several for moment in one}):
        value = combine([one[moment] for one in several if moment in one])
        if math.isfinite(value):
            made[moment] = value
    return made


def steps(function: str, series: Series) -> Series:
    """Compare each value with the one before: the difference, the seconds between them, or one by the other."""
    made, known = Series(), sorted(series)
    for before, after in pairwise(known):
        seconds, change = (after - before).total_seconds(), series[after] - series[before]
        value = {"DIFF": change, "DIFF_TIME": seconds, "RATE": change / seconds}[function]
        if math.isfinite(value):
            made[after] = value
    return made
