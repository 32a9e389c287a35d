"""Everything a run asks of CloudWatch about the targets of an environment, in one list: each query once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.query import Query
from promotion.sections.observability.metrics import latency, signals
from promotion.sections.observability.metrics.signals import Failures, LatencyMetric
from promotion.settings.environment import Target
from promotion.settings.observability import MetricLimits


@dataclass(frozen=True)
class MeasuredTarget:
    """A target, and where its requests are counted."""

    name: str
    target: Target
    balancer: str = ""
    """ARN of an EC2 target's load balancer."""
    groups: Mapping[str, str] | None = None
    """ARN of each of its target groups, by name."""

    @property
    def failures(self) -> tuple[Failures, ...]:
        """Every place where its failures are counted."""
        return signals.failures_of(self.target, self.balancer, self.groups)

    @property
    def times(self) -> tuple[LatencyMetric, ...]:
        """Every place where it is measured how long it takes."""
        return signals.times_of(self.target, self.balancer, self.groups)

    @property
    def edge(self) -> LatencyMetric | None:
        """Where it is measured how long callers wait for it, if that is another place."""
        return signals.edge_of(self.target)

    def limit_ms(self, limits: MetricLimits) -> float:
        """Give the limit of its 99th percentile, in milliseconds."""
        return signals.limit_ms(self.target, limits.lambda_duration_ms, limits.alb_response_time_ms)

    def queries(self, limits: MetricLimits) -> Iterator[Query]:
        """Ask for all of it."""
        for place in self.failures:
            yield from signals.counts(self.name, place)
        for times in self.times:
            yield from latency.queries(self.name, times, self.limit_ms(limits))
        if self.edge is not None:
            yield latency.edge_query(self.name, self.edge)


def plan(targets: Iterable[MeasuredTarget], limits: MetricLimits) -> list[Query]:
    """List the queries about several targets."""
    return list({query.key: query for target in targets for query in target.queries(limits)}.values())
