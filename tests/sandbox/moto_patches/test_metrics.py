"""CloudWatch: statistics, metrics, alarms and their history."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from hypothesis import given
from hypothesis import strategies as st

from promotion.sandbox.moto_patches.metrics import Computed, computed, metric
from promotion.sandbox.moto_patches.statistics import Samples, StatisticSet, UnknownStatisticError

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
START, END = NOW - timedelta(minutes=30), NOW - timedelta(minutes=10)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sum", 5050),
        ("SampleCount", 100),
        ("Average", 50.5),
        ("Minimum", 1),
        ("Maximum", 100),
        ("p50", 50.5),
        ("p99", 99.01),
        ("p99.9", 99.901),
        ("p100", 100),
        ("tm90", 45.5),
        ("IQM", 50.5),
        ("TM(10%:90%)", 50.5),
        ("TM(50:60)", 55.5),
        ("tc90", 90),
        ("TC(:95)", 95),
        ("TC(95:)", 5),
        ("TS(98:)", 199),
        ("PR(:30)", 30),
        ("PR(30:40)", 10),
        ("WM(:50)", 37.75),
        ("wm100", 50.5),
    ],
)
def test_statistics_are_those_of_cloudwatch(name, value):
    """Over the numbers from 1 to 100; a lower bound is exclusive, an upper one inclusive."""
    assert Samples([(float(n), 1) for n in range(1, 101)]).statistic(name) == pytest.approx(value)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40), st.integers(1, 5))
def test_a_value_seen_often_counts_as_often(values, times):
    """A weight is nothing but repetition."""
    weighted = Samples([(float(v), times) for v in values])
    repeated = Samples([(float(v), 1) for v in values for _ in range(times)])
    for name in ("Sum", "Average", "p99", "TC(10:)", "PR(:500)", "tm90"):
        assert weighted.statistic(name) == pytest.approx(repeated.statistic(name))


@pytest.mark.parametrize("name", ["p101", "P99", "tm", "TM(:)", "PR(10%:20%)", "Median", "sum"])
def test_there_are_no_other_statistics(name):
    """A name that CloudWatch does not know is an error."""
    with pytest.raises(UnknownStatisticError):
        Samples([(1.0, 1)]).statistic(name)


def test_percentiles_need_every_value():
    """A statistic set hides them, unless all its samples are alike; negative values have none."""
    assert Samples([(1.0, 1)], [StatisticSet(5, 2, 1, 4)]).statistic("p50") is None
    assert Samples([(1.0, 1)], [StatisticSet(2, 2, 1, 1)]).statistic("p50") == 1
    assert Samples([(-1.0, 1)]).statistic("p50") is None
    assert Samples([], [StatisticSet(5, 2, 1, 4)]).statistic("Average") == 2.5


@pytest.fixture
def cloudwatch(client):
    """Give CloudWatch with the same name in two namespaces, with and without dimensions."""
    watch = client("cloudwatch")
    when = NOW - timedelta(minutes=20)
    for dimensions, value in (([], 7), ([{"Name": "A", "Value": "1"}], 3), ([{"Name": "A", "Value": "2"}], 5)):
        put(watch, "Shop", dimensions, [value], when)
    put(watch, "Other", [{"Name": "A", "Value": "1"}], [11], when)
    return watch


def put(watch, namespace, dimensions, values, when):
    """Put samples of one moment."""
    data = [{"MetricName": "Calls", "Dimensions": dimensions, "Values": values, "Timestamp": when, "Unit": "Count"}]
    watch.put_metric_data(Namespace=namespace, MetricData=data)


def ask(watch, stat="Sum", period=60, **more):
    """The values of one query."""
    namespace, name, dimensions = more.get("metric") or ("Shop", "Calls", [])
    asked = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    query = {"Id": "q", "MetricStat": {"Metric": asked, "Period": period, "Stat": stat}}
    answer = watch.get_metric_data(MetricDataQueries=[query], StartTime=more.get("start", START), EndTime=END)
    return answer["MetricDataResults"][0]["Values"]


def test_a_metric_is_its_namespace_name_and_dimensions(cloudwatch, guarded):
    """Neither other dimensions nor other namespaces are summed up."""
    one = ("Shop", "Calls", [{"Name": "A", "Value": "1"}])
    guarded(lambda: ask(cloudwatch, metric=one), lambda values: values != [3], lambda values: values == [3])
    guarded(lambda: ask(cloudwatch), lambda values: values != [7], lambda values: values == [7])


def test_percentiles_are_answered(cloudwatch, guarded):
    """In GetMetricData, where moto breaks, and in GetMetricStatistics, where it leaves them out."""
    put(cloudwatch, "Shop", [], list(range(1, 101)), NOW - timedelta(minutes=15))
    late = NOW - timedelta(minutes=16)
    guarded(lambda: ask(cloudwatch, "p99", start=late), TypeError, lambda v: v == [pytest.approx(99.01)])
    guarded(lambda: ask(cloudwatch, "TC(90:)", start=late), TypeError, lambda v: v == [10])

    def statistics():
        answer = cloudwatch.get_metric_statistics(
            Namespace="Shop", MetricName="Calls", StartTime=late, EndTime=END, Period=60,
            Statistics=["Maximum"], ExtendedStatistics=["p99"],
        )  # fmt: skip
        return answer["Datapoints"][0].get("ExtendedStatistics")

    guarded(statistics, lambda told: told is None, lambda told: told == {"p99": pytest.approx(99.01)})


def test_periods_start_where_the_window_starts(cloudwatch):
    """One period over the whole window gives one value."""
    put(cloudwatch, "Shop", [], [1], NOW - timedelta(minutes=11))
    assert ask(cloudwatch, period=1200) == [8]
    assert ask(cloudwatch, period=300) == [1, 7]


def test_a_unit_that_does_not_fit_gives_nothing(cloudwatch):
    """CloudWatch converts nothing."""
    asked = {"Metric": {"Namespace": "Shop", "MetricName": "Calls"}, "Period": 60, "Stat": "Sum", "Unit": "Seconds"}
    query = {"Id": "q", "MetricStat": asked}
    answer = cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=START, EndTime=END)
    assert answer["MetricDataResults"][0]["Values"] == []


def test_expressions_are_refused_instead_of_answered_with_nothing(cloudwatch, guarded):
    """An empty answer would read as 'no data'."""

    def expression():
        query = {"Id": "e", "Expression": "m1 / m2"}
        return cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=START, EndTime=END)

    from promotion.sandbox import moto_patches

    with moto_patches.unfilled():
        assert expression()["MetricDataResults"][0]["Values"] == []
    with pytest.raises(NotImplementedError):
        expression()


def test_too_much_at_once_is_refused(cloudwatch, guarded):
    """501 queries, and 1441 datapoints."""

    def many():
        stat = {"Metric": {"Namespace": "Shop", "MetricName": "Calls"}, "Period": 60, "Stat": "Sum"}
        queries = [{"Id": f"q{n}", "MetricStat": stat} for n in range(501)]
        try:
            return cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=START, EndTime=END)
        except ClientError as error:
            return error.response["Error"]["Code"]

    guarded(many, lambda told: "MetricDataResults" in told, lambda told: "ValidationError" in told)
    with pytest.raises(ClientError, match="1440"):
        cloudwatch.get_metric_statistics(
            Namespace="Shop", MetricName="Calls", StartTime=NOW - timedelta(days=2), EndTime=NOW, Period=60,
            Statistics=["Sum"],
        )  # fmt: skip


def test_a_metric_may_be_computed(cloudwatch, state):
    """It is there for every minute that is over, listed, and may go silent."""
    backend = state("cloudwatch")
    made = computed(backend)[metric("Shop", "Load", Host="a")] = Computed(lambda minute: [(1.0, 5)], "Percent")
    load = ("Shop", "Load", [{"Name": "Host", "Value": "a"}])
    assert ask(cloudwatch, metric=load) == [5] * 20
    listed = cloudwatch.list_metrics(Namespace="Shop", MetricName="Load")["Metrics"]
    assert listed == [{"Namespace": "Shop", "MetricName": "Load", "Dimensions": [{"Name": "Host", "Value": "a"}]}]
    made.until = (NOW - timedelta(minutes=25)).replace(tzinfo=None)
    assert len(ask(cloudwatch, metric=load)) in {5, 6}


def test_the_minute_that_runs_is_not_there_yet(cloudwatch, state):
    """Only whole minutes are published, and those a little late."""
    computed(state("cloudwatch"))[metric("Shop", "Load")] = Computed(lambda minute: [(1.0, 1)])
    query = {"Metric": {"Namespace": "Shop", "MetricName": "Load"}, "Period": 60, "Stat": "Sum"}
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "q", "MetricStat": query}],
        StartTime=START,
        EndTime=datetime.now(UTC) + timedelta(hours=1),
    )
    newest = answer["MetricDataResults"][0]["Timestamps"][0]
    assert timedelta(seconds=120) <= datetime.now(UTC) - newest < timedelta(seconds=230)


ALARM = {
    "Namespace": "Shop", "MetricName": "Calls", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip


def test_a_new_alarm_does_not_know_its_state(client, guarded):
    """INSUFFICIENT_DATA until it was evaluated; a change of the alarm leaves its state."""
    watch = client("cloudwatch")

    def made():
        watch.delete_alarms(AlarmNames=["calls"])
        watch.put_metric_alarm(AlarmName="calls", **ALARM)
        return watch.describe_alarms()["MetricAlarms"][0]["StateValue"]

    guarded(made, lambda state: state == "OK", lambda state: state == "INSUFFICIENT_DATA")
    watch.set_alarm_state(AlarmName="calls", StateValue="ALARM", StateReason="test")
    watch.put_metric_alarm(AlarmName="calls", **{**ALARM, "Threshold": 2})
    (alarm,) = watch.describe_alarms()["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Threshold"]) == ("ALARM", 2)
    assert "StateTransitionedTimestamp" in alarm


def test_alarms_may_have_any_statistic(client, guarded):
    """Trimmed counts too, which moto refuses."""
    watch = client("cloudwatch")
    settings = {key: value for key, value in ALARM.items() if key != "Statistic"}

    def made():
        try:
            watch.put_metric_alarm(AlarmName="slow", ExtendedStatistic="TC(1000:)", **settings)
        except (ClientError, ParamValidationError) as error:
            return str(error)
        return watch.describe_alarms()["MetricAlarms"][0]["ExtendedStatistic"]

    guarded(made, lambda told: "InvalidParameterValue" in told, lambda told: told == "TC(1000:)")


def test_alarms_come_in_pages_and_only_of_the_types_asked_for(client, guarded):
    """Composite alarms are not told of unless they are named."""
    watch = client("cloudwatch")
    for number in range(5):
        watch.put_metric_alarm(AlarmName=f"calls-{number}", **ALARM)
    rule = {"AlarmName": "any", "AlarmRule": 'ALARM("calls-0") OR ALARM("calls-1")'}
    guarded(
        lambda: watch.put_composite_alarm(**rule)["ResponseMetadata"]["HTTPStatusCode"],
        NotImplementedError,
        lambda status: status == 200,
    )
    guarded(
        lambda: [len(told["MetricAlarms"]) for told in watch.get_paginator("describe_alarms").paginate(
            PaginationConfig={"PageSize": 2})],
        lambda pages: pages == [5],
        lambda pages: pages == [2, 2, 1],
    )  # fmt: skip
    guarded(lambda: len(watch.describe_alarms()["CompositeAlarms"]), lambda count: count == 1, lambda count: count == 0)
    (composite,) = watch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert composite["AlarmRule"] == rule["AlarmRule"]


def states(watch, **more):
    """Tell the transitions of the history: before and after."""
    items = watch.describe_alarm_history(HistoryItemType="StateUpdate", **more)["AlarmHistoryItems"]
    return [
        tuple(json.loads(item["HistoryData"])[side]["stateValue"] for side in ("oldState", "newState"))
        for item in items
    ]


@pytest.mark.usefixtures("at_once")
def test_the_history_of_an_alarm_is_told(client, guarded):
    """Every transition with the state before and after, newest first, also when the alarm is gone."""
    watch = client("cloudwatch")
    actions = {"AlarmActions": ["arn:aws:sns:eu-west-1:111122223333:shop"]}
    watch.put_metric_alarm(AlarmName="calls", **ALARM, **actions)
    for value in ("OK", "ALARM", "ALARM", "OK"):
        watch.set_alarm_state(AlarmName="calls", StateValue=value, StateReason="test")
    guarded(
        lambda: states(watch, AlarmName="calls"),
        NotImplementedError,
        lambda told: told == [("ALARM", "OK"), ("OK", "ALARM"), ("INSUFFICIENT_DATA", "OK")],
    )
    watch.disable_alarm_actions(AlarmNames=["calls"])
    watch.delete_alarms(AlarmNames=["calls"])
    items = watch.describe_alarm_history(ScanBy="TimestampAscending")["AlarmHistoryItems"]
    kinds = [item["HistoryItemType"] for item in items]
    assert [kinds.count(kind) for kind in ("ConfigurationUpdate", "StateUpdate", "Action")] == [3, 3, 1]
    assert "deleted" in items[-1]["HistorySummary"]


@pytest.mark.usefixtures("at_once")
def test_the_history_has_pages_windows_and_types(client, state):
    """Nothing is lost between pages; composite alarms have to be asked for."""
    watch = client("cloudwatch")
    watch.put_metric_alarm(AlarmName="calls", **ALARM)
    watch.put_composite_alarm(AlarmName="any", AlarmRule='ALARM("calls")')
    for name in ("calls", "any"):
        for value in ("OK", "ALARM", "OK"):
            watch.set_alarm_state(AlarmName=name, StateValue=value, StateReason="test")
    pages = watch.get_paginator("describe_alarm_history").paginate(PaginationConfig={"PageSize": 2})
    assert [len(told["AlarmHistoryItems"]) for told in pages] == [2, 2]
    assert len(states(watch, AlarmTypes=["MetricAlarm", "CompositeAlarm"])) == 6
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert states(watch, StartDate=later) == []
    assert len(states(watch, EndDate=later)) == 3


@pytest.mark.parametrize(
    ("days", "period", "found"), [(14, 60, 1), (16, 60, 0), (16, 300, 1), (64, 300, 0), (64, 3600, 1)]
)
def test_values_are_kept_for_as_long_as_their_period_is(client, days, period, found):
    """Of single minutes fifteen days, of five minutes sixty-three, of hours fifteen months."""
    cloudwatch = client("cloudwatch")
    at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Old", "Value": 1.0, "Timestamp": at}])
    query = {
        "Id": "q",
        "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "Old"}, "Period": period, "Stat": "Sum"},
    }
    told = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=at - timedelta(hours=2), EndTime=datetime.now(UTC)
    )
    assert len(told["MetricDataResults"][0]["Values"]) == found
