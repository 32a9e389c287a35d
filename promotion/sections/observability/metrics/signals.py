"""Which metrics tell of a target: what counts its requests, its failures, and how long they took.

Names and dimensions: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.settings.environment import Ec2Target, LambdaTarget, Target
from promotion.settings.observability import Api

LAMBDA, API_GATEWAY, BALANCER = "AWS/Lambda", "AWS/ApiGateway", "AWS/ApplicationELB"
BALANCER_PLACE, GROUPS_PLACE = "load balancer", "target groups"
"""What the places are called where a load balancer counts, and all target groups of a target together."""


@dataclass(frozen=True)
class Failures:
    """One place where requests and failures are counted. Every metric is read as Sum, minute by minute."""

    name: str
    """What people call the place."""
    requests: tuple[Metric, ...]
    """Added up. The proof of life: without them, no failure means nothing."""
    failed: tuple[Metric, ...]
    """Failures among the requests."""
    turned_away: tuple[Metric, ...] = ()
    """Failures that are not counted as requests either: throttles."""
    sparse: bool = False
    """Whether `failed` is there only when it is not zero, as the load balancer's counts are."""
    for_each: bool = False
    """Whether `failed` has a sample, 0 or 1, for each request, so that one can count how many have come in."""
    sibling: Metric | None = None
    """A metric that is published by the same rule as `failed`: where it has zeros, they too would be there as 0."""
    shared: bool = False
    """Whether requests to other services are counted with the target's: whose failures these are cannot be determined."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All of them."""
        return (*self.requests, *self.failed, *self.turned_away)

    def describe_requests(self) -> str:
        """What counts the requests, in a few words."""
        return " and ".join(metric.describe() for metric in self.requests)


@dataclass(frozen=True)
class LatencyMetric:
    """One place where it is measured how long requests take."""

    name: str
    metric: Metric
    requests: Metric
    """The proof of life."""


def failures_of(
    target: Target, balancer: str = "", groups: Mapping[str, str] | None = None, *, shared: bool = True
) -> tuple[Failures, ...]:
    """Give every place where requests to a target fail. The last one that is not shared counts all of its requests.

    `balancer` and `groups` (by name) are the ARNs of an EC2 target's load balancer and target groups. `shared` says whether
    the load balancer forwards to others too, or that this is not known. What it counts as a whole is of every service behind
    it: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html. So failures
    of targets are counted in their target groups; of the load balancer only what it answers itself, 502 to 504 among it,
    which is counted for no target group.
    """
    if isinstance(target, LambdaTarget):
        alias = _alias(target)
        function = Failures(
            name="function",
            requests=(Metric(LAMBDA, "Invocations", alias),),
            failed=(Metric(LAMBDA, "Errors", alias),),
            turned_away=(Metric(LAMBDA, "Throttles", alias),),
            for_each=True,
        )
        return (function, _api(target.api)) if target.api else (function,)
    at_balancer = {"LoadBalancer": dimension(balancer)}
    own = [{"TargetGroup": dimension(arn), **at_balancer} for arn in (groups or {}).values()]
    counted = tuple(Metric(BALANCER, "RequestCount", group) for group in own)
    failed = tuple(Metric(BALANCER, "HTTPCode_Target_5XX_Count", group) for group in own)
    of_itself = Metric(BALANCER, "HTTPCode_ELB_5XX_Count", at_balancer)
    places = [
        Failures(f"target group {name}", (requests,), (failures,), sparse=True)
        for name, requests, failures in zip(groups or {}, counted, failed, strict=True)
    ]
    if shared and len(own) > 1:
        places.append(Failures(GROUPS_PLACE, counted, failed, sparse=True))
    if not shared:
        places.append(Failures(BALANCER_PLACE, counted, (*failed, of_itself), sparse=True))
    else:
        everybody = (Metric(BALANCER, "RequestCount", at_balancer),)
        places.append(Failures(BALANCER_PLACE, everybody, (of_itself,), sparse=True, shared=True))
    return tuple(places)


