"""Faults of section 3: how many requests of the dev targets fail, and what is counted of them."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.measured import answer, behind_a_rest_api, put_zero, scarce, take_out, with_status, without_zeros

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

DASHBOARD = "dashboard-healthy"
"""It shows the same metrics."""


@fault("lambda-errors", item="error-rate")
def _(world: "World") -> None:
    """One in a hundred invocations of the function fails."""
    world.dev.flows["lambda"].errors = 0.01


@fault("lambda-throttled", item="error-rate")
def _(world: "World") -> None:
    """One in a hundred calls of the function is throttled, which counts neither as invocation nor as error."""
    world.dev.flows["lambda"].refused = 0.01
    take_out(world, "AWS/ApiGateway", "5xx")
    for view in ({}, {"Stage": "$default"}):
        put_zero(world, "5xx", {"ApiId": world.dev.api, **view})


@fault("lambda-handled-errors", item="error-rate")
def _(world: "World") -> None:
    """The function answers one in a hundred requests with 500 itself: for Lambda, no error."""
    world.dev.flows["lambda"].handled_errors = 0.01


@fault("lambda-errors-since-deployment", item="error-rate")
def _(world: "World") -> None:
    """Few requests fail since the deployment, and many went well before it."""
    from promotion.sandbox.world.model import ago

    flow = world.dev.flows["lambda"]
    before, flow.requests = flow.requests, 4000
    flow.change(ago(minutes=34), requests=before, errors=0.006)


@fault("lambda-errors-before-deployment", item="error-rate", kind="clean")
def _(world: "World") -> None:
    """The previous version failed often; the one that was deployed does not."""
    from promotion.sandbox.world.model import ago

    flow = world.dev.flows["lambda"]
    flow.errors = 0.05
    flow.change(ago(minutes=34), errors=0)


@fault("lambda-errors-rare", item="error-rate", kind="clean")
def _(world: "World") -> None:
    """Of very many requests a few fail, well under the limit."""
    world.dev.flows["lambda"].requests, world.dev.flows["lambda"].errors = 2000, 0.0002


@fault("alb-target-errors", item="error-rate")
def _(world: "World") -> None:
    """The instances answer one in a hundred requests with a 5xx."""
    world.dev.flows["ec2"].errors = 0.01


@fault("alb-own-errors", item="error-rate")
def _(world: "World") -> None:
    """The load balancer answers one in a hundred requests with 503 itself: no target group counts it."""
    world.dev.flows["ec2"].refused = 0.01


@fault("neighbour-fails", item="error-rate", kind="clean")
def _(world: "World") -> None:
    """Another service behind the same load balancer answers one in ten requests with a 5xx."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.dev, failed=0.1)


@fault("alb-target-errors-beside-a-neighbour", item="error-rate")
def _(world: "World") -> None:
    """The instances answer one in a hundred requests with a 5xx; a service beside them answers ten times as many well."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.dev)
    world.dev.flows["ec2"].errors = 0.01


@fault("shared-balancer-refuses", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """A load balancer that another service shares answers one in fifty requests with 503 itself, of either service."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.dev, refused=0.02)


@fault("api-without-zeros", item="error-rate", kind="clean")
def _(world: "World") -> None:
    """The HTTP API has no value for 5xx and 4xx where nothing of the kind happened, which no page rules out."""
    for metric, computed in world.dev.metrics.items():
        if metric.namespace == "AWS/ApiGateway" and metric.name in {"4xx", "5xx"}:
            computed.samples = without_zeros(computed.samples)


@fault("alb-outage", item="error-rate", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """For the last minutes the load balancer has answered everything with 503, and counted no request."""
    from promotion.sandbox.world.model import ago

    world.dev.flows["ec2"].change(ago(minutes=8), refused=1)


@fault("error-rate-too-few-requests", item="error-rate", kind="blind")
def _(world: "World") -> None:
    """Some hundred requests without an error do not prove that less than one in a thousand fails."""
    world.dev.flows["lambda"].requests = 25


@fault("dev-deserted", item="error-rate", kind="blind", falls_with=("lambda-duration", "alb-response-time", DASHBOARD))
def _(world: "World") -> None:
    """Nobody uses dev: nothing is measured that could be judged, unless the run makes requests itself."""
    for flow in world.dev.flows.values():
        flow.requests = 0


@fault(
    "dev-deserted-and-failing",
    item="error-rate",
    kind="blind",
    falls_with=("lambda-duration", "alb-response-time", DASHBOARD),
)
def _(world: "World") -> None:
    """Nobody uses dev, so nobody sees that an order can no longer be read: only requests of the run's own would tell."""
    from promotion.sandbox.order import problem

    for flow in world.dev.flows.values():
        flow.requests = 0
    for front in ("dev-lambda", "dev-ec2"):
        for member in world.fronts[front].members:
            member.fixed["/orders/o-5001"] = problem(500, "Internal Server Error", "the order cannot be read")


@fault("error-rate-at-limit", item="error-rate", kind="blind")
def _(world: "World") -> None:
    """About one in a thousand invocations fails: too close to tell."""
    world.dev.flows["lambda"].errors = 0.0009


@fault("api-5xx-missing", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """API Gateway counts requests, but has no 5xx metric: as when the metric of the other kind of API is asked for."""
    take_out(world, "AWS/ApiGateway", "5xx")


@fault("api-other-stage", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """The API's metrics are published under another stage than the one that is declared."""
    metrics = world.dev.metrics
    for metric in [one for one in metrics if dict(one.dimensions).get("Stage")]:
        moved = frozenset((key, "live" if key == "Stage" else value) for key, value in metric.dimensions)
        metrics[metric._replace(dimensions=moved)] = metrics.pop(metric)


@fault("rest-api", item="error-rate", kind="clean")
def _(world: "World") -> None:
    """Before the function is a REST API, whose metrics go by its name and have other names, and nothing fails."""
    behind_a_rest_api(world)


@fault("rest-api-errors", item="error-rate")
def _(world: "World") -> None:
    """Before the function is a REST API, and one in a hundred requests is answered with 500, no error to Lambda."""
    behind_a_rest_api(world)
    world.dev.flows["lambda"].handled_errors = 0.01


@fault("rest-api-5xx-missing", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """A REST API counts requests, but has no 5XXError: only that of an HTTP API is there."""
    behind_a_rest_api(world)
    take_out(world, "AWS/ApiGateway", "5XXError")
    for view in ({}, {"Stage": "live"}):
        put_zero(world, "5xx", {"ApiName": "shop-dev", **view})


@fault("lambda-error-metric-missing", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """The function is invoked, but its errors are not measured."""
    take_out(world, "AWS/Lambda", "Errors")


@fault("lambda-errors-late", item="error-rate", kind="blind")
def _(world: "World") -> None:
    """The metrics of a tenth of the invocations are late: those that take long are those that fail."""
    for metric, computed in world.dev.metrics.items():
        if metric.name == "Errors":
            computed.samples = scarce(computed.samples)


@fault("lambda-metrics-without-alias", item="error-rate", kind="blind", falls_with=("lambda-duration", DASHBOARD))
def _(world: "World") -> None:
    """The function's metrics exist by its name alone, not for its alias."""
    take_out(world, "AWS/Lambda", None, "Resource")


@fault("errors-forbidden", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """CloudWatch answers Forbidden for the function's errors, with no value."""
    answer(world, with_status("Forbidden", "Errors"))


@fault("errors-internal-error", item="error-rate", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """CloudWatch answers InternalError for the load balancer's own errors, with no value."""
    answer(world, with_status("InternalError", "HTTPCode_ELB_5XX_Count"))
