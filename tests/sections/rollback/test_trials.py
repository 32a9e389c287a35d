"""Alarms are tried with defects and with a healthy service, and the first reason is given."""

from datetime import UTC, datetime

import pytest

from promotion.clients.aws.cloudwatch.alarm_definition import parse_alarm_definition
from promotion.clients.aws.cloudwatch.alarms import Alarm
from promotion.sections.observability.evaluator.synthetic import Service
from promotion.sections.rollback.alarm import StoppingAlarm, StoppingAlarms
from promotion.sections.rollback.firing import fired_together, unevaluable
from promotion.sections.rollback.trials import try_alarm

NOW = datetime(2026, 5, 4, tzinfo=UTC)
SERVICE = Service(per_second=10, function_ms=1000, balancer_ms=500, hosts=2, canary_seconds=300)
OVER, UNDER = "GreaterThanThreshold", "LessThanThreshold"
BALANCER, LAMBDA = "AWS/ApplicationELB", "AWS/Lambda"


def alarm(namespace, metric, statistic, comparison, threshold, **more):
    """An alarm on one metric, one of one minute, for which missing data is no breach."""
    kind = "ExtendedStatistic" if statistic.startswith("p") else "Statistic"
    described = {
        "Namespace": namespace, "MetricName": metric, kind: statistic, "Period": 60, "EvaluationPeriods": 1,
        "ComparisonOperator": comparison, "Threshold": threshold, "TreatMissingData": "notBreaching",
    }  # fmt: skip
    return parse_alarm_definition({**described, **more})


@pytest.mark.parametrize(
    "definition",
    [
        alarm(LAMBDA, "Errors", "Sum", OVER, 1),
        alarm(LAMBDA, "Errors", "Sum", OVER, 30),  # 5 % of 600: an alarm for more than that is meant for it
        alarm(LAMBDA, "Errors", "Average", OVER, 0.05),
        alarm(LAMBDA, "Throttles", "Sum", OVER, 0),
        alarm(LAMBDA, "Duration", "p99", OVER, 3999),
        alarm(LAMBDA, "Duration", "Minimum", OVER, 1000),
        alarm(BALANCER, "TargetResponseTime", "p99", OVER, 1.9),
        alarm(BALANCER, "HTTPCode_ELB_5XX_Count", "Sum", OVER, 1, TreatMissingData="missing"),
        alarm(BALANCER, "HealthyHostCount", "Minimum", UNDER, 2),
        alarm(BALANCER, "UnHealthyHostCount", "Maximum", OVER, 0),
        alarm(LAMBDA, "Invocations", "Sum", UNDER, 1, TreatMissingData="breaching"),
        alarm(BALANCER, "RequestCount", "Sum", UNDER, 10, TreatMissingData="breaching"),
        alarm("AWS/EC2", "CPUUtilization", "Average", OVER, 80, Period=300, EvaluationPeriods=2),
        alarm("AWS/ApiGateway", "5xx", "Average", OVER, 0.01),
    ],
)
def test_alarms_that_do_what_they_are_meant_for(definition):
    """They fire with their defect, and not without."""
    trial = try_alarm(definition, SERVICE)
    assert (trial.silent, trial.fires_healthy, trial.unknown, trial.meant) == ("", "", "", True)
    assert trial.fires


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (
            alarm(LAMBDA, "Errors", "Sum", OVER, 1e6),
            "threshold > 1,000,000 per minute: at 10 requests/s with all failing, the sum of Errors is 600",
        ),
        (
            alarm(BALANCER, "HTTPCode_ELB_5XX_Count", "Sum", OVER, 1, Unit="Percent"),
            "it asks for HTTPCode_ELB_5XX_Count in the unit Percent, which is published in Count",
        ),
        (
            alarm(BALANCER, "HTTPCode_ELB_5XX_Count", "Minimum", OVER, 1, EvaluationPeriods=2),
            "threshold > 1 per minute: at 10 requests/s with all failing, the minimum of HTTPCode_ELB_5XX_Count is 1",
        ),
        (
            alarm(LAMBDA, "Invocations", "Sum", UNDER, 1),
            "no datapoint comes, and missing data is treated as notBreaching",
        ),
        (
            alarm(LAMBDA, "Duration", "p99", OVER, 1000, EvaluateLowSampleCountPercentile="ignore"),
            "p99 ignores periods with fewer than 1,000 samples, and at 10 requests/s one of 60 s has 600",
        ),
        (
            alarm(BALANCER, "TargetResponseTime", "p99", OVER, 500),
            "threshold > 500 per minute: at 10 requests/s with 4 times the limit, the p99 of TargetResponseTime is 2",
        ),
    ],
)
def test_the_first_reason_why_an_alarm_does_not_fire(definition, reason):
    """What was expected, what came, at which traffic."""
    assert try_alarm(definition, SERVICE).silent == reason


