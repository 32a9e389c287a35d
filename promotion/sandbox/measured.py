"""Changes to what CloudWatch has measured in a world, and to how it answers: what faults are made of."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

Result = dict[str, Any]


def take_out(world: "World", namespace: str, name: str | None, having: str = "") -> None:
    """Remove metrics: those of a namespace, a name if given, and with a dimension if given."""
    metrics = world.dev.metrics
    for metric in [
        one
        for one in metrics
        if one.namespace == namespace and name in {None, one.name} and (not having or having in dict(one.dimensions))
    ]:
        metrics.pop(metric)


def put_zero(world: "World", name: str, dimensions: dict[str, str]) -> None:
    """Let an API metric of these dimensions be 0 for every request."""
    from promotion.sandbox.moto_patches.metrics import Computed, metric

    world.dev.metrics[metric("AWS/ApiGateway", name, **dimensions)] = Computed(lambda _: [(0.0, 130)], "Count")


def behind_a_rest_api(world: "World") -> None:
    """Let the API of dev be a REST API, which has other metrics than an HTTP API; settings, alarm, dashboard follow."""
    from moto.cloudwatch.models import Dimension

    from promotion.sandbox.world.api_metrics import api_dimensions, api_metrics, error_names
    from promotion.sandbox.world.watch import draw_dashboard

    dev = world.dev
    take_out(world, "AWS/ApiGateway", None)
    dev.api_kind = "rest"
    dev.metrics.update(api_metrics(dev))
    alarm = dev.alarm("api-5xx")
    alarm.metric_name = error_names(dev)[1]
    alarm.dimensions = [Dimension(name, value) for name, value in api_dimensions(dev).items()]
    draw_dashboard(dev)


def scaled(samples: Callable[[int], Iterable[Any]], factor: float) -> Callable[[int], Iterable[Any]]:
    """Multiply every sample."""
    return lambda minute: [(value * factor, count) for value, count in samples(minute)]


def thinned(samples: Callable[[int], Iterable[Any]]) -> Callable[[int], Iterable[Any]]:
    """Leave a tenth of the samples out."""
    return lambda minute: [pair for place, pair in enumerate(samples(minute)) if place % 10]


def scarce(samples: Callable[[int], Iterable[Any]]) -> Callable[[int], Iterable[Any]]:
    """Leave a tenth of the zeroes out of samples that are 0 or 1."""
    return lambda minute: [(value, count * 0.9 if value == 0 else count) for value, count in samples(minute)]


def without_zeros(samples: Callable[[int], Iterable[Any]]) -> Callable[[int], Iterable[Any]]:
    """Leave the zeroes out."""
    return lambda minute: [pair for pair in samples(minute) if pair[0]]


def with_slow_ones(
    samples: Callable[[int], Iterable[Any]], slow: Callable[[int, int], int]
) -> Callable[[int], Iterable[Any]]:
    """Let some of a minute's samples take 1.2 seconds."""

    def changed(minute: int) -> list[Any]:
        pairs = list(samples(minute))
        return [(1200.0, 1) if place < slow(minute, len(pairs)) else pair for place, pair in enumerate(pairs)]

    return changed


def is_bounded(query: dict[str, Any]) -> bool:
    """Whether a query asks for a trimmed count or a percentile rank."""
    return bool(query["MetricStat"]["Stat"].startswith(("TC(", "PR(")))


def emptied(result: Result) -> Result:
    """Take the values out of a result."""
    return result | {"timestamps": [], "values": []}


def with_status(status: str, name: str) -> Callable[[dict[str, Any], Result], Result]:
    """Let CloudWatch answer with a status, and no value, for every statistic of a metric."""

    def changed(query: dict[str, Any], result: Result) -> Result:
        if query["MetricStat"]["Metric"]["MetricName"] != name:
            return result
        return emptied(result) | {"status_code": status}

    return changed


def answer(world: "World", change: Callable[[dict[str, Any], Result], Result]) -> None:
    """Let each result of GetMetricData in dev be changed, knowing its query."""
    backend = world.dev.backend("cloudwatch")
    original = backend.get_metric_data

    def changed(queries: list[dict[str, Any]], *args: Any, **kwargs: Any) -> list[Result]:
        results = original(queries, *args, **kwargs) if args else original(queries=queries, **kwargs)
        asked = {query["Id"]: query for query in queries}
        return [change(asked[result["id"]], result) for result in results]

    backend.get_metric_data = changed


def page(world: "World", is_last: Callable[[str | None], bool]) -> None:
    """Let GetMetricData give an empty page with a token unless the token that it was given leads to the last one."""
    from moto.cloudwatch.responses import CloudWatchResponse
    from moto.core.responses import ActionResult

    original, account = CloudWatchResponse.get_metric_data, world.dev.id

    def paged(self: Any) -> Any:
        if self.current_account != account or is_last(self._get_param("NextToken")):
            return original(self)
        names = [query["Id"] for query in self._get_param("MetricDataQueries")]
        empty = [{"Id": name, "StatusCode": "PartialData", "Timestamps": [], "Values": []} for name in names]
        return ActionResult({"MetricDataResults": empty, "NextToken": "more"})

    CloudWatchResponse.get_metric_data = paged  # type: ignore[method-assign]
