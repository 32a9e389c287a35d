"""CloudWatch is late in the sandbox as it is at AWS: what is there when, and what is not there yet."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from promotion.sandbox.moto_patches.delays import (
    FIRST_AFTER,
    HISTORY_AFTER,
    LISTED_AFTER,
    WHOLE_AFTER,
    share_there,
    there,
)
from promotion.sandbox.moto_patches.log_events import SEARCHED
from promotion.sandbox.moto_patches.metrics import Computed, computed, metric

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    """A clock that is moved by hand."""
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


def listed(cloudwatch):
    """The metrics that are listed."""
    return [one["MetricName"] for one in cloudwatch.list_metrics(Namespace="Shop")["Metrics"]]


def asked(cloudwatch, name, stat="Sum"):
    """What is there of the last ten minutes of a metric, by the minute."""
    now = datetime.now(UTC)
    query = {"Metric": {"Namespace": "Shop", "MetricName": name}, "Period": 60, "Stat": stat}
    (told,) = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "q", "MetricStat": query}], StartTime=now - timedelta(minutes=10), EndTime=now
    )["MetricDataResults"]
    return dict(zip(told["Timestamps"], told["Values"], strict=True))


def test_a_new_metric_is_listed_a_quarter_of_an_hour_later(client, state, clock):
    """Its values can be had sooner, by whoever knows its dimensions."""
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Put", "Value": 1, "Timestamp": NOW}])
    began = (NOW - timedelta(minutes=5)).replace(tzinfo=None)
    computed(state("cloudwatch"))[metric("Shop", "New")] = Computed(lambda _: [(1.0, 5)], "Count", since=began)
    computed(state("cloudwatch"))[metric("Shop", "Old")] = Computed(lambda _: [(1.0, 5)], "Count")
    assert listed(cloudwatch) == ["Old"]
    assert asked(cloudwatch, "New")
    clock.move_to(NOW + LISTED_AFTER - timedelta(minutes=5))
    assert listed(cloudwatch) == ["New", "Old"]
    clock.move_to(NOW + LISTED_AFTER)
    assert listed(cloudwatch) == ["Put", "New", "Old"]


def test_a_metric_that_fell_silent_is_not_listed_for_ever(client, state, clock):
    """After two weeks it is not."""
    ended = NOW.replace(tzinfo=None)
    computed(state("cloudwatch"))[metric("Shop", "Gone")] = Computed(lambda _: [(1.0, 5)], "Count", until=ended)
    assert listed(client("cloudwatch")) == ["Gone"]
    clock.move_to(NOW + timedelta(days=14))
    assert listed(client("cloudwatch")) == []


def test_the_last_minutes_come_by_halves(client, state, clock):
    """Nothing at first, then a half of the requests with their failures, then all; it never becomes less."""
    cloudwatch, kept = client("cloudwatch"), computed(state("cloudwatch"))
    kept[metric("Shop", "Calls")] = Computed(lambda _: [(1.0, 2000)], "Count")
    kept[metric("Shop", "Failed")] = Computed(lambda _: [(0.0, 1980), (1.0, 20)], "Count")
    seen = []
    for second in range(0, 200, 5):
        clock.move_to(NOW + timedelta(minutes=1, seconds=second))
        seen.append((asked(cloudwatch, "Calls").get(NOW, 0), asked(cloudwatch, "Failed").get(NOW, 0)))
        at_least = FIRST_AFTER.total_seconds() <= second
        assert at_least or seen[-1] == (0, 0)
        assert second < WHOLE_AFTER.total_seconds() or seen[-1] == (2000, 20)
    assert sorted(set(seen)) == [(0, 0), (1000, 10), (2000, 20)]
    assert seen == sorted(seen)


def test_a_long_period_holds_what_is_there_of_its_last_minute(client, state, clock):
    """An hour is the sum of its minutes, also where minutes are counted at once."""
    from promotion.sandbox.moto_patches.metrics import Summed

    samples = Summed(lambda _: [(1.0, 100)], lambda first, stop: [(1.0, 100 * (stop - first))])
    computed(state("cloudwatch"))[metric("Shop", "Calls")] = Computed(samples, "Count")
    clock.move_to(NOW + timedelta(minutes=3))
    query = {"Metric": {"Namespace": "Shop", "MetricName": "Calls"}, "Stat": "Sum"}
    sums = [
        sum(
            client("cloudwatch").get_metric_data(
                MetricDataQueries=[{"Id": "q", "MetricStat": {**query, "Period": period}}],
                StartTime=NOW - timedelta(hours=2),
                EndTime=NOW + timedelta(minutes=3),
            )["MetricDataResults"][0]["Values"]
        )
        for period in (60, 3600)
    ]
    assert sums[0] == sums[1] < 12_300


@pytest.mark.parametrize("samples", [[(0.0, 1990), (1.0, 10)], [(float(one), 1) for one in range(9)], [(5.0, 1)], []])
def test_shares_add_up(samples):
    """A half is a half, to the next whole sample; a single one comes with the first."""
    count = sum(number for _, number in samples)
    half = sum(number for _, number in there(samples, 0.5))
    assert half == int(count / 2 + 0.5)
    assert there(samples, 1) == samples
    assert there(samples, 0) == []


def test_every_minute_is_whole_in_time():
    """Whatever the minute and whoever sends it."""
    for minute in range(120):
        for source in ("AWS/Lambda", "AWS/ApplicationELB", "CWAgent"):
            assert share_there(minute, WHOLE_AFTER, source) == 1
            assert share_there(minute, FIRST_AFTER - timedelta(seconds=1), source) == 0


def test_what_an_alarm_did_is_told_later_than_its_state(client, clock):
    """The state is there at once."""
    watch = client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="calls", Namespace="Shop", MetricName="Calls", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    watch.set_alarm_state(AlarmName="calls", StateValue="ALARM", StateReason="test")
    assert watch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"
    assert watch.describe_alarm_history(HistoryItemType="StateUpdate")["AlarmHistoryItems"] == []
    clock.move_to(NOW + HISTORY_AFTER)
    assert len(watch.describe_alarm_history(HistoryItemType="StateUpdate")["AlarmHistoryItems"]) == 1


def test_pages_of_what_a_pattern_lets_through_are_sparse(client, state, monkeypatch):
    """A page looks at so many events; it may give none of them, and there are more."""
    from promotion.sandbox.world.events import Event

    monkeypatch.setattr("promotion.sandbox.moto_patches.log_events.SEARCHED", 10)
    assert SEARCHED > 10
    logs = client("logs")
    logs.create_log_group(logGroupName="shop")
    logs.create_log_stream(logGroupName="shop", logStreamName="one")
    stream = state("logs").groups["shop"].streams["one"]
    stream.events = [Event(number, "rare" if number in {3, 34} else "often") for number in range(35)]
    pages = [*logs.get_paginator("filter_log_events").paginate(logGroupName="shop", filterPattern="rare", endTime=99)]
    assert [len(page["events"]) for page in pages] == [1, 0, 0, 1]
    assert len([*logs.get_paginator("filter_log_events").paginate(logGroupName="shop", endTime=99)]) == 1
