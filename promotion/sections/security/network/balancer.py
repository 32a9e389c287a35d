"""A load balancer as it is set up, and who is registered behind it.

Shapes: LoadBalancer, Listener, Rule and TargetHealthDescription of
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Listener:
    """A port at which a load balancer listens."""

    arn: str
    port: int
    protocol: str
    """`HTTPS` or `HTTP`."""
    policy: str | None = None
    """Name of its TLS policy."""


@dataclass(frozen=True)
class Balancer:
    """An Application Load Balancer."""

    name: str
    arn: str
    vpc: str
    groups: tuple[str, ...]
    """Ids of its security groups."""
    listeners: tuple[Listener, ...]

    @property
    def interface(self) -> str:
        """How EC2 describes its network interfaces: `ELB app/shop/50dc6c495c0c9188`."""
        return "ELB " + self.arn.partition(":loadbalancer/")[2]

    @property
    def https(self) -> tuple[Listener, ...]:
        """Its listeners with TLS."""
        return tuple(one for one in self.listeners if one.protocol == "HTTPS")

    @property
    def http(self) -> tuple[Listener, ...]:
        """Its listeners without."""
        return tuple(one for one in self.listeners if one.protocol == "HTTP")


@dataclass(frozen=True)
class BalancerLook:
    """The load balancer that promotion.toml names, if there is one, and others before the same target groups."""

    named: str
    balancer: Balancer | None
    target_groups: tuple[str, ...] = ()
    """ARNs."""
    before_targets: tuple[str, ...] = ()
    """ARN of every load balancer that the target groups are registered with."""

    @property
    def any_there(self) -> str | None:
        """What stands before the targets, by name or ARN; None if nothing does."""
        if self.balancer is not None:
            return self.balancer.name
        return next(iter(self.before_targets), None)


@dataclass(frozen=True)
class Registered:
    """A target behind a load balancer."""

    id: str
    ports: tuple[int, ...]
    """Where requests and health checks go."""


def read_balancer(told: Mapping[str, Any], listeners: Sequence[Mapping[str, Any]]) -> Balancer:
    """Read one of DescribeLoadBalancers, and what DescribeListeners tells of it."""
    return Balancer(
        name=told["LoadBalancerName"],
        arn=told["LoadBalancerArn"],
        vpc=told["VpcId"],
        groups=tuple(told.get("SecurityGroups") or ()),
        listeners=tuple(
            Listener(one["ListenerArn"], one["Port"], one["Protocol"], one.get("SslPolicy")) for one in listeners
        ),
    )


def read_registered(told: Mapping[str, Any]) -> Registered:
    """Read one TargetHealthDescription."""
    ports = {told["Target"].get("Port"), told.get("HealthCheckPort")}
    return Registered(told["Target"]["Id"], tuple(sorted({int(port) for port in ports if str(port).isdigit()})))
