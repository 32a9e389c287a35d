"""Everything a run asks of CloudWatch about the targets of an environment, in one list: each query once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from promotion.clients.aws.cloudwatch.query import Query
from promotion.sections.observability.metrics import latency, signals
from promotion.sections.observability.metrics.signals import Failures, LatencyMetric
from promotion.settings.environment import LambdaTarget, Target
from promotion.settings.observability import MetricLimits
from promotion.unknown import Reason, Unknown

T = TypeVar("T", bound="MeasuredTarget")


@dataclass(frozen=True)
class MeasuredTarget:
    """A target, and where its requests are counted."""

    name: str
    target: Target
    balancer: str = ""
    """ARN of an EC2 target's load balancer."""
    groups: Mapping[str, str] | None = None
    """ARN of each of its target groups, by name."""
    shared: bool = True
    """Whether the load balancer forwards to target groups of others too, or that this is not known."""

    @property
    def failures(self) -> tuple[Failures, ...]:
        """Every place where its failures are counted."""
        return signals.failures_of(self.target, self.balancer, self.groups, shared=self.shared)

    @property
    def whole(self) -> Failures:
        """Where all its requests are counted, as near to callers as they are."""
        return signals.whole_of(self.failures)

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


@dataclass(frozen=True)
class Balancers:
    """The load balancers of the EC2 targets of an environment, each by the target's name; each look-up may raise Unknown."""

    arns: Mapping[str, str]
    groups: Mapping[str, Mapping[str, str]]
    """ARN of each of a target's own target groups, by name."""
    weights: Mapping[str, Mapping[str, int]]
    """Largest weight with which a target's load balancer forwards to a target group, whosever it is, by its ARN."""

    def measured(self, made: type[T], name: str, target: Target) -> T:
        """Give a target with where its requests are counted. Raises Unknown where that is not known.

        Where it is not known to whom else its load balancer forwards, it is taken to be shared.
        """
        if isinstance(target, LambdaTarget):
            return made(name, target)
        groups = self.groups[name]
        if not groups:
            raise Unknown(
                Reason.NO_DATA,
                f"target group {', '.join(target.target_groups)} does not exist: check `target_groups` of {name}",
            )
        try:
            shared = is_shared(self.weights[name], groups)
        except Unknown:
            shared = True
        return made(name, target, self.arns[name], groups, shared)


def is_shared(weights: Mapping[str, int], groups: Mapping[str, str]) -> bool:
    """Whether a load balancer forwards to target groups of others too. Both are as in `Balancers`, of one target."""
    return any(weight > 0 and arn not in groups.values() for arn, weight in weights.items())


def plan(targets: Iterable[MeasuredTarget], limits: MetricLimits) -> list[Query]:
    """List the queries about several targets."""
    return list({query.key: query for target in targets for query in target.queries(limits)}.values())
