"""How many more requests than at the other version lie beyond its quantile, once the versions are made level. Pure.

Each minute's durations are first divided by the shift between the versions in that minute (`shifts`), so that noise which
makes a whole version slower for some minutes is taken out; what is left is the shape. All durations are counted, never a
sample of them: what lies beyond the 99th percentile is rare.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Tail(NamedTuple):
    """Requests beyond the other side's quantile, of all of them, on either side."""

    hits: int
    of: int
    their_hits: int
    their_of: int

    @property
    def ratio(self) -> float:
        """How many times the other side's share this side's is; infinite where the other has none."""
        theirs = self.their_hits / self.their_of if self.their_of else 0.0
        mine = self.hits / self.of if self.of else 0.0
        return mine / theirs if theirs else float("inf") if mine else 1.0

    def chance(self, allowed: float) -> float:
        """Give the chance of so many hits or more on this side if its share were `allowed` times the other's.

        Exact: given how many there are on both sides, those of this side are binomial (J. Przyborowski, H. Wilenski:
        Homogeneity of results in testing samples from Poisson series, Biometrika 31, 1940).
        """
        from scipy.stats import binom

        if not self.of or not self.their_of:
            return 1.0
        share = allowed * self.of / (allowed * self.of + self.their_of)
        return float(binom.sf(self.hits - 1, self.hits + self.their_hits, share))


def beyond(
    mine: Sequence["NDArray[np.float64]"],
    theirs: Sequence["NDArray[np.float64]"],
    levels: Sequence[float],
    share: float,
) -> Tail:
    """Count what lies beyond the other side's quantile of its own minute, over minutes.

    Both are sorted logarithms of durations, minute by minute; `levels` is the shift between the sides in each.
    """
    import numpy as np

    hits = of = their_hits = their_of = 0
    for here, there, level in zip(mine, theirs, levels, strict=True):
        place = min(int(share * len(there)), len(there) - 1)
        mark = there[place]
        hits += len(here) - int(np.searchsorted(here, mark + level, "right"))
        their_hits += len(there) - int(np.searchsorted(there, mark, "right"))
        of, their_of = of + len(here), their_of + len(there)
    return Tail(hits, of, their_hits, their_of)
