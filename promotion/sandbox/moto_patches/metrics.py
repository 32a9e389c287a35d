"""Reading CloudWatch metrics: every statistic, exact dimensions, and metrics that are computed when they are asked for.

moto sums over all dimensions, forgets the namespace, and knows no percentiles. Here a metric is its namespace, its name
and its whole set of dimensions, and nothing else. A backend's `computed` holds metrics whose samples a function gives
minute by minute, so that no one has to store them and they never grow old.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricAggregatedDatum
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from promotion.sandbox.moto_patches import amends
from promotion.sandbox.moto_patches.delays import FIRST_AFTER, WHOLE_AFTER, is_listed, share_there, there
from promotion.sandbox.moto_patches.paging import page
from promotion.sandbox.moto_patches.statistics import Samples, StatisticSet, known

QUERIES = 500
"""How many queries one GetMetricData may hold."""
DATAPOINTS = 1440
"""How many datapoints GetMetricStatistics gives."""
LIST_PAGE = 500
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RETENTION = (
    (HOUR, timedelta(days=455)),
    (timedelta(minutes=5), timedelta(days=63)),
    (MINUTE, timedelta(days=15)),
)
"""Values by periods that are multiples of the first are kept for as long as the second."""
HIGH_RESOLUTION_KEPT = timedelta(hours=3)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moto's times have no zone

Sample = tuple[float, float]
"""A value, and how often it was seen."""


class Metric(NamedTuple):
    """What identifies a metric."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


def metric(namespace: str, name: str, **dimensions: str) -> Metric:
    """Name a metric: `metric("AWS/Lambda", "Errors", FunctionName="shop-api")`."""
    return Metric(namespace, name, frozenset(dimensions.items()))


@dataclass(frozen=True)
class Summed:
    """Samples that can be had of one minute, and of many at once, which is quicker."""

    minute: Callable[[int], Iterable[Sample]]
    over: Callable[[int, int], Iterable[Sample]]
    """Gives those of all minutes from the first to before the second."""

    def __call__(self, minute: int) -> Iterable[Sample]:
        """Give those of a minute."""
        return self.minute(minute)


@dataclass
class Computed:
    """A metric that is computed. `samples` is given the start of a minute, in minutes since 1970."""

    samples: Callable[[int], Iterable[Sample]]
    unit: str = "None"
    until: datetime | None = None
    """No samples come from this moment on: the metric has gone silent."""
    since: datetime | None = None
    """When the first samples came, if that was not long ago."""


def computed(backend: Any) -> MutableMapping[Metric, Computed]:
    """Give the computed metrics of an account and region. They may be changed, taken out and added."""
    found: MutableMapping[Metric, Computed] = vars(backend).setdefault("computed", {})
    return found


@dataclass
class _Window:
    """A span of time in periods that start where it starts. Times are UTC without a zone."""

    start: datetime
    end: datetime
    period: timedelta

    def buckets(self, points: Iterable[tuple[datetime, Samples]]) -> dict[datetime, Samples]:
        """Put samples into their periods; periods without any are not there."""
        found: dict[datetime, Samples] = {}
        for moment, samples in points:
            if self.start <= moment < self.end:
                bucket = self.start + (moment - self.start) // self.period * self.period
                into = found.setdefault(bucket, Samples())
                into.values += samples.values
                into.sets += samples.sets
        return dict(sorted(found.items()))


def window(start: datetime, end: datetime, period: int) -> _Window:
    """Give a window as CloudWatch takes it: its start is rounded down to a whole minute."""
    if start >= end:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    if period <= 0 or (period % 60 and period not in {1, 5, 10, 20, 30}):
        raise ValidationError(f"Period must be 1, 5, 10, 20, 30 or a multiple of 60, not {period}.")
    return _Window(start.replace(second=0, microsecond=0), end, timedelta(seconds=period))


