"""Over how much of a budget's time requests were counted: what nobody counted may have failed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONG = timedelta(days=1)
"""A night without a request is not a gap, a day is."""


@dataclass(frozen=True)
class CoverageGap:
    """A span of time in which no request was counted."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.end - self.start

    def describe(self) -> str:
        """In a few words."""
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}Z"


def gaps(counted: Iterable[datetime], start: datetime, end: datetime, period: timedelta) -> tuple[CoverageGap, ...]:
    """Give the gaps from `start` to `end`; `counted` are the starts of the periods in which there were requests."""
    found = []
    last = start
    for moment in [*sorted(one for one in counted if start <= one < end), end]:
        if moment - last >= LONG:
            found.append(CoverageGap(last, moment))
        last = moment + period
    return tuple(found)


def covered(found: Sequence[CoverageGap], start: datetime, end: datetime) -> float:
    """Give the share of the time from `start` to `end`, 0 to 1, that is in no gap."""
    return 1 - sum((gap.length for gap in found), timedelta()) / (end - start)
