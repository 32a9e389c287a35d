"""The metrics of the API before the function, HTTP or REST, computed from its traffic.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html.
"""

from typing import TYPE_CHECKING

from promotion.sandbox.moto_patches.metrics import Computed, Metric, Sample, metric
from promotion.sandbox.world.requests import tally
from promotion.sandbox.world.spans import Span, summed
from promotion.sandbox.world.traffic import binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promotion.sandbox.world.model import Environment

REST_STAGE = "live"
COLD_START_MS = 2600.0


def api_metrics(environment: "Environment") -> dict[Metric, Computed]:
    """Give the metrics of the API: what the function answers, and what it never hears of."""
    live = environment.flows["lambda"].live

    def counted(minute: int) -> int:
        return tally(environment, "lambda", minute).asked + len(live.served(minute)) + live.turned_away(minute)

    def server_errors(minute: int) -> list[Sample]:
        told = tally(environment, "lambda", minute)
        hits = told.errors + told.refused + told.handled
        return binary(counted(minute), hits + live.answered(minute, 500) + live.turned_away(minute))

    def client_errors(minute: int) -> list[Sample]:
        hits = tally(environment, "lambda", minute).missed
        return binary(counted(minute), hits + live.answered(minute, 400))

    def took(minute: int, more: float) -> list[Sample]:
        waited = tally(environment, "lambda", minute).waited(COLD_START_MS)
        return [(round(ms + more, 2), 1) for ms in (*waited, *(one.ms for one in live.served(minute)))]

    def requests(minute: int) -> list[Sample]:
        return binary(*[counted(minute)] * 2)

    def failed_in(span: Span) -> list[Sample]:
        return binary(span.asked, span.went_wrong("errors", "refused", "handled_errors"))

    def missed_in(span: Span) -> list[Sample]:
        return binary(span.asked, span.went_wrong("client_errors"))

    missed, failures = error_names(environment)
    kinds: list[tuple[str, Callable[[int], Iterable[Sample]], str]] = [
        ("Count", summed(environment, "lambda", requests, lambda span: binary(span.asked, span.asked)), "Count"),
        (failures, summed(environment, "lambda", server_errors, failed_in), "Count"),
        (missed, summed(environment, "lambda", client_errors, missed_in), "Count"),
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
