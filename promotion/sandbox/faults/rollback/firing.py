"""Faults of the item rollback-alarms by effect: alarms that would not fire, or that fire on a healthy service."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

DRIFT = "deployment-groups[lambda]"
ITEM = "rollback-alarms"
ERRORS, INVOCATIONS, DURATION = "Errors", "Invocations", "Duration"


@fault("rollback-alarm-threshold-of-a-billion", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires above 1,000,000,000 a minute."""
    world.prod.alarm("lambda-errors").threshold = 1e9


@fault("rollback-alarm-below-nought", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires when there are fewer than 0."""
    _compare(world, "lambda-errors", "LessThanThreshold", 0)


@fault("rollback-alarm-the-wrong-way", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires while there is at most one error a minute: when all is well."""
    _compare(world, "lambda-errors", "LessThanOrEqualToThreshold", 1)


@fault("rollback-alarm-at-nought", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires when there are 0 or more."""
    _compare(world, "lambda-errors", "GreaterThanOrEqualToThreshold", 0)


@fault("rollback-alarm-in-percent", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the load balancer's errors asks for the unit Percent, in which nothing is published."""
    world.prod.alarm("alb-5xx").unit = "Percent"


@fault("rollback-alarm-in-seconds", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the function's duration asks for the unit Seconds; it is published in milliseconds."""
    world.prod.alarm("lambda-duration").unit = "Seconds"


@fault("rollback-alarm-minimum-of-a-count", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the load balancer's errors needs a minimum over 1 in two of two minutes; a count's minimum is 1."""
    alarm = world.prod.alarm("alb-5xx")
    alarm.statistic, alarm.evaluation_periods, alarm.datapoints_to_alarm = "Minimum", 2, 2


@fault("rollback-alarm-average-of-a-count", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the target group's errors needs an average of 5; the average of a count that is only ever 1 is 1."""
    world.prod.alarm("alb-target-5xx").statistic = "Average"
    _compare(world, "alb-target-5xx", "GreaterThanOrEqualToThreshold", 5)


@fault("rollback-alarm-average-of-errors", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors needs an average over 1: no invocation has more than one error."""
    world.prod.alarm("lambda-errors").statistic = "Average"


@fault("rollback-alarm-counts-samples", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors counts samples, of which each invocation sends one: it fires on a healthy service."""
    world.prod.alarm("lambda-errors").statistic = "SampleCount"


@fault("rollback-alarm-missing-is-breaching", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the load balancer's errors takes missing data for a breach, and there is none while all is well."""
    world.prod.alarm("alb-5xx").treat_missing_data = "breaching"


@fault("rollback-alarm-duration-in-the-wrong-unit", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the response time has 500 as its limit: milliseconds, for a metric in seconds."""
    world.prod.alarm("alb-response-time").threshold = 500.0


@fault("rollback-alarm-too-slow-a-limit", item=ITEM)
def _(world: "World") -> None:
    """The alarm on the function's duration fires above 15 minutes, which no function lives to see."""
    world.prod.alarm("lambda-duration").threshold = 900_000.0


@fault("rollback-alarm-only-on-many-errors", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires above 300 a minute: when half of all requests fail, but not when 5 % do."""
    world.prod.alarm("lambda-errors").threshold = 300.0


@fault("rollback-alarm-of-ten-seconds-three-times", item=ITEM)
def _(world: "World") -> None:
    """The alarm on throttles needs three of six periods of ten seconds; Lambda publishes once a minute."""
    alarm = world.prod.alarm("lambda-throttles")
    alarm.period, alarm.evaluation_periods, alarm.datapoints_to_alarm = 10, 6, 3


@fault("rollback-alarm-times-nought", item=ITEM)
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


@fault("rollback-alarm-two-of-three", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on errors fires when two of three minutes are bad."""
    alarm = world.prod.alarm("lambda-errors")
    alarm.evaluation_periods, alarm.datapoints_to_alarm = 3, 2


@fault("rollback-alarm-average-is-a-rate", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on errors is on their average, which is the share of invocations that fail."""
    world.prod.alarm("lambda-errors").statistic = "Average"
    _compare(world, "lambda-errors", "GreaterThanOrEqualToThreshold", 0.01)


@fault("rollback-alarm-median-with-enough-samples", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on the 90th percentile ignores periods with under 100 samples, and each has more."""
    alarm = world.prod.alarm("lambda-duration")
    alarm.extended_statistic, alarm.evaluate_low_sample_count_percentile = "p90", "ignore"


@fault("rollback-alarm-trimmed-mean", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on the function's duration is on a trimmed mean."""
    world.prod.alarm("lambda-duration").extended_statistic = "tm95"


@fault("rollback-alarm-in-its-unit", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Alarms ask for the units that their metrics are published in."""
    for name, unit in (("alb-5xx", "Count"), ("alb-response-time", "Seconds"), ("lambda-duration", "Milliseconds")):
        world.prod.alarm(name).unit = unit


@fault("rollback-alarm-on-successes", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The alarm on errors is on what succeeds: invocations without errors, under 96 % of all."""
    _by_math(world, "100 * (m2 - m1) / m2", 96, comparison="LessThanThreshold")


@fault("rollback-composite-errors-with-traffic", item=ITEM, kind="clean", falls_with=())
def _(world: "World") -> None:
    """The groups of the function name a composite alarm: two alarms on errors, both of which a bad version sets off."""
    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}"
        _put(environment, f"{name}-error-rate", "100 * m1 / m2", 1)
        environment.alarm("unwell").rule = f'ALARM("{name}-lambda-errors") AND ALARM("{name}-error-rate")'
        environment.alarm("unwell").actions_suppressor = f"{name}-lambda-throttles"
        _named(environment, f"{name}-unwell")


@fault("rollback-alarm-anomaly-beside-threshold", item=ITEM, kind="clean", falls_with=())
def _(world: "World") -> None:
    """An alarm with an anomaly detection band is beside one with a threshold on the same errors."""
    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}-errors-band"
        _put(environment, name, "ANOMALY_DETECTION_BAND(m1, 2)", None, comparison="GreaterThanUpperThreshold")
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


def _compare(world: "World", name: str, comparison: str, threshold: float) -> None:
    alarm = world.prod.alarm(name)
    alarm.comparison_operator, alarm.threshold = comparison, float(threshold)


def _by_math(
    world: "World",
    expression: str,
    threshold: float | None,
    *more: tuple[str, str],
    comparison: str = "GreaterThanThreshold",
) -> None:
    """Let the alarm on errors be on an expression over m1, the errors, and m2, the invocations of the alias."""
    _put(world.prod, "shop-prod-lambda-errors", expression, threshold, *more, comparison=comparison)


def _put(
    environment: Any,
    name: str,
    expression: str,
    threshold: float | None,
    *more: tuple[str, str],
    comparison: str = "GreaterThanThreshold",
) -> None:
    from promotion.sandbox.world.model import ago
    from promotion.sandbox.world.names import ALIAS, FUNCTION

    dimensions = [
        {"Name": "FunctionName", "Value": FUNCTION},
        {"Name": "Resource", "Value": f"{FUNCTION}:{ALIAS}"},
    ]
    banded = threshold is None
    metrics: list[dict[str, Any]] = [{"Id": "e1", "Expression": expression, "ReturnData": True}]
    metrics += [{"Id": key, "Expression": text, "ReturnData": False} for key, text in more]
    for key, metric in (("m1", ERRORS), ("m2", INVOCATIONS)):
        measured = {
            "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions},
            "Period": 60,
            "Stat": "Sum",
        }
        metrics.append({"Id": key, "ReturnData": banded and key == "m1", "MetricStat": measured})
    asked = {"ThresholdMetricId": "e1"} if threshold is None else {"Threshold": float(threshold)}
    environment.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        ComparisonOperator=comparison,
        TreatMissingData="notBreaching",
        Metrics=metrics,
        **asked,
    )
    environment.turn_alarm(name.removeprefix(f"shop-{environment.name}-"), "OK", ago(days=5))


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
