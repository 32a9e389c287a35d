"""Everything in the table of differences is still so, and nothing is left out without being in it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.second_emulator.differences import LEFT_OUT, MISSING_HERE

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
START = (NOW - timedelta(hours=2)).replace(minute=30)


def ask(account, stat="Sum", period=60, start=START, **more):
    """One query, and its result."""
    metric = {"Namespace": "Shop", "MetricName": "Calls", "Dimensions": more.pop("dimensions", DIMENSIONS)}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat, **more}}
    answer = account.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query], StartTime=start, EndTime=START + timedelta(minutes=30)
    )
    return answer["MetricDataResults"][0]


DIMENSIONS = [{"Name": "Place", "Value": "here"}]


@pytest.fixture
def filled(both):
    """Both with the same six samples, one a minute."""
    for account in both:
        data = [
            {
                "MetricName": "Calls",
                "Dimensions": DIMENSIONS,
                "Unit": "Count",
                "Value": float(minute),
                "Timestamp": when,
            }
            for minute in range(6)
            for when in [START + timedelta(minutes=minute)]
        ]
        account.client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=data)
    return both


def alarm(account, **more):
    """Make an alarm on that metric."""
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="differs", Namespace="Shop", MetricName="Calls", Dimensions=DIMENSIONS, Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold", Threshold=1, Period=60, EvaluationPeriods=1, **more,
    )  # fmt: skip


def history(account):
    """What happened to it."""
    items = account.client("cloudwatch").describe_alarm_history(AlarmName="differs")["AlarmHistoryItems"]
    return [
        (item["HistoryItemType"], item["HistorySummary"], "stateReasonData" in item["HistoryData"]) for item in items
    ]


def periods(account):
    """Ten minutes from two minutes past: by AWS they begin there."""
    moment = ask(account, period=600, start=START + timedelta(minutes=2))["Timestamps"][0]
    return moment.astimezone(UTC).minute % 10


def bounded(account):
    """Samples above 3: two."""
    return ask(account, "TC(3:)", period=1800)["Values"]


def unit(account):
    """A unit that does not match."""
    return ask(account, period=1800, Unit="Percent")["Values"]


def no_dimensions(account):
    """Nothing was published without dimensions."""
    return ask(account, period=1800, dimensions=[])["Values"]


def expressions(account):
    """Metric math: the sandbox does not answer either, but never with nothing and Complete."""
    query = {"Id": "q", "Expression": "1 + 1"}
    try:
        answer = account.client("cloudwatch").get_metric_data(MetricDataQueries=[query], StartTime=START, EndTime=NOW)
    except NotImplementedError:  # over HTTP, the sandbox answers 501
        return 501
    return answer["MetricDataResults"][0]["StatusCode"]


def evaluation(account):
    """A sample above the threshold, of another place, comes in now."""
    alarm(account)
    elsewhere = {"MetricName": "Calls", "Dimensions": [{"Name": "Place", "Value": "there"}], "Value": 9.0}
    account.client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=[elsewhere])
    return account.client("cloudwatch").describe_alarms(AlarmNames=["differs"])["MetricAlarms"][0]["StateValue"]


def reason_data(account):
    """Set with data that tell why."""
    alarm(account)
    account.client("cloudwatch").set_alarm_state(
        AlarmName="differs", StateValue="ALARM", StateReason="x", StateReasonData='{"version": "1.0"}'
    )
    return any(data for _, _, data in history(account))


def configuration(account):
    """Made anew."""
    alarm(account)
    return {what for what, _, _ in history(account)}


def transition(account):
    """When its state last changed."""
    alarm(account)
    told = account.client("cloudwatch").describe_alarms(AlarmNames=["differs"])["MetricAlarms"][0]
    return "StateTransitionedTimestamp" in told


def composite(account):
    """A rule that is true from the start."""
    account.client("cloudwatch").put_composite_alarm(AlarmName="above", AlarmRule="TRUE")
    told = account.client("cloudwatch").describe_alarms(AlarmNames=["above"], AlarmTypes=["CompositeAlarm"])
    return told["CompositeAlarms"][0]["StateValue"]


PROBES = {
    "periods": (periods, 2, 0),
    "bounded statistics": (bounded, [2], [2.5]),
    "unit": (unit, [], [15]),
    "no dimensions": (no_dimensions, [], [15]),
    "expressions": (expressions, 501, "InternalError"),
    "evaluation": (evaluation, "INSUFFICIENT_DATA", "ALARM"),
    "reason data": (reason_data, True, False),
    "configuration": (configuration, {"ConfigurationUpdate"}, {"StateUpdate"}),
    "transition": (transition, True, False),
    "composite evaluation": (composite, "INSUFFICIENT_DATA", "ALARM"),
}
"""By name: how to see it, what the sandbox does, and what the second AWS does."""


@pytest.mark.parametrize("name", PROBES)
def test_the_difference_is_still_there(filled, name):
    """What was mended belongs into the comparison again."""
    see, here, elsewhere = PROBES[name]
    ours, theirs = filled
    assert see(ours) == here
    assert see(theirs) == elsewhere


def test_every_difference_is_proven():
    """The table has no entry that nobody looks at, and no probe is outside the table."""
    assert PROBES.keys() == LEFT_OUT.keys() | MISSING_HERE.keys()
