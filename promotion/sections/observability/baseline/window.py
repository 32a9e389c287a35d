"""A target as a whole: of an EC2 target, its load balancer, since traffic goes from one target group to the other."""

from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.observability.metrics.signals import BALANCER, Failures, LatencyMetric, dimension
from promotion.settings.environment import LambdaTarget


@dataclass(frozen=True)
class Whole(MeasuredTarget):
    """A target, and where its requests are counted, whoever answers them."""

    @property
    def failures(self) -> tuple[Failures, ...]:
        """Every place where its failures are counted, nearest to callers last."""
        return tuple(place for place in super().failures if "TargetGroup" not in place.requests.dimensions)

    @property
    def times(self) -> tuple[LatencyMetric, ...]:
        """Every place where it is measured how long it takes."""
        if isinstance(self.target, LambdaTarget):
            return super().times
        at = {"LoadBalancer": dimension(self.balancer)}
        return (
            LatencyMetric(
                "load balancer", Metric(BALANCER, "TargetResponseTime", at), Metric(BALANCER, "RequestCount", at)
            ),
        )
