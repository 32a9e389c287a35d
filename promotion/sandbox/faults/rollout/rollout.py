"""Faults of a rollout: what people watch it by, and what is decided of it.

They are about the scene `rollout`, in which the newest deployments of prod have just been made.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.faulted_world import Seeded as World

DECISIONS = ("go-no-go-t2", "go-no-go-t5")
HISTORY = "cloudwatch:DescribeAlarmHistory"


def after(world: "World", **span: float) -> "datetime":
    """Give a moment so long after the rollout began; UTC without a zone."""
    from promotion.sandbox.world.scenes import rollout_of

    return rollout_of(world).t0 + timedelta(**span)


@fault("prod-dashboard-on-other-alias", item="dashboard-watch")
def _(world: "World") -> None:
    """The widgets of the function look at an alias that nobody calls."""
    dashboard = world.prod.backend("cloudwatch").dashboards["shop-prod"]
    dashboard.body = dashboard.body.replace("shop-api:live", "shop-api:old")


@fault("prod-dashboard-with-text", item="dashboard-watch", kind="clean")
def _(world: "World") -> None:
    """Somebody added a note to the dashboard."""
    import json

    dashboard = world.prod.backend("cloudwatch").dashboards["shop-prod"]
    tree = json.loads(dashboard.body)
    tree["widgets"].append({"type": "text", "properties": {"markdown": "During a rollout, look at the errors first."}})
    dashboard.body = json.dumps(tree)


wire_fault(
    "prod-dashboard-denied",
    "The role may not see prod's dashboards, nor therefore which alarms are on them.",
    "deny",
    "cloudwatch:GetDashboard",
    item="dashboard-watch",
    on="prod",
    falls_with=("alarms-quiet", *DECISIONS),
)


@fault("rollout-alarm-recovered", item="alarms-quiet", falls_with=DECISIONS)
def _(world: "World") -> None:
    """An alarm was in ALARM for half a minute of the first two, and has long been OK again."""
    world.prod.turn_alarm("lambda-errors", "ALARM", after(world, seconds=40))
    world.prod.turn_alarm("lambda-errors", "OK", after(world, seconds=70))


@fault("alarm-before-the-rollout", item="alarms-quiet", kind="clean")
def _(world: "World") -> None:
    """An alarm went off and recovered an hour before the rollout."""
    world.prod.turn_alarm("lambda-errors", "ALARM", after(world, minutes=-60))
    world.prod.turn_alarm("lambda-errors", "OK", after(world, minutes=-50))


wire_fault(
    "rollout-alarm-history-denied",
    "The role may not read what prod's alarms did.",
    "deny",
    HISTORY,
    item="alarms-quiet",
    on="prod",
    falls_with=("dashboard-watch", *DECISIONS),
)


@fault("new-version-unwell", item="health-during-shift")
def _(world: "World") -> None:
    """The health endpoint behind the API answers 500."""
    for member in world.fronts["prod-lambda"].members:
        member.error_share = 1


@fault("new-version-hesitates", item="health-during-shift", kind="clean")
def _(world: "World") -> None:
    """The health endpoint takes a fifth of a second."""
    for member in world.fronts["prod-lambda"].members:
        member.slow_ms = 200


@fault("new-version-closes-connections", item="health-during-shift", kind="blind")
def _(world: "World") -> None:
    """The connection to the health endpoint behind the API is closed without an answer."""
    world.edges["prod-lambda"].drop("GET /health")


@fault("alarm-after-t2", item="go-no-go-t2", kind="clean")
def _(world: "World") -> None:
    """An alarm fires three minutes after the rollout began, when the first decision has been taken."""
    world.prod.turn_alarm("alb-5xx", "ALARM", after(world, minutes=3))


@fault("alarm-until-t5", item="go-no-go-t5", falls_with=("alarms-quiet", "dashboard-watch"))
def _(world: "World") -> None:
    """An alarm fires three minutes after the rollout began."""
    world.prod.turn_alarm("alb-5xx", "ALARM", after(world, minutes=3))


@fault("alarm-after-t5", item="go-no-go-t5", kind="clean")
def _(world: "World") -> None:
    """An alarm fires five and a half minutes after the rollout began, when the last decision has been taken."""
    world.prod.turn_alarm("alb-5xx", "ALARM", after(world, minutes=5.5))


@fault("rollout-stopped", item="go-no-go-t5", falls_with=("go-no-go-t2",))
def _(world: "World") -> None:
    """Somebody stopped the function's deployment, and CodeDeploy rolls it back."""
    from promotion.sandbox.world.scenes import rollout_of

    rollout_of(world).function.stop(after(world, minutes=1.5), rolls_back=True)
