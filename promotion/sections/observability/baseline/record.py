"""One baseline record: what was measured in a steady window, bound to an image and to the record before it.

Counts and a histogram are kept, not only percentiles: those of two windows cannot be compared, nor added up.
"""

import hashlib
from collections.abc import Mapping, Sequence
from math import ceil, log10
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from promotion.core.canonical_json import sorted_json
from promotion.settings.strict import Strict

SCHEMA: Final = "promotion-checklist/baseline/v1"
BINS_PER_DECADE = 20
"""Histogram bins are 12 % wide: finer than what anybody would call slower."""


def _sorted(bins: tuple[tuple[float, int], ...]) -> tuple[tuple[float, int], ...]:
    bounds = [upper for upper, _ in bins]
    if bounds != sorted(set(bounds)):
        raise ValueError("the bins of the histogram are not in order")
    return bins


Histogram = Annotated[tuple[tuple[float, int], ...], AfterValidator(_sorted)]
"""Upper bound in milliseconds and count, in order; a bin begins where the one before it ends."""


class TargetMeasurement(Strict):
    """What one target did in the window."""

    requests: int = Field(ge=0)
    errors: int = Field(ge=0)
    sources: dict[str, int] = Field(default_factory=dict)
    """Where the errors were counted: function errors, throttles, 5xx of targets and of the edge."""
    latency: Histogram
    limit_ms: float = Field(gt=0)
    over_limit: int = Field(ge=0)


class Baseline(Strict):
    """How the service did with one image."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Literal["promotion-checklist/baseline/v1"] = Field(default=SCHEMA, alias="schema")
    service: str
    digest: str = Field(pattern="^sha256:[0-9a-f]{64}$")
    start: AwareDatetime
    end: AwareDatetime
    targets: dict[str, TargetMeasurement] = Field(min_length=1)
    written_at: AwareDatetime
    written_by: str = ""
    previous: str | None = None
    """SHA-256 of the record before this one; None for the first."""
    loosened_by: str | None = None
    """Who agreed to a baseline that is worse than the one before by more than the ratchet lets pass."""

    def text(self) -> str:
        """As it is kept: JSON with sorted keys, one line."""
        return sorted_json(self.model_dump(mode="json", by_alias=True)) + "\n"

    def sha256(self) -> str:
        """Of `text`, in hexadecimal."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def histogram(durations: Sequence[tuple[float, int]]) -> Histogram:
    """Put durations in milliseconds, each with how often it came, into bins that grow by a fixed factor."""
    bins: dict[float, int] = {}
    for duration, count in durations:
        upper = round(10 ** (ceil(log10(max(duration, 0.1)) * BINS_PER_DECADE) / BINS_PER_DECADE), 4)
        bins[upper] = bins.get(upper, 0) + count
    return tuple(sorted(bins.items()))


def quantile(bins: Histogram, share: float) -> float:
    """Give the upper bound of the bin in which a quantile lies. ValueError without a duration."""
    total = sum(count for _, count in bins)
    if not total:
        raise ValueError("there is no duration to take a quantile of")
    passed = 0
    for upper, count in bins:
        passed += count
        if passed >= share * total:
            return upper
    return bins[-1][0]


def parse_baseline(tree: Mapping[str, Any]) -> Baseline:
    """Read a record. pydantic's ValidationError for one that is none."""
    return Baseline.model_validate(tree)