def points(backend: Any, wanted: Metric, unit: str | None, span: _Window) -> Iterator[tuple[datetime, Samples]]:
    """Give what was measured in a window: what was put, and what is computed, as much of it as there is by now."""
    now = utcnow()
    kept = now - next((kept for step, kept in RETENTION if not span.period % step), HIGH_RESOLUTION_KEPT)
    for datum in backend.metric_data:
        if _metric_of(datum) == wanted and unit in {None, datum.unit}:
            moment = datum.timestamp.replace(tzinfo=None)
            if moment >= kept:
                yield moment, _samples_of(datum)
    source = computed(backend).get(wanted)
    if source is None or unit not in {None, source.unit}:
        return
    end = min(span.end, now - MINUTE - FIRST_AFTER, source.until or span.end)
    whole = (now - MINUTE - WHOLE_AFTER - EPOCH) // MINUTE + 1
    first = -((EPOCH - span.start) // MINUTE)
    stop = min((end - EPOCH) // MINUTE + 1, -((EPOCH - span.end) // MINUTE))
    together = source.samples.over if isinstance(source.samples, Summed) and span.period >= HOUR else None
    step = span.period // MINUTE if together else 1
    for minute in range(first, stop, step):
        moment = EPOCH + minute * MINUTE
        if moment >= kept:
            last = min(minute + step, stop)
            values = list(together(minute, min(last, whole))) if together and minute < whole else []
            for one in range(max(minute, whole) if together else minute, last):
                share = share_there(one, now - EPOCH - (one + 1) * MINUTE, wanted.namespace)
                values += there(source.samples(one), share)
            if values:
                yield moment, Samples(values)


def read(backend: Any, wanted: Metric, unit: str | None, span: _Window) -> dict[datetime, Samples]:
    """Give the samples of a metric in each period of a window that has any."""
    return span.buckets(points(backend, wanted, unit, span))


def _metric_of(datum: Any) -> Metric:
    return Metric(datum.namespace, datum.name, frozenset((d.name, d.value) for d in datum.dimensions))


def _samples_of(datum: Any) -> Samples:
    if isinstance(datum, MetricAggregatedDatum):
        return Samples(sets=[StatisticSet(datum.sum, datum.sample_count, datum.min, datum.max)])
    return Samples([(datum.value, 1)])


def _dimensions(described: Iterable[dict[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((dimension["Name"], dimension["Value"]) for dimension in described)


@amends(CloudWatchBackend, "get_metric_data")
def each_query_its_own_metric(
    original: Any, self: Any, queries: list[dict[str, Any]], start_time: datetime, end_time: datetime, scan_by: str
) -> list[dict[str, Any]]:
    """Answer each query from exactly its metric; expressions are not known here, and said to be so."""
    del original
    if len(queries) > QUERIES:
        raise ValidationError(f"The collection MetricDataQueries must not have a size greater than {QUERIES}.")
    results = []
    measured: dict[tuple[Metric, str | None, int], dict[datetime, Samples]] = {}
    for query in queries:
        if "MetricStat" not in query:
            raise NotImplementedError(f"metric expressions: {query.get('Expression')}")
        if query.get("ReturnData") is False:
            continue
        asked = query["MetricStat"]
        stat = asked["Stat"]
        if not known(stat):
            raise ValidationError(f"Stat {stat} is not a valid statistic.")
        name = asked["Metric"]["MetricName"]
        wanted = Metric(asked["Metric"]["Namespace"], name, _dimensions(asked["Metric"].get("Dimensions") or ()))
        span = window(start_time, end_time, int(asked["Period"]))
        place = (wanted, asked.get("Unit"), int(asked["Period"]))
        if place not in measured:
            measured[place] = read(self, wanted, asked.get("Unit"), span)
        found = {
            moment: value
            for moment, samples in measured[place].items()
            if (value := samples.statistic(stat)) is not None
        }
        moments = sorted(found, reverse=scan_by != "TimestampAscending")
        results.append(
            {
                "id": query["Id"],
                "label": query.get("Label") or name,
                "timestamps": moments,
                "values": [found[moment] for moment in moments],
                "status_code": "Complete",
            }
        )
    return results


@amends(CloudWatchResponse, "get_metric_statistics")
def every_statistic(original: Any, self: Any) -> ActionResult:
    """Answer from exactly the metric, extended statistics included."""
    del original
    ask = self._get_param
    plain, extended = ask("Statistics") or [], ask("ExtendedStatistics") or []
    if not plain and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for stat in extended:
        if not known(stat):
            raise InvalidParameterValue(f"The value {stat} for parameter ExtendedStatistics is not supported.")
    span = window(ask("StartTime"), ask("EndTime"), int(ask("Period")))
    if (span.end - span.start) / span.period > DATAPOINTS:
        raise InvalidParameterCombination(f"You have requested more than {DATAPOINTS} datapoints.")
    wanted = Metric(ask("Namespace"), ask("MetricName"), _dimensions(ask("Dimensions") or ()))
    backend = self.cloudwatch_backend
    unit = ask("Unit") or getattr(computed(backend).get(wanted), "unit", "None")
    told = []
    for moment, samples in read(backend, wanted, ask("Unit"), span).items():
        point: dict[str, Any] = {"Timestamp": moment, "Unit": unit}
        point |= {stat: samples.statistic(stat) for stat in plain}
        further = {stat: value for stat in extended if (value := samples.statistic(stat)) is not None}
        told.append(point | ({"ExtendedStatistics": further} if further else {}))
    return ActionResult({"Label": ask("MetricName"), "Datapoints": told})


@amends(CloudWatchBackend, "put_metric_data")
def begun(original: Any, self: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
    """Keep when the first sample of each metric came."""
    known = len(self.metric_data)
    original(self, namespace, metric_data)
    for datum in self.metric_data[known:]:
        vars(self).setdefault("begun", {}).setdefault(_metric_of(datum), utcnow())


@amends(CloudWatchResponse, "list_metrics")
def computed_ones_too(original: Any, self: Any) -> ActionResult:
    """List every metric, put or computed, that fits what is asked for and is not too new, nor long silent."""
    del original
    ask, backend = self._get_param, self.cloudwatch_backend
    wanted = [(d["Name"], d.get("Value")) for d in ask("Dimensions") or ()]
    now, begun = utcnow(), vars(backend).get("begun", {})
    known_ones: dict[Metric, tuple[datetime | None, datetime | None]]
    known_ones = {one: (moment, None) for one, moment in begun.items()}
    known_ones |= {one: (source.since, source.until) for one, source in computed(backend).items()}
    fitting = [
        one
        for one, (since, until) in known_ones.items()
        if is_listed(since, until, now)
        and ask("Namespace") in {None, one.namespace}
        and ask("MetricName") in {None, one.name}
        and all(any(n == name and value in {None, v} for n, v in one.dimensions) for name, value in wanted)
    ]
    found, token = page(fitting, ask("NextToken"), LIST_PAGE)
    described = [
        {
            "Namespace": one.namespace,
            "MetricName": one.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(one.dimensions)],
        }
        for one in found
    ]
    return ActionResult({"Metrics": described, "NextToken": token})
