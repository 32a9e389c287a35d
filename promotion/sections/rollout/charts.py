"""How a canary went beside its baseline, as charts: evenly spaced from T0 on, the last part as long as it is. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import quantiles

from promotion.core.evidence_types import Compared
from promotion.sections.rollout.invocations import Invocation

MOST = 120
"""Moments of a chart."""
FEWEST = 5
"""Invocations of a moment under which nothing is drawn of their durations."""

Value = Callable[[Sequence[Invocation]], float | None]


def charts(
    target: str,
    sides: tuple[Mapping[str, Invocation], Mapping[str, Invocation]],
    span: tuple[datetime, datetime],
    step: timedelta,
    marks: Mapping[str, datetime],
    limits: tuple[float, float],
) -> Iterator[Compared]:
    """Draw requests, failures and durations of a target's new version beside its old one.

    `limits` are the share of errors and the duration in milliseconds that the version is held to; `marks` name moments.
    """
    start, end = span
    step = max(step, (end - start) / MOST)
    canary, baseline = (_parts(side, start, end, step) for side in sides)
    if not canary:
        return
    named = tuple((int((moment - start) / step), name) for name, moment in marks.items() if moment <= end)
    whole, last = (round(part.total_seconds(), 1) for part in (step, end - start - (len(canary) - 1) * step))
    # Counts of a part that is shorter than the others cannot be told from fewer requests, unless it is said.
    shorter = f", last {last:g} s" if last < whole else ""

    def compared(title: str, value: Value, limit: float | None, unit: str) -> Compared:
        return Compared(
            title=f"{title} of {target}, new version beside old",
            canary=tuple(map(value, canary)),
            baseline=tuple(map(value, baseline)),
            limit=limit,
            unit=unit,
            start="T0",
            end=f"{end:%H:%M:%S}Z{shorter}",
            marks=tuple((min(place, len(canary) - 1), name) for place, name in named),
        )

    yield compared(f"Requests in {whole:g} s", lambda found: float(len(found)), None, "")
    yield compared("Failed requests", _failed, 100 * limits[0], " %")
    yield compared("Median duration", _median, None, " ms")
    yield compared("99th percentile of durations", _p99, limits[1], " ms")


def _parts(side: Mapping[str, Invocation], start: datetime, end: datetime, step: timedelta) -> list[list[Invocation]]:
    # A step is a whole number of microseconds, so that MOST of them may leave some over: they are no part.
    parts: list[list[Invocation]] = [[] for _ in range(min(ceil((end - start) / step), MOST))]
    for one in side.values():
        if start <= one.at < end:
            parts[min(int((one.at - start) / step), len(parts) - 1)].append(one)
    return parts


def _failed(found: Sequence[Invocation]) -> float | None:
    return float(f"{100 * sum(one.failed for one in found) / len(found):.4g}") if found else None


def _warm(found: Sequence[Invocation]) -> list[float]:
    return [one.ms for one in found if one.start_ms is None]


def _median(found: Sequence[Invocation]) -> float | None:
    warm = _warm(found)
    return round(quantiles(warm, n=2, method="inclusive")[0], 1) if len(warm) >= FEWEST else None


def _p99(found: Sequence[Invocation]) -> float | None:
    warm = _warm(found)
    return round(quantiles(warm, n=100, method="inclusive")[98], 1) if len(warm) >= FEWEST else None
