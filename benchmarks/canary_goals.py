"""What the judge of a canary is to reach: which streams, at which traffic, how often."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.canary_streams import AR

RATES = (0.2, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
"""Requests a second of the whole service."""


@dataclass(frozen=True)
class Goal:
    """How often a decision must be made, or may be at most, at some rates. Shares are 0 to 1."""

    decision: str
    share: float
    at: tuple[float, ...] = RATES
    at_most: bool = False

    def is_met(self, share: float) -> bool:
        """Whether a share is as it is to be."""
        return share <= self.share if self.at_most else share >= self.share

    def __str__(self) -> str:
        return f"{self.decision} {'≤' if self.at_most else '≥'} {100 * self.share:g} %"


def _from(rate: float) -> tuple[float, ...]:
    return tuple(one for one in RATES if one >= rate)


def _most(share: float) -> tuple[Goal, ...]:
    return (Goal("no-go", share, at_most=True),)


_GOOD = (*_most(0.01), Goal("go", 0.95, _from(10)))
GOALS: Mapping[str, tuple[Goal, ...]] = {
    "good": _GOOD,
    "good, two modes": _GOOD,
    "good, own requests": (*_most(0.01), Goal("go", 0.95, _from(1))),
    "at the limit of errors": _most(0.05),
    AR: _most(0.02),
    f"{AR}, own requests": _most(0.02),
    "noise of 20 % a version": _most(0.05),
    "noise of 20 % on both alike": _most(0.02),
    "ramp 1.15 to 1.35 on both": _most(0.02),
    "10 % cold starts": _most(0.02),
    "cache warms for 60 s": _most(0.02),
    "three times as slow at first, for 20 s": _most(0.02),
    "dependency ten times as slow on both": _most(0.02),
    "5 % errors on both": _most(0.02),
    "3 % errors": (Goal("no-go", 0.98, _from(10)),),
    "slower by 30 %": (Goal("no-go", 0.92, (10.0,)), Goal("no-go", 0.99, _from(30))),
    "twice as slow": (Goal("no-go", 0.99, _from(10)),),
    "twice as slow from minute 3": (Goal("no-go", 0.99, _from(10)),),
    "one route in 100 fails": (Goal("no-go", 0.9, _from(100)),),
    "20 % twice as slow": (Goal("no-go", 0.9, _from(100)),),
    "three times as many over p99": (Goal("no-go", 0.9, _from(100)),),
    "10 % errors from minute 4": (Goal("no-go", 0.95, _from(100)),),
    "3 % errors from minute 4": (Goal("no-go", 0.9, _from(100)),),
}
