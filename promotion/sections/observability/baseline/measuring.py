"""What a target does in a window, out of CloudWatch: counts, and a histogram of how long requests took. Pure.

Trimmed counts `TC(:x)` say how many took at most x; what lies between two of them is a bin
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html).
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from promotion.clients.aws.cloudwatch.query import Query
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.sections.observability.baseline.record import BINS_PER_DECADE, TargetMeasurement
from promotion.sections.observability.baseline.window import Whole
from promotion.sections.observability.metrics.errors import count_errors
from promotion.sections.observability.metrics.liveness import SETTLED
from promotion.sections.observability.metrics.signals import LatencyMetric, counts, key_of
from promotion.sections.observability.metrics.units import MS_PER_UNIT, in_unit
from promotion.unknown import Reason, Unknown

MOST_BINS = 100
"""Bins of a place: 1 ms to 100 s."""


def ranges(target: Whole) -> Iterator[Query]:
    """Ask between which bounds the durations lie, how many there are, and how many requests failed."""
    for place in target.failures:
        yield from counts(target.name, place)
    for times in target.times:
        for stat in ("Minimum", "Maximum", "SampleCount"):
            yield Query(_whole(target, times, stat), times.metric, stat, whole=True)


def bins(target: Whole, look: MetricsLook, limit_ms: float) -> Iterator[Query]:
    """Ask how many durations lie under each bound, of a place that had any."""
    for times in target.times:
        for bound in [*_bounds(target, times, look), limit_ms]:
            stat = _stat(times, bound)
            yield Query(_whole(target, times, stat), times.metric, stat, whole=True)


def measured(target: Whole, first: MetricsLook, second: MetricsLook, limit_ms: float) -> TargetMeasurement:
    """Put together what two calls told. Raises Unknown, no-data, where nothing was measured, and malformed."""
    worst = [count_errors(target.name, place, first) for place in target.failures if not place.shared]
    requests = max((one.requests for one in worst), default=0)
    if not requests:
        raise Unknown(
            Reason.NO_DATA,
            f"CloudWatch counts no request to {target.name} from {first.window.describe()}: check whether it "
            "receives traffic",
        )
    found: dict[float, int] = {}
    over = 0
    for times in target.times:
        samples = round(first.series[_whole(target, times, "SampleCount")].one() or 0)
        if not samples:
            continue
        before, slack, bound = 0, samples * SETTLED, 0.0  # that trimmed counts are exact, AWS does not say
        for bound in _bounds(target, times, first):
            under = _under(target, times, second, bound)
            if under < before - slack or under > samples + slack:
                raise Unknown(
                    Reason.MALFORMED, f"CloudWatch's trimmed counts of {times.metric.describe()} contradict each other"
                )
            under = min(max(under, before), samples)
            if under > before:
                found[bound] = found.get(bound, 0) + under - before
            before = under
        if before < samples - slack:
            raise Unknown(
                Reason.MALFORMED,
                f"CloudWatch's trimmed counts of {times.metric.describe()} add up to {before:,} of {samples:,}: it "
                "may not offer them for this metric; run again",
            )
        if before < samples:
            found[bound] = found.get(bound, 0) + samples - before
        over += max(samples - _under(target, times, second, limit_ms), 0)
    if not found:
        raise Unknown(Reason.NO_DATA, f"CloudWatch has no durations of {target.name}: find out why")
    return TargetMeasurement(
        requests=requests,
        errors=max(min(one.failed, one.requests) for one in worst),
        sources={f"{one.place} {name}": count for one in worst for name, count in one.parts.items() if count},
        latency=tuple(sorted(found.items())),
        limit_ms=limit_ms,
        over_limit=over,
    )


def bounds(low_ms: float, high_ms: float) -> Sequence[float]:
    """Give the upper bounds of the bins that durations between two lie in, in milliseconds."""
    first = floor(log10(max(low_ms, 0.1)) * BINS_PER_DECADE)
    last = ceil(log10(max(high_ms, 0.1)) * BINS_PER_DECADE)
    if last - first >= MOST_BINS:
        first = last - MOST_BINS + 1
    found = [round(10 ** (step / BINS_PER_DECADE), 4) for step in range(first, last + 1)]
    # Rounded, the last may lie a hair under the longest duration.
    return found if found[-1] >= high_ms else [*found, round(10 ** ((last + 1) / BINS_PER_DECADE), 4)]


def _bounds(target: Whole, times: LatencyMetric, look: MetricsLook) -> Sequence[float]:
    low, high = (look.series[_whole(target, times, stat)].one() for stat in ("Minimum", "Maximum"))
    if low is None or high is None:
        return ()
    unit = MS_PER_UNIT[times.metric.namespace, times.metric.name]
    return bounds(low * unit, high * unit)


def _under(target: Whole, times: LatencyMetric, look: MetricsLook, bound: float) -> int:
    # Where nothing lies in its range, a trimmed count may come as no value.
    return round(look.series[_whole(target, times, _stat(times, bound))].one() or 0)


def _stat(times: LatencyMetric, bound_ms: float) -> str:
    return f"TC(:{in_unit(times.metric, bound_ms)})"


def _whole(target: Whole, times: LatencyMetric, stat: str) -> str:
    return f"{key_of(target.name, times.metric, stat)} whole"
