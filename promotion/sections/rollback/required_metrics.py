"""What the alarms of a deployment group must watch, and what an alarm watches: by its dimensions, not by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.metrics.signals import BALANCER, LAMBDA, dimension
from promotion.settings.environment import LambdaTarget, Target
from promotion.settings.rollback import RollbackAlarms

_BALANCER_ALONE = (
    "HTTPCode_ELB_",
    "RejectedConnectionCount",
    "ClientTLSNegotiationErrorCount",
    "ActiveConnectionCount",
)
"""Metrics that have no target group."""
_GROUP_ALONE = frozenset({"HealthyHostCount", "UnHealthyHostCount"})
"""Metrics that come for each target group, and for no load balancer as a whole."""


@dataclass(frozen=True)
class RequiredMetric:
    """Something that must be watched: a metric of the live alias, of a target group, of the load balancer."""

    name: str
    """In words: `Errors of the alias live`."""
    namespace: str
    metric: str
    views: tuple[Mapping[str, str], ...]
    """Sets of dimensions, any of which will do."""

    def is_watched_by(self, metric: Metric) -> bool:
        """Whether an alarm on this metric sees the place."""
        return (metric.namespace, metric.name) == (self.namespace, self.metric) and metric.dimensions in self.views


def places(target: Target, balanced: Balanced | None, wanted: RollbackAlarms) -> tuple[RequiredMetric, ...]:
    """Give everything that must be watched for a target. `balanced` is the load balancer of an EC2 target."""
    if isinstance(target, LambdaTarget):
        live = {"FunctionName": target.function, "Resource": f"{target.function}:{target.alias}"}
        return tuple(
            RequiredMetric(f"{name} of the alias {target.alias}", LAMBDA, name, (live,))
            for name in wanted.function_metrics
        )
    return () if balanced is None else tuple(_of_balancer(balanced, wanted.balancer_metrics))


def _of_balancer(balanced: Balanced, metrics: tuple[str, ...]) -> Iterator[RequiredMetric]:
    whole = {"LoadBalancer": dimension(balanced.arn)}
    for name in metrics:
        if name.startswith(_BALANCER_ALONE):
            if balanced.shared:
                continue  # it would stop a deployment for what other services behind it do
            yield RequiredMetric(f"{name} of the load balancer", BALANCER, name, (whole,))
            continue
        for group, arn in balanced.groups.items():
            own = {"TargetGroup": dimension(arn), **whole}
            views = (own,) if name in _GROUP_ALONE or balanced.shared else (own, whole)
            yield RequiredMetric(f"{name} of the target group {group}", BALANCER, name, views)


def aside(metric: Metric, target: Target, balanced: Balanced | None) -> str:
    """Say why an alarm on this metric watches something near the target, but not what serves; empty if it does not."""
    found = metric.dimensions
    if metric.namespace == LAMBDA and isinstance(target, LambdaTarget) and found.get("FunctionName") == target.function:
        live = f"{target.function}:{target.alias}"
        if "Resource" not in found:
            return f"all of {target.function} and not the alias {target.alias}, so a canary does not show"
        if found["Resource"] != live:
            return f"{found['Resource']} and not {live}, which is in service"
        if "ExecutedVersion" in found:
            return f"version {found['ExecutedVersion']} alone, which the next deployment replaces"
    if metric.namespace == BALANCER and balanced is not None and found.get("LoadBalancer"):
        if found["LoadBalancer"] != dimension(balanced.arn):
            return f"the load balancer {found['LoadBalancer']} and not {dimension(balanced.arn)}, which is in service"
        known = {dimension(arn) for arn in balanced.groups.values()}
        if found.get("TargetGroup") and found["TargetGroup"] not in known:
            return f"{found['TargetGroup']}, which is not one of the target groups {', '.join(balanced.groups)}"
    return ""
