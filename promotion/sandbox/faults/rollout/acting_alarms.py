"""Faults of taking a rollout back while an alarm of the deployment group is in ALARM, which the new version has set off.

CodeDeploy stops a deployment whose alarms are in ALARM: https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html.
"""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.rollout.acting import ROLLED_BACK, over
from promotion.sandbox.faults.rollout.rollout import after

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ALARM = "lambda-errors"


@fault("alarm-outlasts-the-rollout", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and an alarm of its group stays in ALARM."""
    over(world)
    world.prod.turn_alarm(ALARM, "ALARM", after(world, seconds=40))


@fault("alarm-recovers-after-the-rollout", item=ROLLED_BACK, kind="clean")
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and an alarm of its group is in ALARM for five minutes."""
    from promotion.sandbox.world.model import now

    until = after(world, seconds=340)
    state = {"calm": False}

    def recovers(_: Any, proceed: Any) -> Any:
        if now() >= until and not state["calm"]:
            state["calm"] = True
            world.prod.turn_alarm(ALARM, "OK", until)
        return proceed()

    over(world)
    world.prod.turn_alarm(ALARM, "ALARM", after(world, seconds=40))
    world.wire.add("cloudwatch:DescribeAlarms", recovers, account=world.prod.id)
