"""What a dashboard must show: the signals of the resources that are now in use.

Names, dimensions and statistics: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.metrics.queries_for import is_shared
from promotion.sections.observability.metrics.signals import API_GATEWAY, BALANCER, LAMBDA, dimension
from promotion.settings.environment import Ec2Target, LambdaTarget, Target
from promotion.settings.observability import Api

ALWAYS_ONE = frozenset({"Average", "Minimum", "Maximum"})
"""Statistics of a load balancer's counts that are 1 whenever there is any."""
TOTALS = frozenset({"Sum", "SampleCount"})
"""Statistics that say nothing of a duration, nor of hosts, which every node of the load balancer counts."""


@dataclass(frozen=True)
class Balanced:
    """A load balancer, and the target groups it may forward to."""

    arn: str
    groups: Mapping[str, str]
    """Name to ARN."""
    weights: Mapping[str, int]
    """ARN to the largest weight with which traffic goes there; also of target groups that are others'."""

    @property
    def shared(self) -> bool:
        """Whether it forwards to target groups of others too."""
        return is_shared(self.weights, self.groups)

    @property
    def serving(self) -> dict[str, str]:
        """The target groups that get traffic: name to ARN."""
        return {name: arn for name, arn in self.groups.items() if self.weights.get(arn, 0) > 0}

    def idle(self, metric: Metric) -> str:
        """Name the target group that a metric is about, if it gets no traffic; empty otherwise."""
        group = metric.dimensions.get("TargetGroup")
        if group is None or metric.dimensions.get("LoadBalancer") != dimension(self.arn):
            return ""
        if group in {dimension(arn) for arn in self.serving.values()}:
            return ""
        return next((name for name, arn in self.groups.items() if dimension(arn) == group), group)


@dataclass(frozen=True)
class Signal:
    """Something that people must be able to see."""

    name: str
    namespace: str
    metric: str
    views: tuple[Mapping[str, str], ...]
    """Sets of dimensions, any of which will do."""
    misleading: frozenset[str] = frozenset()
    """Statistics that do not show it."""

    def is_shown_by(self, metric: Metric) -> bool:
        """Whether a metric is this signal, of the resource in use."""
        return (metric.namespace, metric.name) == (self.namespace, self.metric) and dict(metric.dimensions) in [
            dict(view) for view in self.views
        ]


def needed(targets: Mapping[str, Target], balancers: Mapping[str, Balanced]) -> Iterator[Signal]:
    """Give every signal of the targets; `balancers` are those of the EC2 targets, by their name."""
    for name, target in targets.items():
        match target:
            case LambdaTarget():
                yield from _function(target)
                if target.api is not None:
                    yield from _api(target.api)
            case Ec2Target():
                yield from _balancer(target, balancers[name])


def _function(target: LambdaTarget) -> Iterator[Signal]:
    qualified = f"{target.function}:{target.alias}"
    views = (
        {"FunctionName": target.function, "Resource": qualified},
        {"FunctionName": target.function},
    )
    yield Signal(f"errors of {qualified}", LAMBDA, "Errors", views, frozenset({"SampleCount"}))
    yield Signal(f"throttles of {qualified}", LAMBDA, "Throttles", views, frozenset({"SampleCount"}))
    yield Signal(f"duration of {qualified}", LAMBDA, "Duration", views, TOTALS)


def _api(api: Api) -> Iterator[Signal]:
    # HTTP and REST APIs differ in the name of the metric and in what names the API.
    key, name, failures = ("ApiId", api.id, "5xx") if api.kind == "http" else ("ApiName", api.name, "5XXError")
    who = (name or "").encode("ascii", "ignore").decode()
    views = ({key: who, "Stage": api.stage}, {key: who})
    yield Signal(f"5xx of API {who}", API_GATEWAY, failures, views, frozenset({"SampleCount"}))
    yield Signal(f"latency of API {who}", API_GATEWAY, "Latency", views, TOTALS)


def _balancer(target: Ec2Target, balanced: Balanced) -> Iterator[Signal]:
    whole = {"LoadBalancer": dimension(balanced.arn)}
    name = target.load_balancer
    yield Signal(f"load balancer 5xx of {name}", BALANCER, "HTTPCode_ELB_5XX_Count", (whole,), ALWAYS_ONE)
    # What a load balancer counts as a whole is of every service behind it, and hides one in all others.
    instead = () if balanced.shared else (whole,)
    for group, arn in balanced.serving.items():
        one = {"TargetGroup": dimension(arn), **whole}
        yield Signal(f"target 5xx of {group}", BALANCER, "HTTPCode_Target_5XX_Count", (one, *instead), ALWAYS_ONE)
        yield Signal(f"response time of {group}", BALANCER, "TargetResponseTime", (one, *instead), TOTALS)
        yield Signal(f"healthy hosts of {group}", BALANCER, "HealthyHostCount", (one,), TOTALS)
