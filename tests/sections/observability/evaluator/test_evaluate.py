"""Whole alarms over samples: period, M of N, unit, low samples, metric math, and what is not evaluated."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.aws.cloudwatch.alarm_definition import parse_alarm_definition
from promotion.sections.observability.evaluator.evaluate import evaluate_alarm
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEALTHY, BAD = (
    {"Errors": [(0, 600)], "Invocations": [(1, 600)]},
    {"Errors": [(1, 30), (0, 570)], "Invocations": [(1, 600)]},
)


def alarm(**changes):
    """An alarm on more than one error a minute, changed."""
    described = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return parse_alarm_definition({**described, **changes})


def by_math(expression, *, period=60, **changes):
    """An alarm on an expression over m1, the errors, and m2, the invocations."""
    metrics = [
        {"Id": name, "ReturnData": False, "MetricStat": {
            "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": []}, "Period": period, "Stat": "Sum"}}
        for name, metric in (("m1", "Errors"), ("m2", "Invocations"))
    ]  # fmt: skip
    return alarm(MetricName=None, Metrics=[{"Id": "e1", "Expression": expression}, *metrics], **changes)


def after(definition, healthy=HEALTHY, bad=BAD, minutes=5):
    """Give the minutes after the first bad one at which the alarm is in ALARM, from OK."""

    def samples(series, minute):
        return (bad if minute >= START else healthy).get(series.metric.name, [])

    end = START + timedelta(minutes=minutes)
    seen = evaluate_alarm(definition, samples, START - timedelta(minutes=10), end, "OK")
    return [(one.moment - START).total_seconds() / 60 for one in seen if one.state == "ALARM"]


@pytest.mark.parametrize(
    ("definition", "fires"),
    [
        (alarm(), 1),
        (alarm(Threshold=30.0), None),
        (alarm(Threshold=30.0, ComparisonOperator="GreaterThanOrEqualToThreshold"), 1),
        (alarm(Period=120), 1),  # the window slides: half of it is bad after one minute
        (alarm(Period=120, Threshold=45.0), 2),
        (alarm(EvaluationPeriods=3), 3),
        (alarm(EvaluationPeriods=3, DatapointsToAlarm=2), 2),
        (alarm(Statistic="Average", Threshold=0.04), 1),
        (alarm(Statistic="Minimum", Threshold=0.0), None),
        (alarm(Statistic="SampleCount", Threshold=601.0), None),
        (by_math("100 * m1 / m2", Threshold=4.0), 1),
        (by_math("IF(m2 > 100, 100 * FILL(m1, 0) / m2, 0)", Threshold=4.0), 1),
        (by_math("m1 * 0", Threshold=0.0), None),
        (by_math("SUM([m1, m2])", Threshold=620.0), 1),
        (alarm(Period=10, EvaluationPeriods=6, DatapointsToAlarm=1, TreatMissingData="notBreaching"), 1),
        (alarm(Period=10, EvaluationPeriods=6, DatapointsToAlarm=3, TreatMissingData="notBreaching"), None),
    ],
)
def test_when_an_alarm_fires(definition, fires):
    """So many minutes after the first bad minute began, or never."""
    found = after(definition)
    assert (round(found[0] + 0.49) if found else None) == fires


@pytest.mark.parametrize(
    ("count", "low", "fires"), [(999, "ignore", False), (1000, "ignore", True), (1, "evaluate", True)]
)
def test_few_samples(count, low, fires):
    """A percentile with few samples keeps its state if they are to be ignored."""
    definition = alarm(MetricName="Duration", Statistic=None, ExtendedStatistic="p99", Threshold=1000.0,
                       EvaluateLowSampleCountPercentile=low)  # fmt: skip
    found = after(definition, {"Duration": [(100, count)]}, {"Duration": [(4000, count)]})
    assert bool(found) is fires


@pytest.mark.parametrize(
    ("missing", "fires"), [("breaching", True), ("notBreaching", False), ("ignore", False), ("missing", False)]
)
def test_silence(missing, fires):
    """No datapoint any more: only `breaching` fires, when the last datapoints are no longer fetched."""
    definition = alarm(MetricName="Invocations", ComparisonOperator="LessThanThreshold", TreatMissingData=missing)
    assert bool(after(definition, bad={})) is fires


@pytest.mark.parametrize(
    ("definition", "part"),
    [
        (alarm(ComparisonOperator="GreaterThanUpperThreshold", ThresholdMetricId="ad1"), "band"),
        (alarm(Metrics=[{"Id": "q1", "Expression": "SELECT SUM(Errors) FROM x", "Period": 60}]), "query"),
        (by_math("RUNNING_SUM(m1)"), "RUNNING_SUM"),
        (by_math("SUM(m1)"), "SUM"),
        (by_math("e1 + 1"), "refer to each other"),
        (alarm(EvaluationWindow={"Type": "WallClock"}), "wall clock"),
        (alarm(EvaluationCriteria={"PromQLCriteria": {}}), "PromQL"),
        (alarm(Statistic="Median"), "Median"),
    ],
)
def test_what_is_not_evaluated(definition, part):
    """Only CloudWatch can tell, and the answer says what."""
    with pytest.raises(NotEvaluable, match=part):
        after(definition)


@pytest.mark.parametrize(("account", "elsewhere"), [(None, False), ("444455556666", False), ("111122223333", True)])
def test_metrics_of_another_account(account, elsewhere):
    """A query may name its own account; only another one is out of reach."""
    measured = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}
    arn = "arn:aws:cloudwatch:eu-west-1:444455556666:alarm:errors"
    definition = alarm(AlarmArn=arn, Metrics=[{"Id": "m1", "MetricStat": measured, "AccountId": account}])
    assert definition.series[0].elsewhere is elsewhere
