"""Faults of a fleet's rollout: what its new instances do wrong, how far it comes, and what keeps the watch from seeing."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.rollout.rollout import DECISIONS
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.scenes.play import Play

METRICS, HEALTH, STEPS = (
    "cloudwatch:GetMetricData",
    "elbv2:DescribeTargetHealth",
    "codedeploy:BatchGetDeploymentTargets",
)


@fault("new-instance-unhealthy", item="alb-targets", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """The load balancer finds one of the new instances unhealthy."""
    said = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]")
    _play(world).fleet.balancer.ill[world.prod.green[0]] = said
    world.prod.health[world.prod.green[0]] = said


@fault("new-fleet-unhealthy-beside-the-old", item="alb-targets", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """Neither new instance passes its health checks, so that CodeDeploy waits, and the old ones answer everything."""
    fleet = _play(world).fleet
    fleet.held = "AllowTraffic"
    for key in fleet.fleets[fleet.new]:
        fleet.sicken(key, ("unhealthy", "Target.FailedHealthChecks", "Health checks failed"))


@fault("both-fleets-serve", item="alb-targets", kind="blind", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """The old instances are not taken out of the target group yet, so that half of the requests go to them."""
    _play(world).fleet.held = "BeforeBlockTraffic"


@fault("rollout-between-two-target-groups", item="alb-targets", kind="clean")
def _(world: "World") -> None:
    """Each fleet has a target group, and the listener is moved from one to the other when the new one is healthy."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)


@fault("rollout-in-two-target-groups-at-once", item="alb-targets", kind="clean")
def _(world: "World") -> None:
    """CodeDeploy registers each fleet in two target groups, one of which gets little traffic."""
    from promotion.sandbox.world import two_groups

    two_groups.add_internal(world)


@fault("old-instance-drains", item="alb-targets", kind="clean")
def _(world: "World") -> None:
    """An old instance is still being drained."""
    world.prod.health[world.prod.blue[0]] = ("draining", "Target.DeregistrationInProgress", "Being deregistered")


wire_fault(
    "rollout-target-health-denied",
    "The role may not see how prod's hosts are.",
    "deny",
    HEALTH,
    item="alb-targets",
    on="prod",
    falls_with=("target-group-errors", "instance-load", "dashboard-watch", "go-no-go-t2", "go-no-go-t5"),
)


@fault("new-instances-fail", item="target-group-errors", falls_with=("dashboard-watch", "go-no-go-t5"))
def _(world: "World") -> None:
    """One in five requests to the new instances is answered with a 5xx."""
    fleet = _play(world).fleet
    world.prod.flows["ec2"].versions[fleet.new] = {"errors": 0.2}


@fault("balancer-refuses", item="target-group-errors", falls_with=("dashboard-watch", "go-no-go-t5"))
def _(world: "World") -> None:
    """The load balancer itself answers some requests with 503, which no target group counts."""
    world.prod.flows["ec2"].versions[_play(world).fleet.new] = {"refused": 0.2}


@fault("neighbour-fails-during-the-rollout", item="target-group-errors", kind="clean")
def _(world: "World") -> None:
    """Another service behind the same load balancer begins to fail one in ten requests a minute after T0."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.prod, failed=0.1, since=_minute(world, 1))


@fault(
    "new-instances-fail-beside-a-neighbour", item="target-group-errors", falls_with=("dashboard-watch", "go-no-go-t5")
)
def _(world: "World") -> None:
    """One in five requests to the new instances fails, while another service behind the load balancer has no failures."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.prod)
    world.prod.flows["ec2"].versions[_play(world).fleet.new] = {"errors": 0.2}


@fault(
    "shared-balancer-refuses-during-the-rollout",
    item="target-group-errors",
    kind="blind",
    falls_with=("dashboard-watch", "go-no-go-t2", "go-no-go-t5"),
)
def _(world: "World") -> None:
    """A load balancer that another service shares begins to answer some requests with 503 itself, of either service."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.prod, refused=0.05, since=_minute(world, 1))


@fault("one-answer-fails", item="target-group-errors", kind="clean")
def _(world: "World") -> None:
    """A single request in ten thousand fails, which is within the limit."""
    world.prod.flows["ec2"].errors = 0.0001


wire_fault(
    "rollout-metrics-denied",
    "The role may not read prod's metrics.",
    "deny",
    METRICS,
    item="target-group-errors",
    on="prod",
    falls_with=(
        "lambda-canary",
        "api-gateway-errors",
        "instance-load",
        "dashboard-watch",
        *DECISIONS,
    ),
)


@fault("new-instance-busy", item="instance-load", falls_with=("dashboard-watch",))
def _(world: "World") -> None:
    """The processors of a new instance are at 97 %."""
    world.prod.loads[world.prod.green[1]].cpu = 97


@fault("new-instance-out-of-memory", item="instance-load", falls_with=("dashboard-watch",))
def _(world: "World") -> None:
    """Nearly all memory of a new instance is used."""
    world.prod.loads[world.prod.green[0]].memory = 96


@fault("new-instances-work", item="instance-load", kind="clean")
def _(world: "World") -> None:
    """The new instances are busy, within the limits."""
    for key in world.prod.green:
        world.prod.loads[key].cpu, world.prod.loads[key].memory = 78, 80


wire_fault(
    "instance-memory-denied",
    "The role may not look which metrics of memory there are.",
    "deny",
    "cloudwatch:ListMetrics",
    item="instance-load",
    on="prod",
)


@fault("fleet-stuck", item="go-no-go-t5", kind="blind", falls_with=("alb-targets",))
def _(world: "World") -> None:
    """The deployment to the new instances is stuck at installing, while the function is healthy."""
    _play(world).fleet.held = "Install"


@fault("old-instances-not-released", item="go-no-go-t5", kind="clean")
def _(world: "World") -> None:
    """The deployment to the new instances does not end, but they have the traffic: the old ones are not drained."""
    _play(world).fleet.held = "BlockTraffic"


wire_fault(
    "rollout-steps-denied",
    "The role may not see what deployments do on their targets.",
    "deny",
    STEPS,
    item="go-no-go-t5",
    on="prod",
    falls_with=(
        "lambda-canary",
        "api-gateway-errors",
        "canary-correlation-ids",
        "alb-targets",
        "target-group-errors",
        "instance-load",
        "dashboard-watch",
        "alarms-quiet",
        "health-during-shift",
        "go-no-go-t2",
    ),
)


def _minute(world: "World", after: int) -> int:
    """Give the minute since 1970 that is `after` minutes after T0."""
    from promotion.sandbox.world.traffic import minute_of

    return minute_of(_play(world).t0) + after


def _play(world: "World") -> "Play":
    from promotion.sandbox.world.scenes import rollout_of

    return rollout_of(world)
