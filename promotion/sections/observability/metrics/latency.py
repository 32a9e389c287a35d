"""How long requests took: how many of them took longer than the limit, which is what a 99th percentile claims.

"p99 under 1000 ms" says that less than one in a hundred took longer. That share has an exact test, and counts add up
over minutes and places; percentiles do neither.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from promotion.clients.aws.cloudwatch.query import Query
from promotion.clients.aws.cloudwatch.series import MetricsLook, Series
from promotion.core.statistics.percentiles import count_over
from promotion.core.statistics.proof import Proof, prove
from promotion.sections.observability.metrics.chart import Chart, by_minute
from promotion.sections.observability.metrics.liveness import SETTLED, require_requests
from promotion.sections.observability.metrics.signals import LatencyMetric, key_of
from promotion.sections.observability.metrics.units import in_unit, milliseconds
from promotion.unknown import Reason, Unknown

SHARE = 0.01
"""What a 99th percentile leaves over."""
PERCENTILES = (90.0, 95.0, 98.0, 99.0, 99.5, 99.9)


@dataclass(frozen=True)
class Latency:
    """How long the requests of one place took, over the whole window."""

    place: str
    samples: int
    p99_ms: float
    over: int
    """How many took longer than the limit; the most there can have been, where that is all that is known."""
    over_at_least: int
    counted_by: str
    """What the count comes from."""


@dataclass(frozen=True)
class LatencyLook:
    """How long the requests of a target took."""

    limit_ms: float
    window: str
    places: tuple[Latency, ...]
    """Those that had requests."""
    chart: Chart
    edge_p99_ms: float | None = None
    """What callers waited for, cold starts included, where that is measured elsewhere. Shown, not judged."""
    minutes: int = 0
    """How long the window is; 0 where that was not kept."""

    def proof(self, confidence: float) -> Proof:
        """What all places together prove of the share of slow requests."""
        return prove(
            sum(place.over for place in self.places),
            sum(place.samples for place in self.places),
            SHARE,
            confidence,
            at_least=sum(place.over_at_least for place in self.places),
        )

    def describe(self) -> str:
        """What was measured, in a few words."""
        slowest = max(place.p99_ms for place in self.places)
        samples = sum(place.samples for place in self.places)
        most = sum(place.over for place in self.places)
        least = sum(place.over_at_least for place in self.places)
        over = f"{most:,}" if least == most else f"{least:,} to {most:,}"
        edge = ""
        if self.edge_p99_ms is not None:
            slow = ", over the limit by what Duration leaves out: cold starts, or the API" * (
                slowest <= self.limit_ms < self.edge_p99_ms
            )
            edge = f" · callers wait {self.edge_p99_ms:.0f} ms{slow}"
        return f"p99 {slowest:.0f} ms of {self.limit_ms:g} ms · {over} of {samples:,} over it{edge}"


def queries(name: str, times: LatencyMetric, limit_ms: float) -> Iterator[Query]:
    """Ask how long the requests of one place of the target `name` took."""
    metric = times.metric
    for stat in _whole(times, limit_ms):
        yield Query(f"{key_of(name, metric, stat)} whole", metric, stat, whole=True)
    yield Query(key_of(name, metric, "p99"), metric, "p99")
    yield Query(key_of(name, times.requests, "Sum"), times.requests, "Sum")


def edge_query(name: str, edge: LatencyMetric) -> Query:
    """Ask how long callers of the target `name` waited."""
    return Query(f"{key_of(name, edge.metric, 'p99')} whole", edge.metric, "p99", whole=True)


def _whole(times: LatencyMetric, limit_ms: float) -> tuple[str, ...]:
    bound = in_unit(times.metric, limit_ms)
    return ("SampleCount", "Maximum", f"TC({bound}:)", f"PR(:{bound})", *(f"p{one:g}" for one in PERCENTILES))


def latency(
    name: str,
    places: tuple[LatencyMetric, ...],
    look: MetricsLook,
    limit_ms: float,
    max_age: timedelta,
    edge: LatencyMetric | None = None,
) -> LatencyLook:
    """Read what was measured of a target. Raises Unknown where it is unknown.

    `edge` is where it is measured how long callers wait, if anywhere.
    """
    alive = [times for times in places if look.series[key_of(name, times.requests, "Sum")].points()]
    # Of a blue and a green group one has had no request since the deployment. If none has, the first one says so.
    for times in alive or places[:1]:
        requests = look.series[key_of(name, times.requests, "Sum")].points()
        require_requests(requests, times.requests.describe(), look.window, max_age)
    by_time: dict[datetime, float] = {}
    for times in alive:
        for moment, value in look.series[key_of(name, times.metric, "p99")].points().items():
            ms = milliseconds(times.metric, value)
            by_time[moment] = max(ms, by_time.get(moment, 0.0))
    return LatencyLook(
        limit_ms=limit_ms,
        window=look.window.describe(),
        places=tuple(_place(name, times, look, limit_ms) for times in alive),
        chart=by_minute(f"p99 of {name} by minute", look.window, by_time, limit=limit_ms, unit=" ms"),
        edge_p99_ms=None if edge is None else _edge(name, edge, look),
        minutes=look.window.minutes,
    )


def _edge(name: str, edge: LatencyMetric, look: MetricsLook) -> float | None:
    """Give the 99th percentile at the edge; None where it is unknown, which the item on the edge's errors says."""
    try:
        p99 = look.series[edge_query(name, edge).key].one()
        return None if p99 is None else round(milliseconds(edge.metric, p99), 2)
    except Unknown:
        return None


