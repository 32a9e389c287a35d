"""Faults of the item rollback-alarms by effect: alarms that would not fire, or that fire on a healthy service."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "rollback-alarms"


@fault("rollback-alarm-threshold-of-a-billion", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires above 1,000,000,000 a minute."""
    world.prod.alarm("lambda-errors").threshold = 1e9


@fault("rollback-alarm-below-zero", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires when there are fewer than 0."""
    _compare(world, "lambda-errors", "LessThanThreshold", 0)


@fault("rollback-alarm-the-wrong-way", item=ITEM)
def _(world: "World") -> None:
    """The alarm on errors fires while there is at most one error a minute: when all is well."""
    _compare(world, "lambda-errors", "LessThanOrEqualToThreshold", 1)


@fault("rollback-alarm-at-zero", item=ITEM)
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


def _compare(world: "World", name: str, comparison: str, threshold: float) -> None:
    alarm = world.prod.alarm(name)
    alarm.comparison_operator, alarm.threshold = comparison, float(threshold)
