"""Faults of the item rollback-alarms: alarms that would not stop a bad deployment, though they are there."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

DRIFT = {"lambda": ("deployment-groups[lambda]",), "ec2": ("deployment-groups[ec2]",)}
BOTH = (*DRIFT["lambda"], *DRIFT["ec2"])
ALARMS = "cloudwatch:DescribeAlarms"


@fault("rollback-alarm-on-another-alias", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on errors watches an alias that nobody calls."""
    _dimension(world, "lambda-errors", "Resource", "shop-api:blue")


@fault("rollback-alarm-on-whole-function", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on errors watches all calls of the function, in which those of the alias are lost."""
    alarm = world.prod.alarm("lambda-errors")
    alarm.dimensions = [one for one in alarm.dimensions if one.name == "FunctionName"]


@fault("rollback-alarm-on-one-version", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on errors watches the version that is live now, and not the next one."""
    alarm = world.prod.alarm("lambda-errors")
    dimension = type(alarm.dimensions[0])
    alarm.dimensions = [*alarm.dimensions, dimension("ExecutedVersion", "5")]


@fault("rollback-alarm-of-five-minutes", item="rollback-alarms", falls_with=("canary-strategy[lambda]",))
def _(world: "World") -> None:
    """The alarm on errors looks every five minutes, as long as the canary lasts."""
    world.prod.alarm("lambda-errors").period = 300


@fault("rollback-alarm-after-five-points", item="rollback-alarms", falls_with=("canary-strategy[lambda]",))
def _(world: "World") -> None:
    """The alarm on throttles fires when five minutes in a row were bad."""
    alarm = world.prod.alarm("lambda-throttles")
    alarm.evaluation_periods = alarm.datapoints_to_alarm = 5


@fault("rollback-alarm-silenced", item="rollback-alarms")
def _(world: "World") -> None:
    """The actions of the alarm on the load balancer's errors are disabled."""
    world.prod.alarm("alb-5xx").actions_enabled = False


@fault("rollback-alarm-deleted", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on errors that the group names was deleted."""
    world.prod.backend("cloudwatch").alarms.pop("shop-prod-lambda-errors")


@fault("rollback-alarm-in-alarm", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on the response time has been in ALARM for an hour: CodeDeploy would stop any deployment."""
    from promotion.sandbox.world.model import ago

    world.prod.turn_alarm("alb-response-time", "ALARM", ago(hours=1))


@fault("rollback-alarm-blind", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on errors has had insufficient data for three days, though there is traffic."""
    from promotion.sandbox.world.model import ago

    world.prod.turn_alarm("lambda-errors", "INSUFFICIENT_DATA", ago(days=3))


@fault("rollback-alarm-waits-for-samples", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on the 99th percentile ignores minutes with few requests."""
    world.prod.alarm("lambda-duration").evaluate_low_sample_count_percentile = "ignore"


@fault("rollback-alarm-on-dead-target-group", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on failing requests watches a target group that was replaced long ago."""
    _dimension(world, "alb-target-5xx", "TargetGroup", "targetgroup/shop-prod-instances/0123456789abcdef")


@fault("rollback-alarm-on-another-balancer", item="rollback-alarms")
def _(world: "World") -> None:
    """The alarm on the load balancer's errors watches one that was replaced long ago."""
    _dimension(world, "alb-5xx", "LoadBalancer", "app/shop-prod/0123456789abcdef")


@fault("rollback-alarms-on-one-target-group", item="rollback-alarms", falls_with=DRIFT["ec2"])
def _(world: "World") -> None:
    """Each fleet has a target group; the one that gets traffic now is watched, and not the one that gets it next."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    _named(world.prod.ec2_group, lambda names: [name for name in names if not name.endswith("-blue")])


@fault("rollback-alarms-without-errors", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """No alarm of the group watches errors."""
    _named(world.prod.lambda_group, lambda names: [name for name in names if not name.endswith("lambda-errors")])


@fault("rollback-alarms-none", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """The group names no alarm."""
    world.prod.lambda_group.alarm_configuration = {"enabled": False, "alarms": []}


@fault("rollback-alarms-disabled", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """The alarm configuration of the group is disabled, with all its alarms in it."""
    group = world.prod.lambda_group
    group.alarm_configuration = {**group.alarm_configuration, "enabled": False}


@fault("rollback-alarms-unreadable-is-fine", item="rollback-alarms", falls_with=DRIFT["ec2"])
def _(world: "World") -> None:
    """The group continues a deployment when it cannot read its alarms."""
    group = world.prod.ec2_group
    group.alarm_configuration = {**group.alarm_configuration, "ignorePollAlarmFailure": True}


@fault("rollback-alarms-too-many", item="rollback-alarms", falls_with=DRIFT["ec2"])
def _(world: "World") -> None:
    """The group names eleven alarms."""
    others = ("cpu-1", "cpu-2", "api-5xx", "lambda-errors", "lambda-throttles", "lambda-duration", "unwell")
    _named(world.prod.ec2_group, lambda names: [*names, *(f"shop-prod-{name}" for name in others)])


@fault("rollback-composite-suppressed", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """The group names a composite alarm, whose actions a maintenance alarm suppresses just now."""
    _maintenance(world)
    world.prod.alarm("unwell").actions_suppressor = "shop-prod-maintenance"
    _names(world.prod.lambda_group, "shop-prod-unwell")


@fault("rollback-composite-held-back", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """The group names a composite alarm, whose rule cannot hold while a maintenance alarm is in ALARM, as it is."""
    _maintenance(world)
    alarm = world.prod.alarm("unwell")
    alarm.rule = f'({alarm.rule}) AND NOT ALARM("shop-prod-maintenance")'
    _names(world.prod.lambda_group, "shop-prod-unwell")


@fault("rollback-composite-of-nothing", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """The group names a composite alarm, which looks at an alarm that was deleted."""
    world.prod.alarm("unwell").rule = 'ALARM("shop-prod-lambda-failures")'
    _names(world.prod.lambda_group, "shop-prod-unwell")


@fault("rollback-composite-of-two", item="rollback-alarms", falls_with=DRIFT["lambda"])
def _(world: "World") -> None:
    """The group names a composite alarm, which goes off only when there are errors and throttles at once."""
    world.prod.alarm("unwell").rule = 'ALARM("shop-prod-lambda-errors") AND ALARM(shop-prod-lambda-throttles)'
    _names(world.prod.lambda_group, "shop-prod-unwell")


@fault("rollback-alarms-behind-composite", item="rollback-alarms", kind="clean")
def _(world: "World") -> None:
    """The groups name a composite alarm, in dev and in prod, each of whose alarms sets it off."""
    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}-unwell"
        for group in (environment.lambda_group, environment.ec2_group):
            _names(group, name)


@fault("rollback-alarm-without-errors", item="rollback-alarms", kind="clean")
def _(world: "World") -> None:
    """An alarm on a count of errors has no data since there are none."""
    from promotion.sandbox.world.model import ago

    world.prod.alarm("alb-target-5xx").treat_missing_data = "missing"
    world.prod.turn_alarm("alb-target-5xx", "INSUFFICIENT_DATA", ago(days=3))


@fault("rollback-alarm-of-idle-target-group", item="rollback-alarms", kind="clean")
def _(world: "World") -> None:
    """An alarm on the response time of the target group that gets traffic next has no data, since it gets no requests yet."""
    from promotion.sandbox.world import two_groups
    from promotion.sandbox.world.model import ago

    two_groups.part(world)
    world.prod.alarm("alb-response-time-blue").treat_missing_data = "missing"
    world.prod.turn_alarm("alb-response-time-blue", "INSUFFICIENT_DATA", ago(days=3))


@fault("rollback-alarm-of-ten-seconds", item="rollback-alarms", kind="clean")
def _(world: "World") -> None:
    """The alarm on throttles looks at six periods of ten seconds, one of which has a datapoint, and fires when it is bad."""
    alarm = world.prod.alarm("lambda-throttles")
    alarm.period, alarm.evaluation_periods, alarm.datapoints_to_alarm = 10, 6, 1


wire_fault(
    "rollback-alarms-on-second-page",
    "The list of alarms begins with an empty page and a token.",
    "empty_page",
    ALARMS,
    item="rollback-alarms",
    kind="clean",
    on="prod",
)


@fault("rollback-rule-unknown", item="rollback-alarms", kind="blind", falls_with=("canary-strategy[lambda]",))
def _(world: "World") -> None:
    """The rule of the composite alarm that the groups of the function name uses a function that is not supported."""
    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}-unwell"
        _names(environment.lambda_group, name)
    world.prod.alarm("unwell").rule = "AT_LEAST(2, ALARM, (shop-prod-lambda-errors, shop-prod-api-5xx))"


wire_fault(
    "rollback-alarms-denied",
    "DescribeAlarms is denied in prod.",
    "deny",
    ALARMS,
    item="rollback-alarms",
    on="prod",
    falls_with=("canary-strategy",),
)


wire_fault(
    "rollback-alarms-throttled",
    "DescribeAlarms is throttled in prod in every attempt.",
    "throttle",
    ALARMS,
    item="rollback-alarms",
    on="prod",
    falls_with=("canary-strategy",),
)


wire_fault(
    "rollback-alarms-cut-off",
    "The answer of DescribeAlarms in prod is cut off half-way, with status 200.",
    "truncate",
    ALARMS,
    item="rollback-alarms",
    on="prod",
    falls_with=("canary-strategy",),
)


wire_fault(
    "prod-balancer-denied",
    "DescribeLoadBalancers is denied in prod.",
    "deny",
    "elbv2:DescribeLoadBalancers",
    item="rollback-alarms",
    on="prod",
    falls_with=("previous-version[ec2]", "deployment-groups[ec2]", "canary-monitored[ec2]"),
)


def _dimension(world: "World", alarm: str, name: str, value: str) -> None:
    for dimension in world.prod.alarm(alarm).dimensions:
        if dimension.name == name:
            dimension.value = value


def _names(group: Any, *names: str) -> None:
    """Let a deployment group name these alarms."""
    _named(group, lambda _: names)


def _named(group: Any, change: Callable[[list[str]], Iterable[str]]) -> None:
    """Change which alarms a deployment group names."""
    names = change([alarm["name"] for alarm in group.alarm_configuration["alarms"]])
    group.alarm_configuration = {**group.alarm_configuration, "alarms": [{"name": name} for name in names]}


def _maintenance(world: "World") -> None:
    """Make an alarm that is in ALARM as long as there is maintenance, which there is."""
    from promotion.sandbox.world.model import ago

    world.prod.client("cloudwatch").put_metric_alarm(
        AlarmName="shop-prod-maintenance",
        Namespace="Shop",
        MetricName="Maintenance",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Threshold=0,
        Statistic="Maximum",
    )
    world.prod.turn_alarm("maintenance", "ALARM", ago(hours=4))
