"""Statistics over the samples of one period.

Definitions: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html. A lower bound is
exclusive, an upper one inclusive; `tm99` is `TM(:99%)`. How CloudWatch interpolates percentiles is not documented: here
the smallest sample that so many are not above.
"""

import re
from collections.abc import Callable, Sequence

from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable

Sample = tuple[float, float]
"""A value, and how often it was seen."""
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_SHORT = re.compile(r"(tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
_LONG = re.compile(r"(TM|WM|TC|TS|PR)\((\d*\.?\d*%?):(\d*\.?\d*%?)\)")
_ENOUGH = 10
"""How many samples must lie beyond a percentile for it to be statistically significant."""


def statistic(name: str, samples: Sequence[Sample]) -> float | None:
    """Compute a statistic; None without samples. Raises NotEvaluable for one that is not known."""
    kept = sorted((value, count) for value, count in samples if count > 0)
    if name in _BASIC:
        return _BASIC[name](kept) if kept else None
    if found := _PERCENTILE.fullmatch(name):
        return _percentile(kept, float(found[1])) if kept else None
    if found := _SHORT.fullmatch(name):
        return _bounded(found[1].upper(), kept, "", f"{found[2]}%")
    if (found := _LONG.fullmatch(name)) and (found[2] or found[3]):
        return _bounded(found[1], kept, found[2], found[3])
    raise NotEvaluable(f"the statistic {name or 'of an alarm that names none'}")


def samples_needed(name: str) -> float:
    """Give how many samples EvaluateLowSampleCountPercentile=ignore asks for; 0 for any other statistic than a percentile.

    10/(1-p) from the median on, 10/p below it:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html.
    """
    found = _PERCENTILE.fullmatch(name)
    if found is None:
        return 0.0
    share = float(found[1]) / 100
    tail = 1 - share if share >= 0.5 else share
    return _ENOUGH / tail if tail > 0 else float("inf")


def _sum(samples: Sequence[Sample]) -> float:
    return sum(value * count for value, count in samples)


def _count(samples: Sequence[Sample]) -> float:
    return sum(count for _, count in samples)


def _percentile(samples: Sequence[Sample], percent: float) -> float:
    wanted = sum(count for _, count in samples) * percent / 100
    seen = 0.0
    for value, count in samples:
        seen += count
        if seen >= wanted - 1e-9:
            return value
    return samples[-1][0]


def _bounded(kind: str, samples: Sequence[Sample], low: str, high: str) -> float | None:
    if not samples:
        return None
    total = _count(samples)
    if "%" in low + high:
        kept = _between_ranks(samples, _share(low, 0.0) * total, _share(high, 1.0) * total)
    else:
        floor, ceiling = float(low or "-inf"), float(high or "inf")
        kept = [(value, count) for value, count in samples if floor < value <= ceiling]
    inside = sum(count for _, count in kept)
    match kind:
        case "TC":
            return inside
        case "TS":
            return _sum(kept)
        case "PR":
            return 100 * inside / total
    if not kept or inside <= 0:
        return None
    if kind == "TM":
        return _sum(kept) / inside
    least, most = kept[0][0], kept[-1][0]
    return sum(min(max(value, least), most) * count for value, count in samples) / total


def _share(bound: str, otherwise: float) -> float:
    return float(bound.rstrip("%")) / 100 if bound else otherwise


def _between_ranks(samples: Sequence[Sample], first: float, last: float) -> list[Sample]:
    kept, seen = list[Sample](), 0.0
    for value, count in samples:
        inside = min(seen + count, last) - max(seen, first)
        seen += count
        if inside > 1e-9:
            kept.append((value, inside))
    return kept


_BASIC: dict[str, Callable[[Sequence[Sample]], float | None]] = {
    "SampleCount": _count,
    "Sum": _sum,
    "Average": lambda kept: _sum(kept) / _count(kept),
    "Minimum": lambda kept: kept[0][0],
    "Maximum": lambda kept: kept[-1][0],
    "IQM": lambda kept: _bounded("TM", kept, "25%", "75%"),
}
