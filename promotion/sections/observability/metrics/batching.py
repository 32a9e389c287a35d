"""Questions about different windows, asked in one call.

GetMetricData takes one StartTime for all queries of a call, and periods start there
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html). So the call reaches so far back
that every period ends where its window does, and what lies before a query's own window is left out of its answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import lcm

from promotion.clients.aws.cloudwatch.query import Query
from promotion.clients.aws.cloudwatch.series import MetricsLook, Series
from promotion.clients.aws.cloudwatch.window import MINUTE, Window

LONGEST = timedelta(hours=6)
"""How far back a call may reach. Values of minutes that nobody wants are paid for with time."""


@dataclass(frozen=True)
class Part:
    """Queries about one window."""

    queries: Sequence[Query]
    window: Window

    @property
    def with_fixed_periods(self) -> list[Query]:
        """The queries as they are asked in a longer window than theirs."""
        return [replace(query, whole=False, period=query.period_in(self.window)) for query in self.queries]

    def own(self, look: MetricsLook) -> MetricsLook:
        """Take the answers to these queries out of all that were given, and what was before the window out of them."""
        found = {query.key: within(look.series[query.key], self.window) for query in self.queries}
        return MetricsLook(self.window, found, look.messages)


def grouped(parts: Sequence[Part]) -> list[list[Part]]:
    """Put parts that can be asked together into one group: as few groups as `joint` has a window for."""
    short = [part for part in parts if part.window.minutes * MINUTE <= LONGEST]
    long = [[part] for part in parts if part not in short]
    if joint(short) is None:
        return [[part] for part in parts]
    return [short, *long]


def joint(parts: Sequence[Part]) -> Window | None:
    """Give the shortest window in which all these parts can be asked at once; None if it would be too long.

    Raises ValueError unless all their windows end at the same time: no answer may hold minutes that its window has not.
    """
    if not parts:
        return None
    (end,) = {part.window.end for part in parts}
    periods = {query.period_in(part.window) for part in parts for query in part.queries}
    step = lcm(*(-(-period // 60) for period in periods))
    minutes = -(-max(part.window.minutes for part in parts) // step) * step
    return Window(end - minutes * MINUTE, end) if minutes * MINUTE <= LONGEST else None


def within(series: Series, window: Window) -> Series:
    """Leave out what was measured before a window."""
    kept = [
        (moment, value) for moment, value in zip(series.times, series.values, strict=True) if moment >= window.start
    ]
    return replace(series, times=tuple(moment for moment, _ in kept), values=tuple(value for _, value in kept))
