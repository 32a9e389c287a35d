"""Two implementations of CloudWatch alarms tell the same story, and our judgement of both is the same."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promotion.fixtures import alarms as looking

from promotion.clients.aws.cloudwatch.alarm_history import parse_history
from promotion.clients.aws.cloudwatch.alarms import AlarmsLook
from promotion.clients.aws.deployments import Deployment, DeploymentHistory
from promotion.core.clock import StoppedClock
from promotion.sections.observability.alarms.judgement import judge_alarms
from promotion.settings.observability import Alarms

TYPES = ["MetricAlarm", "CompositeAlarm"]
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
NAMES = iter(f"compared-{number}" for number in range(1000))


def clients(both):
    """The alarms of both."""
    return [account.client("cloudwatch") for account in both]


def make(both, name, **more):
    """Make the same alarm in both."""
    for client in clients(both):
        client.put_metric_alarm(
            **{
                "AlarmName": name,
                "Namespace": "Nobody",
                "MetricName": name,
                "Dimensions": [{"Name": "Place", "Value": "here"}],
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 5,
                "Period": 60,
                "EvaluationPeriods": 1,
                "Statistic": "Sum",
                **more,
            }
        )


def turn(both, name, *states):
    """Let an alarm take states, one after the other, in both."""
    data = json.dumps({"version": "1.0", "period": 60, "recentDatapoints": [7.0], "threshold": 5.0})
    for client in clients(both):
        for state in states:
            client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="compared", StateReasonData=data)


def told(client, name, **asked):
    """The state changes of an alarm as its history tells them, but for its making: see LEFT_OUT, `configuration`."""
    pages = client.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, HistoryItemType="StateUpdate", **{"AlarmTypes": TYPES, **asked}
    )
    items = [item for page in pages for item in page["AlarmHistoryItems"]]
    changes = [json.loads(item["HistoryData"]) for item in items]
    moved = [(one["oldState"]["stateValue"], one["newState"]["stateValue"]) for one in changes]
    return [
        (item["AlarmName"], item["AlarmType"], item["HistorySummary"], *states)
        for item, states in zip(items, moved, strict=True)
        if states[0] != states[1]
    ]


def test_a_new_alarm_has_insufficient_data(both):
    """It has not looked yet; and it keeps its state when it is changed."""
    name = next(NAMES)
    for state in ("INSUFFICIENT_DATA", "ALARM"):
        make(both, name, Threshold=5 if state == "ALARM" else 9)
        found = [client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] for client in clients(both)]
        assert found == ["INSUFFICIENT_DATA"] * 2
    turn(both, name, "ALARM")
    make(both, name, Threshold=90)
    found = [client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] for client in clients(both)]
    assert found == ["ALARM"] * 2


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.sampled_from(STATES), max_size=6))
def test_history_is_the_same(both, states):
    """Which state came after which, newest first unless asked otherwise; a state set anew is no change."""
    name = next(NAMES)
    make(both, name)
    turn(both, name, *states)
    ours, theirs = (told(client, name) for client in clients(both))
    assert ours == theirs
    forwards, theirs_forwards = (told(client, name, ScanBy="TimestampAscending") for client in clients(both))
    assert forwards == theirs_forwards == ours[::-1]
    changed = [state for before, state in zip(["INSUFFICIENT_DATA", *states], states, strict=False) if before != state]
    assert [one[-1] for one in forwards] == changed


def test_history_is_read_through_its_pages(both):
    """Two at a time come to the same as all at once."""
    name = next(NAMES)
    make(both, name)
    turn(both, name, *["ALARM", "OK"] * 4)
    for client in clients(both):
        small = told(client, name, PaginationConfig={"PageSize": 2})
        assert small == told(client, name)
        assert len(small) == 8


def test_history_of_a_span(both):
    """Nothing from before its start, nothing from after its end."""
    name = next(NAMES)
    make(both, name)
    turn(both, name, "ALARM", "OK")
    now = datetime.now(UTC)
    for start, end, expected in ((-60, 60, 2), (60, 120, 0), (-120, -60, 0)):
        span = {"StartDate": now + timedelta(seconds=start), "EndDate": now + timedelta(seconds=end)}
        assert [len(told(client, name, **span)) for client in clients(both)] == [expected] * 2


def test_history_outlives_its_alarm(both):
    """What was deleted during a deployment can still be told of."""
    name = next(NAMES)
    make(both, name)
    turn(both, name, "ALARM")
    for client in clients(both):
        client.delete_alarms(AlarmNames=[name])
        assert not client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    ours, theirs = (told(client, name) for client in clients(both))
    assert ours == theirs
    assert len(ours) == 1


@pytest.fixture
def composite(both):
    """An alarm that is made of another, which is in OK, in both."""
    name, above = next(NAMES), f"above-{next(NAMES)}"
    make(both, name)
    turn(both, name, "OK")
    for client in clients(both):
        client.put_composite_alarm(AlarmName=above, AlarmRule=f'ALARM("{name}")')
    # The sandbox evaluates no rule (MISSING_HERE, `composite evaluation`); there it is OK from the start.
    both[0].client("cloudwatch").set_alarm_state(AlarmName=above, StateValue="OK", StateReason="its rule")
    return name, above


def fire(both, name, above, *states):
    """Let an alarm take states; the alarm above it follows, by itself or by hand."""
    for state in states:
        turn(both, name, state)
        both[0].client("cloudwatch").set_alarm_state(AlarmName=above, StateValue=state, StateReason="its rule")


def test_composite_alarms_are_listed_when_they_are_asked_for(both, composite):
    """DescribeAlarms and DescribeAlarmHistory tell of metric alarms alone unless AlarmTypes says more."""
    name, above = composite
    fire(both, name, above, "ALARM")
    for client in clients(both):
        plain = client.describe_alarms(AlarmNames=[name, above])
        assert ([one["AlarmName"] for one in plain["MetricAlarms"]], plain.get("CompositeAlarms", [])) == ([name], [])
        asked = client.describe_alarms(AlarmNames=[name, above], AlarmTypes=TYPES)
        assert [one["AlarmRule"] for one in asked["CompositeAlarms"]] == [f'ALARM("{name}")']
        assert [one["StateValue"] for one in asked["CompositeAlarms"]] == ["ALARM"]
        assert not client.describe_alarm_history(AlarmName=above)["AlarmHistoryItems"]
    ours, theirs = (told(client, above) for client in clients(both))
    assert ours == theirs
    assert {one[1] for one in ours} == {"CompositeAlarm"}


def test_a_composite_alarm_follows_its_rule(second):
    """By the second AWS, which evaluates it: what it then tells reads as the sandbox's own history does."""
    alone = second.account()
    make([alone], "below")
    alone.client("cloudwatch").put_composite_alarm(AlarmName="above", AlarmRule='ALARM("below")')
    turn([alone], "below", "ALARM", "OK")
    items = alone.client("cloudwatch").describe_alarm_history(AlarmName="above", AlarmTypes=TYPES)["AlarmHistoryItems"]
    changes = parse_history(items).states
    assert sorted({one.new for one in changes}) == ["ALARM", "OK"]
    assert not any(one.by_hand for one in changes)