@pytest.mark.parametrize(
    "definition",
    [
        alarm(LAMBDA, "Errors", "Sum", UNDER, 1),
        alarm(LAMBDA, "Errors", "Sum", "GreaterThanOrEqualToThreshold", 0),
        alarm(LAMBDA, "Errors", "SampleCount", OVER, 1),
        alarm(BALANCER, "HTTPCode_ELB_5XX_Count", "Sum", OVER, 1, TreatMissingData="breaching"),
        alarm(BALANCER, "HealthyHostCount", "Minimum", "LessThanOrEqualToThreshold", 2),
        alarm(LAMBDA, "Duration", "p99", UNDER, 1000),
    ],
)
def test_alarms_that_fire_though_nothing_is_wrong(definition):
    """A healthy service sets them off."""
    assert "with nothing wrong" in try_alarm(definition, SERVICE).fires_healthy


def test_some_failures_are_told_from_all():
    """Above 300 errors a minute fires when all of 600 fail, and not when 30 do."""
    trial = try_alarm(alarm(LAMBDA, "Errors", "Sum", OVER, 300), SERVICE)
    assert trial.fires_with("Errors", 1.0)
    assert not trial.fires_with("Errors", 0.05)


def test_alarms_whose_purpose_is_not_known_are_not_judged():
    """A metric of one's own, and many requests, are no known defect."""
    assert not try_alarm(alarm("Shop", "Orders", "Sum", OVER, 5), SERVICE).meant
    assert not try_alarm(alarm(LAMBDA, "Invocations", "Sum", OVER, 1e5), SERVICE).meant


@pytest.mark.parametrize(
    ("rule", "sets_off"),
    [
        ('ALARM("errors")', {"errors"}),
        ('ALARM("errors") AND ALARM("rate")', {"errors", "rate"}),  # one defect sets off both
        ('ALARM("errors") AND OK("rate")', set()),  # and so never one without the other
        ('ALARM("errors") AND ALARM("slow")', set()),
        ('ALARM("errors") OR ALARM("slow")', {"errors", "slow"}),
        ('ALARM("errors") AND ALARM("busy")', {"errors"}),  # there are always enough requests
        ('ALARM("errors") OR TRUE', set()),  # in ALARM already
    ],
)
def test_composite_alarms_are_set_off_by_a_defect(rule, sets_off):
    """What fires with the same defect fires together."""
    metric_alarms = [
        metric_alarm("errors", alarm(LAMBDA, "Errors", "Sum", OVER, 1)),
        metric_alarm("rate", alarm(LAMBDA, "Errors", "Average", OVER, 0.01)),
        metric_alarm("busy", alarm(LAMBDA, "Invocations", "Sum", OVER, 20)),
        metric_alarm("slow", alarm(LAMBDA, "Duration", "p99", OVER, 1000)),
    ]
    top = StoppingAlarm(Alarm("top", "", "CompositeAlarm", "OK", NOW, NOW, True), rule=rule)
    look = StoppingAlarms(("top",), (top, *metric_alarms))
    found = look.sets_off("top", fired_together(look, SERVICE))
    assert {one.alarm.name for one in found} == sets_off


@pytest.mark.parametrize(
    ("rule", "without", "with_it"),
    [
        ('ALARM("errors") AND NOT ALARM("band")', {"errors"}, set()),
        ('ALARM("errors") AND OK("band")', {"errors"}, set()),
        ('ALARM("errors") AND ALARM("band")', set(), {"errors", "band"}),
        ('ALARM("errors") OR ALARM("band")', {"errors", "band"}, {"errors", "band"}),
        ('ALARM("errors") AND NOT ALARM("orders")', {"errors"}, {"errors"}),
        ('ALARM("errors") AND (ALARM("band") OR OK("band"))', {"errors"}, {"errors"}),
    ],
)
def test_what_hangs_on_an_alarm_that_cannot_be_evaluated(rule, without, with_it):
    """A band on a metric of the service may fire with the defect or not; a metric of one's own has nothing to do with it."""
    band = {"Metrics": [], "ThresholdMetricId": "ad1", "Namespace": LAMBDA, "MetricName": "Errors", "Statistic": "Sum"}
    alarms = [
        metric_alarm("errors", alarm(LAMBDA, "Errors", "Sum", OVER, 1)),
        metric_alarm("band", parse_alarm_definition({**band, "Period": 60, "ComparisonOperator": OVER})),
        metric_alarm("orders", alarm("Shop", "Orders", "Sum", OVER, 5)),
    ]
    top = StoppingAlarm(Alarm("top", "", "CompositeAlarm", "OK", NOW, NOW, True), rule=rule)
    look = StoppingAlarms(("top",), (top, *alarms))
    unknown = unevaluable(look, SERVICE)
    assert unknown == {"band"}
    for expected, also in ((without, frozenset()), (with_it, unknown)):
        assert {one.alarm.name for one in look.sets_off("top", fired_together(look, SERVICE, also))} == expected


def metric_alarm(name, definition):
    """A metric alarm in OK."""
    return StoppingAlarm(Alarm(name, "", "MetricAlarm", "OK", NOW, NOW, True, definition=definition), 60, 1)


def test_a_red_child_is_named():
    """A composite alarm that cannot change says which alarm is red."""
    red = StoppingAlarm(Alarm("night", "", "MetricAlarm", "ALARM", NOW, NOW, True), 60, 1)
    top = StoppingAlarm(Alarm("top", "", "CompositeAlarm", "OK", NOW, NOW, True), rule="ALARM(a) AND OK(night)")
    assert StoppingAlarms(("top",), (top, red)).red_behind("top") == ("night",)
