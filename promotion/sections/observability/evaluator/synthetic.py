"""Samples of a service that is healthy, and of one with a defect: what alarms are tried with.

Units and what is published when: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition, AlarmSeries
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.alarms.lifecycle import is_sparse
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.statistics import Sample
from promotion.sections.observability.metrics.signals import API_GATEWAY, BALANCER, LAMBDA
from promotion.settings.environment import Ec2Target, Target
from promotion.settings.observability import MetricLimits
from promotion.settings.rollback import Rollback

Kind = Literal["failing", "slow", "traffic", "hosts", "used"]
SOME = 0.05
"""The share of requests that fail when some do."""
_SLOWER, _FASTER = 4, 0.1
"""How slow requests are when they are slow, and when all is well, as a multiple of the limit."""
_IN_SECONDS = frozenset({"TargetResponseTime"})
_TRAFFIC = frozenset(
    {"Invocations", "Count", "RequestCount", "RequestCountPerTarget", "HTTPCode_Target_2XX_Count", "ProcessedBytes"}
)
_SLOW = frozenset({"Duration", "Latency", "IntegrationLatency", "TargetResponseTime"})
_HOSTS = frozenset({"HealthyHostCount", "UnHealthyHostCount"})
_USED = frozenset({"CPUUtilization", "mem_used_percent", "disk_used_percent"})
_FAILING = frozenset({"Errors", "Throttles", "4xx", "5xx", "4XXError", "5XXError"})
_AWS = (LAMBDA, API_GATEWAY, BALANCER)


@dataclass(frozen=True)
class Service:
    """The service whose alarms are tried."""

    per_second: float
    """Requests."""
    function_ms: float
    """The limit for a function's duration."""
    balancer_ms: float
    """The limit for a load balancer's target response time."""
    hosts: int
    canary_seconds: int
    """How long the new version is watched before it gets the rest of the traffic."""


@dataclass(frozen=True)
class Defect:
    """What is wrong with the service; without a kind, nothing."""

    kind: Kind | None = None
    metric: str = ""
    """The metric that counts the failing requests."""
    share: float = 1.0
    """How many of them fail."""

    def describe(self) -> str:
        """The defect in a few words, as they follow `with`."""
        match self.kind:
            case "failing":
                return "all failing" if self.share >= 1 else f"{self.share:.0%} failing"
            case "slow":
                return f"{_SLOWER} times the limit"
            case "traffic":
                return "no datapoint"
            case "hosts":
                return "no healthy host"
            case "used":
                return "all of it used"
        return "nothing wrong"


HEALTHY = Defect()


def tried_service(target: Target, rollback: Rollback, limits: MetricLimits) -> Service:
    """Give the service that alarms on a target are tried with, as it is declared."""
    return Service(
        per_second=rollback.alarms.requests_per_second,
        function_ms=limits.lambda_duration_ms,
        balancer_ms=limits.alb_response_time_ms,
        hosts=target.instances if isinstance(target, Ec2Target) else 1,
        canary_seconds=rollback.canary.minutes * 60,
    )


def kind_of(metric: Metric) -> Kind | None:
    """Say which kind of defect shows in a metric; None for a metric that is not known."""
    if metric.name in _USED:
        return "used"
    if metric.namespace not in _AWS:
        return None
    if metric.name in _HOSTS:
        return "hosts"
    if metric.name in _SLOW:
        return "slow"
    if metric.name in _TRAFFIC:
        return "traffic"
    return "failing" if metric.name in _FAILING or is_sparse(metric) else None


def defects_for(definition: AlarmDefinition) -> Iterator[Defect]:
    """Give the defects that an alarm is meant for, by its metrics; none if they are not known.

    An alarm on requests alone is meant for none coming, unless it asks for many of them.
    """
    kinds = {metric.name: kind_of(metric) for metric in definition.metrics}
    found = {kind: name for name, kind in kinds.items()}
    for name, kind in kinds.items():
        if kind == "failing":
            yield Defect("failing", name)
    for kind in ("slow", "hosts", "used"):
        if kind in found:
            yield Defect(kind)
    waits = definition.comparison.startswith("Less") or definition.treat_missing == "breaching"
    if set(found) == {"traffic"} and waits:
        yield Defect("traffic")


def unit_of(metric: Metric) -> str:
    """Give the unit that AWS publishes a metric in; empty where that is not known."""
    if metric.namespace not in _AWS and metric.name not in _USED:
        return ""
    if metric.name in _SLOW:
        return "Seconds" if metric.name in _IN_SECONDS else "Milliseconds"
    if metric.name in _USED:
        return "Percent"
    return "Bytes" if metric.name == "ProcessedBytes" else "Count" if kind_of(metric) else ""


def samples_of(series: AlarmSeries, service: Service, defect: Defect) -> Sequence[Sample]:
    """Give the samples of one minute. Raises NotEvaluable for a metric whose values are not known."""
    metric = series.metric
    kind = None if metric is None else kind_of(metric)
    if metric is None or kind is None:
        raise NotEvaluable(f"the metric {metric.namespace} {metric.name}" if metric else "an expression")
    published = unit_of(metric)
    if defect.kind == "traffic" or (series.unit and published and series.unit != published):
        return []
    count = service.per_second * 60
    failing = defect.share if defect.kind == "failing" and kind != "slow" else 0.0
    if kind == "failing":
        share = failing if metric.name == defect.metric else 0.0
        bad = [(1.0, count * share)] if share else []
        return bad if is_sparse(metric) else [*bad, (0.0, count * (1 - share))]
    if kind == "traffic":
        # Throttled requests are no invocations, and failed ones are not answered with 2xx.
        lost = failing if defect.metric == "Throttles" or "2XX" in metric.name else 0.0
        return [(1.0, count * (1 - lost))] if lost < 1 else []
    if kind == "slow":
        limit = service.balancer_ms / 1000 if metric.name in _IN_SECONDS else service.function_ms
        return [(limit * (_SLOWER if defect.kind == "slow" else _FASTER), count)]
    if kind == "hosts":
        down = defect.kind == "hosts"
        return [(float(service.hosts if down == (metric.name == "UnHealthyHostCount") else 0), 2.0)]
    return [(100.0 if defect.kind == "used" else 30.0, 1.0)]
