"""Faults of the item rollback-alarms by effect: alarms on expressions, and composite ones."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

DRIFT = "deployment-groups[lambda]"
ITEM = "rollback-alarms"


@fault("rollback-alarm-times-zero", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors is an expression that multiplies them by 0."""
    _by_math(world, "m1 * 0", 0)


@fault("rollback-alarm-rate-as-a-share", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the error rate divides, and compares the share of at most 1 with 5, meant as percent."""
    _by_math(world, "m1 / m2", 5)


@fault("rollback-alarm-rate-behind-a-guard", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the error rate is 0 under 100,000 requests a minute, which never come."""
    _by_math(world, "IF(m2 > 100000, 100 * m1 / m2, 0)", 1)


@fault("rollback-alarm-returns-the-requests", item=ITEM)
def _(world: "World") -> None:
    """The alarm returns the requests in place of the errors: it fires on a healthy service."""
    _by_math(world, "m2 + m1 * 0", 1)


@fault("rollback-composite-red-already", item=ITEM, falls_with=(DRIFT,))
def _(world: "World") -> None:
    """The rule of the composite alarm needs a maintenance alarm not to be in ALARM, as it is, and has OR beside it."""
    _red(world)
    world.prod.alarm(
        "unwell"
    ).rule = '(ALARM("shop-prod-lambda-errors") OR ALARM("shop-prod-lambda-throttles")) AND OK("shop-prod-nightly")'
    _names(world, "shop-prod-unwell")


@fault("rollback-composite-against-its-twin", item=ITEM, falls_with=(DRIFT,))
def _(world: "World") -> None:
    """The composite alarm needs errors while the alarm on their rate is OK, which it is not when there are errors."""
    from promotion.sandbox.world.alarm_math import put_by_math

    put_by_math(world.prod, "error-rate", "100 * m1 / m2", 1)
    world.prod.alarm("unwell").rule = 'ALARM("shop-prod-lambda-errors") AND OK("shop-prod-error-rate")'
    _names(world, "shop-prod-unwell")


@fault("rollback-alarm-rate-by-math", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on errors is a rate in percent, by metric math, with FILL and a guard for few requests."""
    _by_math(world, "IF(m2 > 20, 100 * FILL(m1, 0) / m2, 0)", 1)


@fault("rollback-alarm-rate-over-five", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on errors fires when more than 5 % of the requests fail: no sooner than it must."""
    _by_math(world, "100 * m1 / m2", 5)


@fault("rollback-alarm-rate-in-steps", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The rate is computed by expressions that refer to each other, with functions of arrays."""
    _by_math(world, "CEIL(e2) > 4 AND MAX([m1, e2]) > 10", 0, ("e2", "100 * SUM([m1]) / m2"))


@fault("rollback-alarm-on-successes", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on errors is on what succeeds: invocations without errors, under 96 % of all."""
    _by_math(world, "100 * (m2 - m1) / m2", 96, comparison="LessThanThreshold")


@fault("rollback-composite-errors-with-traffic", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The groups of the function name a composite alarm: two alarms on errors, both of which a bad version sets off."""
    from promotion.sandbox.world.alarm_math import put_by_math

    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}"
        put_by_math(environment, "error-rate", "100 * m1 / m2", 1)
        environment.alarm("unwell").rule = f'ALARM("{name}-lambda-errors") AND ALARM("{name}-error-rate")'
        environment.alarm("unwell").actions_suppressor = f"{name}-lambda-throttles"
        _named(environment, f"{name}-unwell")


@fault("rollback-composite-with-enough-traffic", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The groups of the function name a composite alarm: errors, while an alarm says that there are enough requests, as it does."""
    from promotion.sandbox.world.alarm_math import put_by_math
    from promotion.sandbox.world.model import ago

    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}"
        put_by_math(environment, "busy", "FILL(m2, 0)", 20)
        environment.turn_alarm("busy", "ALARM", ago(days=4))
        environment.alarm("unwell").rule = f'ALARM("{name}-lambda-errors") AND ALARM("{name}-busy")'
        _named(environment, f"{name}-unwell")


@fault("rollback-alarm-anomaly-beside-threshold", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """An alarm with an anomaly detection band is beside one with a threshold on the same errors."""
    from promotion.sandbox.world.alarm_math import put_by_math

    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}-errors-band"
        band = "ANOMALY_DETECTION_BAND(m1, 2)"
        put_by_math(environment, "errors-band", band, None, comparison="GreaterThanUpperThreshold")
        names = [alarm["name"] for alarm in environment.lambda_group.alarm_configuration["alarms"]]
        _named(environment, *names, name)


@fault("rollback-alarm-anomaly-alone", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The only alarm on errors has an anomaly detection band: whether it fires, only CloudWatch can tell."""
    _by_math(world, "ANOMALY_DETECTION_BAND(m1, 2)", None, comparison="GreaterThanUpperThreshold")


@fault("rollback-alarm-running-sum", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The alarm on errors is on RUNNING_SUM, which depends on how much CloudWatch fetches."""
    _by_math(world, "RUNNING_SUM(m1)", 10)


@fault("rollback-alarm-unknown-function", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The alarm on errors uses a function that is not documented."""
    _by_math(world, "SMOOTH(m1, 3)", 1)


def _by_math(
    world: "World",
    expression: str,
    threshold: float | None,
    *more: tuple[str, str],
    comparison: str = "GreaterThanThreshold",
) -> None:
    """Let the alarm on errors be on an expression over m1, the errors, and m2, the invocations of the alias."""
    from promotion.sandbox.world.alarm_math import put_by_math

    put_by_math(world.prod, "lambda-errors", expression, threshold, *more, comparison=comparison)


def _red(world: "World") -> None:
    """Make an alarm that is in ALARM every night and day."""
    from promotion.sandbox.world.model import ago

    world.prod.client("cloudwatch").put_metric_alarm(
        AlarmName="shop-prod-nightly",
        Namespace="Shop",
        MetricName="Batches",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Threshold=0,
        Statistic="Maximum",
    )
    world.prod.turn_alarm("nightly", "ALARM", ago(hours=9))


def _names(world: "World", *names: str) -> None:
    _named(world.prod, *names)


def _named(environment: Any, *names: str) -> None:
    """Let the deployment group of the function name these alarms."""
    group = environment.lambda_group
    group.alarm_configuration = {**group.alarm_configuration, "alarms": [{"name": name} for name in names]}
