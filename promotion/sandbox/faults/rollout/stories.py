"""Rollouts that go wrong, from the first sign to the end: what the decisions at T+2 and T+5 are for.

They are about the scene `rollout`. The alarms of the world do not fire by themselves, so that it is the gate that
decides; only `alarm-during-rollout` has one fire, and CodeDeploy act on it.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.scenes.play import Play

ERRORS = ("lambda-canary", "api-gateway-errors", "dashboard-watch", "go-no-go-t5")
"""What also fails with the first decision where a version fails requests."""
FIRED = timedelta(seconds=90)
"""After T0."""
SOON = timedelta(seconds=4)
"""How long CodeDeploy takes to see an alarm."""


@fault("bad-canary-errors", item="go-no-go-t2", falls_with=ERRORS)
def _(world: "World") -> None:
    """The new version of the function fails 12 % of its requests."""
    _canary(world, errors=0.12)


@fault("bad-canary-latency", item="go-no-go-t2", falls_with=["lambda-canary", "go-no-go-t5"])
def _(world: "World") -> None:
    """The new version of the function takes 1.6 times as long."""
    _canary(world, slowness=1.6)


@fault("bad-canary-tail", item="go-no-go-t2", falls_with=["lambda-canary", "go-no-go-t5", "dashboard-watch"])
def _(world: "World") -> None:
    """One in eight requests to the new version of the function takes ten times as long."""
    _canary(world, tail=0.12)


@fault("bad-canary-throttles", item="go-no-go-t2", falls_with=ERRORS)
def _(world: "World") -> None:
    """One in ten requests to the new version of the function is throttled."""
    _canary(world, refused=0.1)


@fault(
    "bad-dependency",
    item="api-gateway-errors",
    falls_with=["lambda-canary", "dashboard-watch", "go-no-go-t2", "go-no-go-t5"],
)
def _(world: "World") -> None:
    """What both versions of the function depend on fails one request in twenty, from the first minute on."""
    world.prod.flows["lambda"].change(_play(world).t0 + timedelta(minutes=1), errors=0.05)


@fault(
    "alarm-during-rollout",
    item="go-no-go-t2",
    falls_with=["alarms-quiet", "dashboard-watch", "go-no-go-t5"],
)
def _(world: "World") -> None:
    """An alarm fires in the canary, and CodeDeploy stops the function's deployment and rolls it back."""
    play, prod = _play(world), world.prod
    fired = play.t0 + FIRED

    def fire() -> None:
        from promotion.sandbox.world.deployment import alarm_active

        prod.turn_alarm("lambda-errors", "ALARM", fired)
        play.function.stop(fired + SOON, rolls_back=True, error=alarm_active(f"shop-{prod.name}-lambda-errors"))

    play.at(fired, fire)


@fault(
    "deployment-stuck",
    item="go-no-go-t2",
    kind="blind",
    falls_with=["lambda-canary", "canary-correlation-ids", "alb-targets", "go-no-go-t5"],
)
def _(world: "World") -> None:
    """Neither deployment gets so far that the new version has any traffic."""
    play = _play(world)
    play.function.held, play.fleet.held = "BeforeAllowTraffic", "Install"


@fault("rollback-fails", item="go-no-go-t2", falls_with=ERRORS)
def _(world: "World") -> None:
    """The new version of the function fails 12 % of its requests, and the rollback fails too."""
    _canary(world, errors=0.12)
    play = _play(world)
    play.function.rollback_fails = play.fleet.rollback_fails = True


@fault("bad-fleet-errors", item="go-no-go-t5", falls_with=["target-group-errors", "dashboard-watch"])
def _(world: "World") -> None:
    """The new instances answer 20 % of their requests with 500."""
    world.prod.flows["ec2"].versions[_play(world).fleet.new] = {"errors": 0.2}


@fault("green-host-unhealthy", item="go-no-go-t5", falls_with=["alb-targets"])
def _(world: "World") -> None:
    """One of the new instances does not pass its health checks."""
    fleet = _play(world).fleet
    reason = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]")
    fleet.sicken(fleet.fleets[fleet.new][0], reason)


def _play(world: "World") -> "Play":
    from promotion.sandbox.world.scenes import rollout_of

    return rollout_of(world)


def _canary(world: "World", **knobs: float) -> None:
    world.prod.flows["lambda"].versions[_play(world).function.new] = dict(knobs)
