"""Charts that evidence can carry: wherever a value of the record holds an object of one of these shapes, it is drawn.

A look-up puts one of them into what it returns; the record holds it as JSON, with exactly these fields; `chart_data` finds
it by them. The line over minutes with its limit is the `Chart` of `promotion.sections.observability.metrics.chart`. In all
of them a value that was not measured is None, which is drawn as a gap.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Compared:
    """The canary beside its baseline, over the same evenly spaced moments."""

    title: str
    canary: tuple[float | None, ...]
    baseline: tuple[float | None, ...]
    limit: float | None
    unit: str
    """Written behind an amount, with a space if it has one: ` ms`, ` %`."""
    start: str
    end: str
    """Words for the first and the last moment: `T0`, `14:05Z`."""
    marks: tuple[tuple[int, str], ...] = ()
    """Moments with a name, by their number: `(2, "T+2")`."""
    chart: Literal["compared"] = "compared"


@dataclass(frozen=True)
class Budget:
    """What has been spent of an error budget until now."""

    title: str
    spent: tuple[float | None, ...]
    """Cumulative, in percent of the budget, evenly spaced from the start of the period until now."""
    passed: float
    """Share of the period that is over, 0 to 1."""
    before: float | None
    """What had been spent before this deployment, in percent."""
    limit: float
    """In percent: 100, or less where the team stops earlier."""
    unit: str
    start: str
    end: str
    """Words for the ends of the period: `Nov 1`, `Nov 30`."""
    chart: Literal["budget"] = "budget"


@dataclass(frozen=True)
class Bars:
    """One amount for each name."""

    title: str
    values: tuple[tuple[str, float | None], ...]
    limit: float | None
    unit: str
    chart: Literal["bars"] = "bars"
