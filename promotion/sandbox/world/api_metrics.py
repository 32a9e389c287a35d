"""The metrics of the API before the function, HTTP or REST, computed from its traffic.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html.
"""

from typing import TYPE_CHECKING

from promotion.sandbox.fills.metrics import Computed, Metric, Sample, metric
from promotion.sandbox.world.traffic import Flow, binary

if TYPE_CHECKING:
    from collections.abc import Callable

    from promotion.sandbox.world.model import Environment

REST_STAGE = "live"
COLD_START_MS = 2600.0


def api_metrics(environment: "Environment") -> dict[Metric, Computed]:
    """Give the metrics of the API: what the function answers, and what it never hears of."""
    flow = environment.flows["lambda"]

    def counted(minute: int) -> int:
        return flow.at(minute).count(minute) + len(flow.live.served(minute)) + flow.live.turned_away(minute)

    def server_errors(minute: int) -> list[Sample]:
        hits = sum(_shares(flow, minute, "errors", "refused", "handled_errors"))
        return binary(counted(minute), hits + flow.live.answered(minute, 500) + flow.live.turned_away(minute))

    def client_errors(minute: int) -> list[Sample]:
        return binary(counted(minute), sum(_shares(flow, minute, "client_errors")) + flow.live.answered(minute, 400))

    def took(minute: int, more: float) -> list[Sample]:
        knobs = flow.at(minute)
        count = knobs.count(minute)
        cold = knobs.share(minute, count, knobs.cold)
        waited = [ms + (COLD_START_MS if place < cold else 0) for place, ms in enumerate(knobs.took(minute, count))]
        return [(round(ms + more, 2), 1) for ms in (*waited, *(one.ms for one in flow.live.served(minute)))]

    missed, failures = error_names(environment)
    kinds: list[tuple[str, Callable[[int], list[Sample]], str]] = [
        ("Count", lambda minute: binary(*[counted(minute)] * 2), "Count"),
        (failures, server_errors, "Count"),
        (missed, client_errors, "Count"),
        ("Latency", lambda minute: took(minute, 13.0), "Milliseconds"),
        ("IntegrationLatency", lambda minute: took(minute, 9.0), "Milliseconds"),
    ]
    of = api_dimensions(environment)
    views = ({name: value for name, value in of.items() if name != "Stage"}, of)
    return {
        metric("AWS/ApiGateway", name, **view): Computed(samples, unit)
        for view in views
        for name, samples, unit in kinds
    }


def error_names(environment: "Environment") -> tuple[str, str]:
    """Give what the metrics of answers 4xx and 5xx are called."""
    return ("4xx", "5xx") if environment.api_kind == "http" else ("4XXError", "5XXError")


def api_dimensions(environment: "Environment") -> dict[str, str]:
    """Name the API and its stage as its metrics do: an HTTP API by its id, a REST API by its name."""
    if environment.api_kind == "http":
        return {"ApiId": environment.api, "Stage": "$default"}
    return {"ApiName": f"shop-{environment.name}", "Stage": REST_STAGE}


def _shares(flow: Flow, minute: int, *names: str) -> list[int]:
    knobs = flow.at(minute)
    return [knobs.share(minute, knobs.count(minute), getattr(knobs, name)) for name in names]