def findings(account, names, now):
    """What the gate says of these alarms, deployed to in the minute before and looked at half an hour later."""
    deployment = Deployment("d-1", "Succeeded", "user", now - timedelta(minutes=1), now, "AllAtOnce", "s3")
    declared = SimpleNamespace(
        targets={"lambda": None}, alarms=Alarms(names=tuple(names)), dashboard=None, account="", region=""
    )
    gate = SimpleNamespace(dev=declared)
    aws = SimpleNamespace(client=account.client, account="111122223333", region="eu-west-1")
    alarms = looking.dev_alarms(gate, AlarmsLook((), ()), {}, aws)
    deployments = {"lambda": DeploymentHistory(deployment)}
    clock = StoppedClock(now + timedelta(minutes=30))
    seen = looking.dev_alarm_history(gate, deployments, alarms, aws, clock)
    return judge_alarms(alarms, seen)


def said(found, kept=("was in ALARM", "does not exist", "gap")):
    """Its sentences without times, and without doubts about hands: see LEFT_OUT, `reason data`."""
    sentences = [*found.problems, *(doubt.message for doubt in found.doubts)]
    return sorted(
        one.partition(", since")[0].partition(" during")[0] for one in sentences if any(k in one for k in kept)
    )


def test_our_judgement_of_both_is_the_same(both, composite):
    """An alarm that fired and recovered, the composite alarm above it, and one that was quiet."""
    name, above = composite
    quiet = next(NAMES)
    make(both, quiet)
    turn(both, quiet, "OK")
    fire(both, name, above, "ALARM", "OK")
    now = datetime.now(UTC)
    ours, theirs = (findings(account, [name, above, quiet, "nobody"], now) for account in both)
    assert said(ours) == said(theirs)
    assert said(ours) == sorted([f"alarm {name} was in ALARM", f"alarm {above} was in ALARM", said(ours)[-1]])
    assert said(ours)[-1].startswith("alarm nobody")


def test_alarms_that_were_quiet_are_quiet_in_both(both):
    """Reading only who fired, nothing is wrong in either."""
    name = next(NAMES)
    make(both, name)
    turn(both, name, "OK")
    later = datetime.now(UTC) + timedelta(minutes=5)
    for account in both:
        found = findings(account, [name], later)
        assert (found.problems, found.doubts) == ([], [])
