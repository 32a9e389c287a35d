"""Whether more failed after a moment than before it: an exact test on counts. Pure."""

from dataclasses import dataclass

from promotion.core.statistics.error_rates import worse_than
from promotion.core.statistics.proof import percent
from promotion.sections.postdeploy.counts import Counts


@dataclass(frozen=True)
class Spike:
    """Counts before and after, and how likely their difference is by chance."""

    before: Counts
    after: Counts
    chance: float
    """Of this many failures after or more, were both sides alike: 0 to 1; 1 where either side is empty."""

    def rose(self, chance: float, factor: float) -> bool:
        """Whether more fails now: beyond what chance brings as often, and by more than that factor."""
        return self.chance < chance and self.after.share > factor * self.before.share

    def describe(self) -> str:
        """In a few words."""
        sides = (("before", self.before), ("since", self.after))
        return ", ".join(f"{percent(side.share)} of {side.requests:,} {name}" for name, side in sides)


def spike(before: Counts, after: Counts) -> Spike:
    """Compare two windows (Fisher's exact test, one-sided)."""
    return Spike(before, after, worse_than(after.errors, after.requests, before.errors, before.requests))


def visible_share(before: Counts, requests: int, chance: float) -> float | None:
    """Give the least share of failures that this many requests since would have shown; None if nothing could be.

    That is the least count whose chance is under `chance`, as a share.
    """
    low, high = 0, requests
    if not requests or spike(before, Counts(requests, requests)).chance >= chance:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if spike(before, Counts(requests, middle)).chance < chance:
            high = middle
        else:
            low = middle
    return high / requests


@dataclass(frozen=True)
class PlaceSpike:
    """Failures of one place before and since the deployment."""

    place: str
    spike: Spike
    shared: bool = False
    """Whether requests to other services are counted with the target's: whose failures these are cannot be determined."""
