"""How many hosts of a load balancer serve, and what of the others counts: one rule for every section. Pure.

Hosts come and go every day under Auto Scaling: after a scale-out one is `initial` until it has passed its health checks, and
after a scale-in one is `draining` for the deregistration delay, 300 seconds by default
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html,
.../edit-target-group-attributes.html). Neither is ill.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from promotion.clients.aws.enums import TARGET_HEALTH, Health
from promotion.core.sentences import join
from promotion.unknown import Reason, Unknown


class Registered(Protocol):
    """An instance that is registered in a target group."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def state(self) -> str:
        """As the load balancer calls it."""

    def describe(self) -> str:
        """Say in a few words what it is, where, and how."""


def health(host: Registered) -> Health:
    """Tell what the load balancer says of a host. Raises Unknown, not-supported, for a state that is not known here."""
    return TARGET_HEALTH.of(host.state, f"the state of {host.id}")


def serves(host: Registered) -> bool:
    """Tell whether a host gets traffic, or would if it were well: what is on its way out does not, any other may."""
    return TARGET_HEALTH.meanings.get(host.state) is not Health.LEAVING


@dataclass(frozen=True)
class HostCount:
    """The hosts where traffic goes, by what is said of them."""

    well: frozenset[str]
    """Ids of those that are healthy, and nowhere ill."""
    ill: tuple[Registered, ...]
    starting: tuple[Registered, ...]
    """They have not passed their health checks yet."""
    untold: tuple[Registered, ...]
    """The load balancer cannot tell."""

    def problem(self, expected: int) -> str:
        """Say what is wrong, whatever becomes of those that are starting; empty if nothing is."""
        if self.ill:
            return f"{join([host.describe() for host in self.ill])}; expected healthy"
        unsure = {host.id for host in (*self.starting, *self.untold)}
        if len(self.well | unsure) < expected:
            return f"{len(self.well)} instances are registered and healthy, expected {expected}"
        return ""

    @property
    def unsettled(self) -> Unknown | None:
        """Why it is unknown how all of them are: not-due while one is starting, no-data for one that is unavailable."""
        if self.starting:
            return Unknown(
                Reason.NOT_DUE,
                f"{join([host.describe() for host in self.starting])}: registered a moment ago; run again when it "
                "has passed its health checks",
            )
        if self.untold:
            return Unknown(
                Reason.NO_DATA,
                f"{join([host.describe() for host in self.untold])}: the load balancer does not know its health; "
                "run again",
            )
        return None

    def require_settled(self) -> None:
        """Raise Unknown if it is unknown how all of them are."""
        if self.unsettled is not None:
            raise self.unsettled


def count(hosts: Iterable[Registered]) -> HostCount:
    """Sort hosts by what is said of them; those on their way out are nothing. Raises Unknown for a state that is not known."""
    by: dict[Health, list[Registered]] = {one: [] for one in Health}
    for host in hosts:
        by[health(host)].append(host)
    ill = {host.id for host in by[Health.ILL]}
    return HostCount(
        frozenset(host.id for host in by[Health.WELL]) - ill,
        tuple(by[Health.ILL]),
        tuple(by[Health.STARTING]),
        tuple(by[Health.UNTOLD]),
    )


def problems(registered: Iterable[Registered], expected: int) -> Iterator[str]:
    """Say what is wrong with the hosts where traffic goes. Raises Unknown where nothing is, and it cannot be told of all."""
    counted = count(registered)
    if problem := counted.problem(expected):
        yield problem
    else:
        counted.require_settled()
