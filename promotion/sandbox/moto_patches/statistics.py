"""CloudWatch's statistics over the samples of one period.

Definitions: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
A lower bound is exclusive, an upper one inclusive. CloudWatch does not say how it interpolates percentiles; here it is
linear.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

_BASIC = {"Sum", "Average", "Minimum", "Maximum", "SampleCount"}
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_SHORT = re.compile(r"(tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
_LONG = re.compile(r"(TM|WM|TC|TS|PR)\((\d*\.?\d*%?):(\d*\.?\d*%?)\)")


class UnknownStatisticError(ValueError):
    """CloudWatch has no statistic of that name."""


class StatisticSet(NamedTuple):
    """What is left of samples that were summed up before they were sent."""

    sum: float
    samples: float
    minimum: float
    maximum: float


@dataclass
class Samples:
    """The samples of one period: values with how often each was seen, and statistic sets."""

    values: list[tuple[float, float]] = field(default_factory=list)
    sets: list[StatisticSet] = field(default_factory=list)
    _kept: "tuple[tuple[int, int], _Distribution] | None" = field(default=None, repr=False, compare=False)
    """The distribution of this many values and sets: dear to make, and often asked for again."""

    def add(self, values: Iterable[tuple[float, float]]) -> None:
        """Take more values in."""
        self.values.extend(values)

    def __bool__(self) -> bool:
        return bool(self.values or self.sets)

    @property
    def count(self) -> float:
        """How many samples there are."""
        return sum(count for _, count in self.values) + sum(one.samples for one in self.sets)

    @property
    def sum(self) -> float:
        """Their sum."""
        return sum(value * count for value, count in self.values) + sum(one.sum for one in self.sets)

    def statistic(self, name: str) -> float | None:
        """Give a statistic by CloudWatch's name for it; None where it cannot be had of these samples.

        Percentiles and their kin need every value: a statistic set that stands for several different ones hides them,
        and negative values have none.

        Raises:
            UnknownStatisticError: there is no such statistic.

        """
        if name in _BASIC:
            return self._basic(name)
        kind, low, high = parse(name)
        if any(one.samples > 1 and one.minimum != one.maximum for one in self.sets):
            return None
        distribution = self._distribution()
        if distribution.values[0] < 0:
            return None
        return _bounded(kind, distribution, low, high)

    def _distribution(self) -> "_Distribution":
        size = (len(self.values), len(self.sets))
        if self._kept is None or self._kept[0] != size:
            self._kept = (size, _Distribution(self.values + [(one.minimum, one.samples) for one in self.sets]))
        return self._kept[1]

    def _basic(self, name: str) -> float:
        match name:
            case "Sum":
                return self.sum
            case "SampleCount":
                return self.count
            case "Average":
                return self.sum / self.count
            case "Minimum":
                return min([value for value, _ in self.values] + [one.minimum for one in self.sets])
            case _:
                return max([value for value, _ in self.values] + [one.maximum for one in self.sets])


class Bound(NamedTuple):
    """One side of a range: a number, or a percentile."""

    number: float
    percent: bool


def known(name: str) -> bool:
    """Whether CloudWatch has a statistic of that name."""
    try:
        return name in _BASIC or bool(parse(name))
    except UnknownStatisticError:
        return False


def parse(name: str) -> tuple[str, Bound | None, Bound | None]:
    """Read the name of a statistic with bounds: its kind in capitals (P for a percentile), lower and upper bound."""
    if name == "IQM":
        return "TM", Bound(25, percent=True), Bound(75, percent=True)
    if found := _PERCENTILE.fullmatch(name):
        return "P", None, Bound(float(found[1]), percent=True)
    if found := _SHORT.fullmatch(name):
        return found[1].upper(), None, Bound(float(found[2]), percent=True)
    found = _LONG.fullmatch(name)
    if not found or found[2] == found[3] == "" or (found[1] == "PR" and "%" in name):
        raise UnknownStatisticError(f"The value {name} is not a statistic.")
    low, high = (Bound(float(text.rstrip("%")), "%" in text) if text else None for text in found.group(2, 3))
    return found[1], low, high


class _Distribution:
    """Weighted values in order, and what can be read off them."""

    def __init__(self, values: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(values)
        self.values: Sequence[float] = [value for value, _ in ordered]
        self.counts: Sequence[float] = [count for _, count in ordered]
        self.ranks = list(accumulate(self.counts))
        """How many samples are at or below each value."""

    @property
    def total(self) -> float:
        return self.ranks[-1]

    def percentile(self, percent: float) -> float:
        position = percent / 100 * (self.total - 1)
        below = self._at(int(position))
        above = self._at(int(position) + 1)
        return below + (above - below) * (position % 1)

    def between(self, floor: float | None, ceiling: float | None) -> float:
        """Count the samples over a floor and up to a ceiling."""
        return max(self._up_to(ceiling, self.total) - self._up_to(floor, 0), 0)

    def _up_to(self, bound: float | None, otherwise: float) -> float:
        if bound is None:
            return otherwise
        place = bisect_right(self.values, bound)
        return self.ranks[place - 1] if place else 0

    def _at(self, index: int) -> float:
        return self.values[min(bisect_right(self.ranks, index), len(self.values) - 1)]


def _bounded(kind: str, samples: _Distribution, low: Bound | None, high: Bound | None) -> float:
    if kind == "P":
        assert high
        return samples.percentile(high.number)
    floor, ceiling = (
        None if bound is None else samples.percentile(bound.number) if bound.percent else bound.number
        for bound in (low, high)
    )
    if kind in ("TC", "PR"):
        count = samples.between(floor, ceiling)
        return count if kind == "TC" else 100 * count / samples.total
    pairs = list(zip(samples.values, samples.counts, strict=True))
    if kind == "WM":
        return sum(_clamp(value, floor, ceiling) * count for value, count in pairs) / samples.total
    inside = [(v, n) for v, n in pairs if (floor is None or v > floor) and (ceiling is None or v <= ceiling)]
    count, total = sum(n for _, n in inside), sum(v * n for v, n in inside)
    return total if kind == "TS" else total / count if count else 0.0


def _clamp(value: float, floor: float | None, ceiling: float | None) -> float:
    raised = value if floor is None else max(value, floor)
    return raised if ceiling is None else min(raised, ceiling)
