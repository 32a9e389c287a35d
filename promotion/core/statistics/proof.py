"""Whether counts prove that a share is under a limit, prove that it is over it, or prove nothing yet."""

from dataclasses import dataclass

from promotion.core.statistics.binomial import lower_bound, upper_bound


@dataclass(frozen=True)
class Proof:
    """What `hits` of `of` prove about the true share. Shares are 0 to 1."""

    hits: int
    """The most there can have been."""
    of: int
    limit: float
    confidence: float
    lower: float
    """The true share is over this, with the confidence."""
    upper: float
    """The true share is under this, with the confidence."""
    wanted: int
    """How many more, all without a hit, would prove that the share is under the limit. 0 if it is proven."""

    @property
    def broken(self) -> bool:
        """Whether the limit is proven broken."""
        return self.lower > self.limit

    @property
    def kept(self) -> bool:
        """Whether the limit is proven kept."""
        return self.upper < self.limit

    def describe(self) -> str:
        """The bound that decides, in a few words: `at most 0.09 % with 95 % confidence`."""
        bound, word = (self.lower, "at least") if self.broken else (self.upper, "at most")
        return f"{word} {percent(bound)} with {percent(self.confidence)} confidence"


def prove(hits: int, of: int, limit: float, confidence: float, *, at_least: int | None = None) -> Proof:
    """Judge a share by counts. `at_least` is given where `hits` is only the most there can have been.

    Raises ValueError for counts that cannot be.
    """
    upper = upper_bound(hits, of, confidence)
    return Proof(
        hits=hits,
        of=of,
        limit=limit,
        confidence=confidence,
        lower=lower_bound(hits if at_least is None else at_least, of, confidence),
        upper=upper,
        wanted=0 if upper < limit else requests_wanted(hits, limit, confidence) - of,
    )


def requests_wanted(hits: int, limit: float, confidence: float) -> int:
    """Give the least number of requests among which so many hits prove that the share is under the limit."""
    enough = hits + 1
    while upper_bound(hits, enough, confidence) >= limit:
        enough *= 2
    short = enough // 2
    while enough - short > 1:
        middle = (short + enough) // 2
        if middle > hits and upper_bound(hits, middle, confidence) < limit:
            enough = middle
        else:
            short = middle
    return enough


def percent(share: float) -> str:
    """Write a share as people do: `0.1 %`, two digits that count at least."""
    return f"{100 * share:.3g} %"
