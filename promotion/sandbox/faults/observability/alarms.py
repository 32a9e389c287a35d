"""Faults of the item no-alarms: what alarms did while dev was deployed to, and what was done to them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.faulted_world import Seeded as World

HISTORY = "cloudwatch:DescribeAlarmHistory"


@fault("alarm-fired-and-recovered", item="no-alarms")
def _(world: "World") -> None:
    """An alarm was in ALARM for two minutes of the deployment, and has long been OK again."""
    _blip(world, "lambda-errors", 2, 4)


@fault("alarm-fired-twice", item="no-alarms")
def _(world: "World") -> None:
    """An alarm went off, recovered and went off again during the deployment."""
    _blip(world, "api-5xx", 1, 2)
    _blip(world, "api-5xx", 3, 4)


@fault("alarm-fired-after-the-end", item="no-alarms")
def _(world: "World") -> None:
    """An alarm went off a minute after the deployment had ended, because of its last minute."""
    ended = world.dev.latest_ec2_deployment.record.complete_time
    world.dev.turn_alarm("alb-5xx", "ALARM", ended + timedelta(seconds=70))
    world.dev.turn_alarm("alb-5xx", "OK", ended + timedelta(minutes=6))


@fault("alarm-in-alarm-throughout", item="no-alarms")
def _(world: "World") -> None:
    """An alarm was in ALARM from before the deployment until after it, and did not change during it."""
    from promotion.sandbox.world.model import ago

    world.dev.turn_alarm("alb-response-time", "ALARM", _during(world, -30))
    world.dev.turn_alarm("alb-response-time", "OK", ago(minutes=8))


@fault("composite-alarm-fired", item="no-alarms")
def _(world: "World") -> None:
    """A composite alarm, which is listed only when it is asked for, went off during the deployment."""
    _blip(world, "unwell", 1, 3)


@fault("alarm-on-idle-target-group-fired", item="no-alarms")
def _(world: "World") -> None:
    """Each fleet has a target group; the alarm of the one that served until then went off during the deployment."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    _blip(world, "alb-unhealthy-hosts-blue", 1, 2)


@fault("alarm-threshold-lifted", item="no-alarms")
def _(world: "World") -> None:
    """The threshold of an alarm was lifted during the deployment, so that it could not go off."""
    _change(world, "alb-target-5xx", threshold=1000.0)


@fault("alarm-actions-switched-off", item="no-alarms")
def _(world: "World") -> None:
    """The actions of an alarm were switched off during the deployment."""
    _change(world, "lambda-duration", actions_enabled=False)


