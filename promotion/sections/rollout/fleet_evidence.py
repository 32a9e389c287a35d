"""What was seen of instances behind a load balancer: who gets the traffic, how loaded they are, how they answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.enums import TARGET_HEALTH, Health
from promotion.clients.aws.load_balancers import BalancerTraffic, Host
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.metrics.signals import BALANCER_PLACE
from promotion.sections.rollout.against_baseline import FleetOutcome


@dataclass(frozen=True)
class Load:
    """How loaded an instance is, in percent, over the newest minutes that were measured; None where nothing was."""

    instance: str
    cpu: float | None
    memory: float | None

    def parts(self) -> Mapping[str, float | None]:
        """Each by its name."""
        return {"CPU": self.cpu, "memory": self.memory}

    def describe(self) -> str:
        """The load in a few words."""
        parts = (f"{name} {'unknown' if used is None else f'{used:g} %'}" for name, used in self.parts().items())
        return f"{self.instance}: {', '.join(parts)}"


@dataclass(frozen=True)
class Slow:
    """How many answers of a load balancer's targets came later than the limit."""

    slow: int
    of: int


@dataclass(frozen=True)
class Answers:
    """What was counted of a fleet since its new instances may get traffic, and in the minutes before T0."""

    since: datetime
    """Start of the minute in which they were allowed to."""
    now: FleetOutcome
    """In whole minutes from then on, whether they have settled or not: counts only grow."""
    before: FleetOutcome
    place: str = BALANCER_PLACE
    """Where it was counted."""
    expected: int = 0
    """This many requests would have come since then, had they come as often as in the minutes before T0."""


@dataclass(frozen=True)
class Fleet:
    """A load balancer, the hosts behind it, and how loaded those are that serve."""

    balanced: Balanced
    hosts: tuple[Host, ...]

    @property
    def traffic(self) -> BalancerTraffic:
        """Where the traffic goes, by the names of the target groups."""
        weights = {name: self.balanced.weights.get(arn, 0) for name, arn in self.balanced.groups.items()}
        return BalancerTraffic(weights, self.hosts)

    @property
    def healthy(self) -> tuple[str, ...]:
        """Ids of the hosts that get traffic and are well."""
        return tuple(
            sorted({host.id for host in self.traffic.serving if TARGET_HEALTH.meanings.get(host.state) is Health.WELL})
        )

    @property
    def starting(self) -> tuple[str, ...]:
        """Ids of the hosts that will get traffic when they have been found well."""
        return tuple(
            sorted(
                {host.id for host in self.traffic.serving if TARGET_HEALTH.meanings.get(host.state) is Health.STARTING}
            )
        )