def whole_of(places: Sequence[Failures]) -> Failures:
    """Give the place that counts all requests of a target, as near to callers as they are counted."""
    return [place for place in places if not place.shared][-1]


def times_of(target: Target, balancer: str = "", groups: Mapping[str, str] | None = None) -> tuple[LatencyMetric, ...]:
    """Give every place where it is measured how long a target takes. The arguments are as in `failures_of`."""
    if isinstance(target, LambdaTarget):
        alias = _alias(target)
        return (LatencyMetric("function", Metric(LAMBDA, "Duration", alias), Metric(LAMBDA, "Invocations", alias)),)
    made = []
    for name, arn in (groups or {}).items():
        group = {"TargetGroup": dimension(arn), "LoadBalancer": dimension(balancer)}
        made.append(
            LatencyMetric(
                f"target group {name}",
                Metric(BALANCER, "TargetResponseTime", group),
                Metric(BALANCER, "RequestCount", group),
            )
        )
    return tuple(made)


def edge_of(target: Target) -> LatencyMetric | None:
    """Give where it is measured how long callers of a function wait, cold starts and the API itself included."""
    if not isinstance(target, LambdaTarget) or target.api is None:
        return None
    dimensions = _dimensions(target.api)
    return LatencyMetric(
        "API Gateway", Metric(API_GATEWAY, "Latency", dimensions), Metric(API_GATEWAY, "Count", dimensions)
    )


def limit_ms(target: Target, lambda_ms: float, balancer_ms: float) -> float:
    """Give the limit that the 99th percentile of a target is held to, in milliseconds."""
    return balancer_ms if isinstance(target, Ec2Target) else lambda_ms


def counts(name: str, failures: Failures) -> Iterator[Query]:
    """Ask for the counts of one place of the target `name`."""
    for metric in failures.metrics:
        yield Query(key_of(name, metric, "Sum"), metric, "Sum")
    for metric in failures.failed if failures.for_each else ():
        yield Query(key_of(name, metric, "SampleCount"), metric, "SampleCount")
    if failures.sibling is not None:
        for stat in ("Sum", "SampleCount"):
            yield Query(key_of(name, failures.sibling, stat), failures.sibling, stat)


def key_of(name: str, metric: Metric, stat: str) -> str:
    """Name a query: the same metric is asked once, however many judge by it."""
    return " ".join((name, metric.name, *metric.dimensions.values(), stat))


def dimension(arn: str) -> str:
    """Give what stands for a load balancer or target group in dimensions: the last part of its ARN.

    `app/shop-dev/50dc6c495c0c9188` or `targetgroup/shop-dev-blue/73e2d6bc24d8a067`.
    """
    resource = arn.rpartition(":")[2]
    return resource.removeprefix("loadbalancer/")


def _alias(target: LambdaTarget) -> dict[str, str]:
    """Name the function behind its alias: by its name alone, calls of other versions would be counted too."""
    return {"FunctionName": target.function, "Resource": f"{target.function}:{target.alias}"}


def _api(api: Api) -> Failures:
    """HTTP and REST APIs differ in the name of the metric and in what names the API.

    Of a REST API's the average is documented to be the rate: it has a sample for each request. Whether an HTTP API's is there
    as 0 where nothing fails, is documented nowhere: its 4xx tells, which is published alike.
    """
    rest = api.kind == "rest"
    dimensions = _dimensions(api)
    return Failures(
        name="API Gateway",
        requests=(Metric(API_GATEWAY, "Count", dimensions),),
        failed=(Metric(API_GATEWAY, "5XXError" if rest else "5xx", dimensions),),
        for_each=rest,
        sibling=None if rest else Metric(API_GATEWAY, "4xx", dimensions),
    )


def _dimensions(api: Api) -> dict[str, str]:
    if api.kind == "http":
        return {"ApiId": api.id or "", "Stage": api.stage}
    # Letters outside ASCII are left out of the dimension.
    plain = (api.name or "").encode("ascii", "ignore").decode()
    return {"ApiName": plain, "Stage": api.stage}