def _place(name: str, times: LatencyMetric, look: MetricsLook, limit_ms: float) -> Latency:
    found = {stat: look.series[f"{key_of(name, times.metric, stat)} whole"] for stat in _whole(times, limit_ms)}
    count = found["SampleCount"].one()
    requests = sum(look.series[key_of(name, times.requests, "Sum")].points().values())
    if not count:
        raise Unknown(
            Reason.NO_DATA,
            f"CloudWatch counts {requests:,.0f} requests but has no value for {times.metric.describe()}: find out "
            "why it is not published",
        )
    if count < requests * (1 - SETTLED):
        raise Unknown(
            Reason.TRUNCATED,
            f"CloudWatch has {count:,.0f} values for {times.metric.describe()} of {requests:,.0f} requests: run "
            "again when the rest has arrived",
        )
    p99 = found["p99"].one()
    if p99 is None:
        raise Unknown(
            Reason.NO_DATA, f"CloudWatch gives no {found['p99'].metric}: it keeps no percentiles of this metric"
        )
    samples = round(count)
    least, most, counted_by = _over(found, samples, times, limit_ms)
    return Latency(times.name, samples, round(milliseconds(times.metric, p99), 2), most, least, counted_by)


def _over(found: Mapping[str, Series], samples: int, times: LatencyMetric, limit_ms: float) -> tuple[int, int, str]:
    """Count the samples over the limit: exactly where CloudWatch does, else between what percentiles allow."""
    bound = in_unit(times.metric, limit_ms)
    rank, trimmed = found[f"PR(:{bound})"].one(), found[f"TC({bound}:)"].one()
    if rank is not None:
        by_rank = round(samples * (100 - rank) / 100, 6)
        # A trimmed count of nothing may come as no value; the percentile rank shows that both are offered.
        told = [by_rank] if trimmed is None else [by_rank, trimmed]
        least, most = floor(min(told)), ceil(max(told))
        if not 0 <= least <= most <= samples:
            raise Unknown(
                Reason.MALFORMED,
                f"CloudWatch counts {' and '.join(f'{one:,.0f}' for one in told)} of {samples:,} over {limit_ms:g} "
                f"ms for {times.metric.describe()}, which is contradictory: run again",
            )
        # How CloudWatch interpolates either is not documented: where they differ, the truth is taken to lie between.
        return least, most, "percentile rank" if trimmed is None else "trimmed count"
    percentiles = {one: value for one in PERCENTILES if (value := found[f"p{one:g}"].one()) is not None}
    in_metric = float(bound)
    least, most = count_over(in_metric, samples, found["Maximum"].one(), percentiles)
    why = found[f"PR(:{bound})"].message
    return (
        least,
        most,
        f"percentiles, since CloudWatch gives no trimmed count of this metric{f' ({why})' if why else ''}",
    )