@fault("alarm-history-of-one-type-at-a-time", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """Asked about several types of alarms without a name, CloudWatch answers of the first alone."""
    for environment in (world.dev, world.prod):
        vars(environment.backend("cloudwatch"))["one_type_at_a_time"] = True


@fault("composite-alarm-fired-unasked", item="no-alarms")
def _(world: "World") -> None:
    """A composite alarm went to ALARM; the history is of one type of alarms at a time."""
    vars(world.dev.backend("cloudwatch"))["one_type_at_a_time"] = True
    _blip(world, "unwell", 1, 3)


@fault("log-alarms-unknown", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """The endpoint of CloudWatch does not know alarms of the type LogAlarm, and refuses to be asked for them."""
    for environment in (world.dev, world.prod):
        vars(environment.backend("cloudwatch"))["without_log_alarms"] = True


@fault("alarm-deleted", item="no-alarms", falls_with=("dashboard-healthy",))
def _(world: "World") -> None:
    """An alarm was deleted during the deployment."""
    from promotion.sandbox.moto_patches.alarm_history import configured

    cloudwatch = world.dev.backend("cloudwatch")
    configured(cloudwatch, cloudwatch.alarms.pop("shop-dev-lambda-throttles"), "Delete", _during(world, 2))


@fault("alarm-fired-before", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """An alarm went off and recovered before the deployment began."""
    _blip(world, "lambda-errors", -15, -10)


@fault("alarm-fired-later", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """An alarm went off and recovered long after the deployment had ended."""
    from promotion.sandbox.world.model import ago

    world.dev.turn_alarm("lambda-errors", "ALARM", ago(minutes=9))
    world.dev.turn_alarm("lambda-errors", "OK", ago(minutes=7))


@fault("alarm-threshold-lowered", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """The threshold of an alarm was lowered during the deployment, so that it would have gone off sooner."""
    _change(world, "alb-response-time", threshold=0.4)


@fault("alarm-without-errors", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """An alarm on a count of errors has no data since there are none, while requests are counted."""
    from promotion.sandbox.world.model import ago

    world.dev.alarm("alb-target-5xx").treat_missing_data = "missing"
    world.dev.turn_alarm("alb-target-5xx", "INSUFFICIENT_DATA", ago(days=3))


@fault("alarm-history-on-second-page", item="no-alarms", kind="clean")
def _(world: "World") -> None:
    """The lists of alarms and of their history begin with an empty page and a token."""
    world.wire.empty_page("cloudwatch:DescribeAlarms")
    world.wire.empty_page(HISTORY)


@fault("alarm-fired-on-second-page", item="no-alarms")
def _(world: "World") -> None:
    """An alarm went off during the deployment, and it is listed on a page after an empty one."""
    _blip(world, "lambda-errors", 2, 4)
    world.wire.empty_page(HISTORY)


@fault("alarm-blind", item="no-alarms", kind="blind", falls_with=("dashboard-healthy",))
def _(world: "World") -> None:
    """An alarm looks at a function that does not exist, and has had insufficient data for days."""
    from promotion.sandbox.world.model import ago

    for dimension in world.dev.alarm("lambda-errors").dimensions:
        dimension.value = dimension.value.replace("shop-api", "shop-apo")
    world.dev.turn_alarm("lambda-errors", "INSUFFICIENT_DATA", ago(days=3))


@fault("alarm-made-during-deployment", item="no-alarms", kind="blind")
def _(world: "World") -> None:
    """An alarm was created during the deployment."""
    from promotion.sandbox.moto_patches.alarm_history import configured, history

    cloudwatch, alarm = world.dev.backend("cloudwatch"), world.dev.alarm("api-5xx")
    history(cloudwatch)[:] = [item for item in history(cloudwatch) if item.alarm != alarm.name]
    alarm.configuration_updated_timestamp = _during(world, 1)
    configured(cloudwatch, alarm, "Create", _during(world, 1))
    alarm.state_value = "INSUFFICIENT_DATA"
    world.dev.turn_alarm("api-5xx", "OK", _during(world, 2))


@fault("alarm-set-by-hand", item="no-alarms", kind="blind")
def _(world: "World") -> None:
    """Somebody set an alarm to OK during the deployment."""
    from promotion.sandbox.moto_patches.alarm_history import history

    world.dev.turn_alarm("alb-5xx", "INSUFFICIENT_DATA", _during(world, 1))
    world.dev.turn_alarm("alb-5xx", "OK", _during(world, 2))
    items = [item for item in history(world.dev.backend("cloudwatch")) if item.what == "StateUpdate"]
    items[-1].data["newState"].pop("stateReasonData")


@fault("alarm-history-has-a-gap", item="no-alarms", kind="blind")
def _(world: "World") -> None:
    """An alarm says that it changed during the deployment, but its history has no such change."""
    from promotion.sandbox.moto_patches.alarm_history import history

    kept = list(history(world.dev.backend("cloudwatch")))
    _blip(world, "unwell", 1, 2)
    history(world.dev.backend("cloudwatch"))[:] = kept


@fault("no-alarm-to-look-at", item="no-alarms", kind="blind")
def _(world: "World") -> None:
    """Neither the deployment groups nor the dashboard name an alarm."""
    from promotion.sandbox.faults.observability.dashboards import drawn

    for group in (world.dev.lambda_group, world.dev.ec2_group):
        group.alarm_configuration = {"enabled": False, "alarms": []}
    with drawn(world) as widgets:
        widgets[:] = [widget for widget in widgets if widget["type"] != "alarm"]


@fault("deployed-before-the-history", item="no-alarms", kind="blind")
def _(world: "World") -> None:
    """The newest deployments are twenty days old, and CloudWatch keeps the history of alarms for two weeks."""
    for deployment in (*world.dev.lambda_deployments, *world.dev.ec2_deployments):
        deployment.shift(timedelta(days=-20))


wire_fault("alarm-history-denied", "DescribeAlarmHistory is denied.", "deny", HISTORY, item="no-alarms", on="dev")


wire_fault(
    "alarm-history-throttled",
    "DescribeAlarmHistory is throttled in every attempt.",
    "throttle",
    HISTORY,
    item="no-alarms",
    on="dev",
)


wire_fault(
    "alarm-history-cut-off",
    "The answer of DescribeAlarmHistory is cut off half-way, with status 200.",
    "truncate",
    HISTORY,
    item="no-alarms",
    on="dev",
)


def _during(world: "World", minutes: float) -> "datetime":
    """Give a moment N minutes after both deployments began; before that if it is less than nothing.

    Counted from now it would not do: a world may be given out long after it was built.
    """
    deployments = (world.dev.latest_lambda_deployment, world.dev.latest_ec2_deployment)
    began: datetime = max(deployment.record.create_time for deployment in deployments)
    return began + timedelta(minutes=minutes)


def _blip(world: "World", alarm: str, since: float, until: float) -> None:
    world.dev.turn_alarm(alarm, "ALARM", _during(world, since))
    world.dev.turn_alarm(alarm, "OK", _during(world, until))


def _change(world: "World", name: str, **settings: Any) -> None:
    """Let somebody have changed an alarm during the deployment."""
    from promotion.sandbox.moto_patches.alarm_history import configured

    alarm = world.dev.alarm(name)
    for key, value in settings.items():
        setattr(alarm, key, value)
    alarm.configuration_updated_timestamp = _during(world, 2)
    configured(world.dev.backend("cloudwatch"), alarm, "Update", _during(world, 2))
