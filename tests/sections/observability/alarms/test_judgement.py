"""Alarms during a deployment: what fired, what was done to them, what was blind. Each trap beside its naive reading."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.aws.cloudwatch.alarm_history import ConfigurationChange, History, StateChange
from promotion.clients.aws.cloudwatch.alarms import Alarm, AlarmsLook, name_of, parse_alarms
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.alarms.judgement import (
    AlarmHistory,
    WatchedDeployment,
    judge_alarms,
    together,
    window_of,
)
from promotion.unknown import Reason

T0 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ERRORS = Metric("AWS/Lambda", "Errors", {"FunctionName": "shop-api"})
REFUSED = Metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", {"LoadBalancer": "app/shop/1"})
CPU = Metric("AWS/EC2", "CPUUtilization", {"InstanceId": "i-1"})


def at(minute):
    """So many minutes after the deployment began."""
    return T0 + timedelta(minutes=minute)


WATCH = WatchedDeployment("d-1 of lambda", at(0), at(6))


def alarm(state="OK", since=-600, configured=-9000, **more):
    """An alarm `a` of one minute, 1 of 1, as it is now."""
    settings = {"metrics": (ERRORS,), "lag": timedelta(minutes=3), "comparison": "GreaterThanThreshold", **more}
    kind = settings.pop("kind", "MetricAlarm")
    return Alarm("a", "arn", kind, state, at(since), at(configured), actions_enabled=True, **settings)


def moved(minute, old, new, **more):
    """A change of state of `a`."""
    return StateChange("a", at(minute), old, new, **more)


def changed(minute, change, after=None, before=None):
    """A change of the alarm `a` itself."""
    written = {key: json.dumps(value) for key, value in (after or {}).items()}
    older = None if before is None else {key: json.dumps(value) for key, value in before.items()}
    return ConfigurationChange("a", at(minute), change, written, older)


def judged(present, states=(), configurations=(), *, before=None, alive=None, looked=60, asked=("a",)):
    """Judge one alarm, or its absence, over one deployment."""
    look = AlarmsLook(asked, (present,) if present else ())
    known = {"d-1 of lambda a": before} if before else {}
    lives = {"d-1 of lambda a": alive} if alive is not None else {}
    return judge_alarms(
        look, AlarmHistory((WATCH,), History(tuple(states), tuple(configurations)), known, lives, at(looked))
    )


def test_an_alarm_that_was_quiet():
    """No change, and OK since long ago."""
    findings = judged(alarm())
    assert (findings.problems, findings.doubts) == ([], [])


@pytest.mark.parametrize(
    ("since", "until", "fires"),
    [
        (-9, -5, False),
        (-9, 1, True),
        (-9, 30, True),
        (1, 2, True),
        (5, 30, True),
        (7, 8, True),
        (8.9, 20, True),
        (9.5, 20, False),
    ],
)
def test_an_alarm_fires_in_the_deployment_or_shortly_after(since, until, fires):
    """The window ends when the alarm can have evaluated the last minute, three minutes later; it is OK by now."""
    states = [moved(since, "OK", "ALARM"), moved(until, "ALARM", "OK")]
    seen = [one for one in states if at(0) <= one.when <= at(9)]
    before = "OK" if since > 9 else "ALARM" if since < 0 < until else None
    findings = judged(alarm(since=until), seen, before=before)
    assert bool(findings.problems) is fires
    assert findings.doubts == []


def test_alarms_that_fired_are_counted():
    """The sentence says when, how often, and why."""
    states = [
        moved(1, "OK", "ALARM", why="too many"),
        moved(2, "ALARM", "OK"),
        moved(3, "OK", "ALARM"),
        moved(4, "ALARM", "OK"),
    ]
    (problem,) = judged(alarm(since=4), states).problems
    for part in ("alarm a", "d-1 of lambda", "12:01:00Z", "12:02:00Z", "2 times", "too many"):
        assert part in problem


def test_a_composite_alarm_waits_for_the_slowest():
    """It has no period of its own."""
    slow = alarm(lag=timedelta(minutes=15))
    composite = Alarm("c", "arn", "CompositeAlarm", "OK", at(-9), at(-9), actions_enabled=True)
    look = AlarmsLook(("a", "c"), (slow, composite))
    assert window_of(composite, look, WATCH) == (at(0), at(21))
    assert window_of(alarm(), look, WATCH) == (at(0), at(9))


def test_it_is_too_early_while_alarms_may_still_fire():
    """A minute after the end nobody knows yet; an alarm that has fired by then has fired."""
    assert [doubt.reason for doubt in judged(alarm(), looked=7).doubts] == [Reason.NOT_DUE]
    assert judged(alarm("ALARM", 2), [moved(2, "OK", "ALARM")], looked=7).problems


def test_no_alarms_are_no_pass():
    """Where there is nothing to look at, nothing was seen."""
    findings = judged(None, asked=())
    assert [doubt.reason for doubt in findings.doubts] == [Reason.NO_DATA]


def test_an_alarm_that_is_not_there_is_unknown():
    """Composite alarms are silently left out for a role that may not see all alarms."""
    (doubt,) = judged(None).doubts
    assert doubt.reason is Reason.NO_DATA
    assert "cloudwatch:DescribeAlarms on *" in doubt.message


def test_an_alarm_that_fired_and_was_deleted():
    """Its history outlives it."""
    assert len(judged(None, [moved(2, "OK", "ALARM")], [changed(4, "Delete")]).problems) == 2


@pytest.mark.parametrize(
    ("changes", "problems", "doubts"),
    [
        ([changed(2, "Update", {"threshold": 9}, {"threshold": 1})], 1, 0),
        ([changed(2, "Update", {"threshold": 1}, {"threshold": 9})], 0, 0),  # it fires sooner
        ([changed(-50, "Create", {"threshold": 1}), changed(2, "Update", {"threshold": 9})], 1, 0),
        ([changed(2, "Update", {"threshold": 9})], 0, 1),  # from what, nobody tells
        ([changed(2, "Update", {"threshold": 9}, {})], 0, 0),  # a description
        ([changed(2, "Update", {"actionsEnabled": False}, {"actionsEnabled": True})], 1, 0),
        ([changed(2, "Update", {"actionsEnabled": False}, {"actionsEnabled": False})], 0, 0),
        ([changed(2, "Update", {"actionsEnabled": True}, {"actionsEnabled": False})], 0, 0),
        ([changed(2, "Update", {"period": 300, "threshold": 1}, {"period": 60})], 0, 1),
        (
            [
                changed(2, "Update", {"threshold": 9}, {"threshold": 1}),
                changed(3, "Update", {"threshold": 1}, {"threshold": 9}),
            ],
            1,
            0,
        ),
        ([changed(2, "Delete")], 1, 0),
        ([changed(2, "Delete"), changed(2.5, "Create", {"threshold": 1})], 0, 1),
        ([changed(2, "Create", {"threshold": 1})], 0, 1),
        ([changed(2, "")], 0, 1),
        ([changed(-2, "Update", {"threshold": 9}, {"threshold": 1})], 0, 0),  # before
        ([changed(30, "Delete")], 0, 0),  # long after
    ],
)
def test_what_is_done_to_an_alarm_during_the_deployment_is_told(changes, problems, doubts):
    """The naive reading looks at states alone: an alarm that is lifted out of reach never fires."""
    findings = judged(alarm(), (), changes)
    assert (len(findings.problems), len(findings.doubts)) == (problems, doubts)


def test_a_threshold_from_below_is_lifted_downwards():
    """An alarm on too few hosts is put out of reach by a lower threshold."""
    low = alarm(comparison="LessThanThreshold")
    assert judged(low, (), [changed(2, "Update", {"threshold": 0}, {"threshold": 2})]).problems
    assert not judged(low, (), [changed(2, "Update", {"threshold": 2}, {"threshold": 0})]).problems


def test_a_band_has_no_direction():
    """Where nobody knows which way is out of reach, a change is unknown."""
    band = alarm(comparison="LessThanLowerOrGreaterThanUpperThreshold")
    findings = judged(band, (), [changed(2, "Update", {"threshold": 9}, {"threshold": 1})])
    # Its name begins with LessThan, but a number above it is as bad as one below.
    assert findings.problems == []
    assert len(findings.doubts) == 1


def test_a_change_that_left_no_trace_is_unknown():
    """The alarm says when it was last changed, and its history does not."""
    assert [doubt.reason for doubt in judged(alarm(configured=2)).doubts] == [Reason.TRUNCATED]


def test_an_alarm_set_to_ok_by_hand_is_unknown():
    """SetAlarmState makes a quiet alarm of any."""
    states = [moved(1, "INSUFFICIENT_DATA", "OK", by_hand=True)]
    assert judged(alarm(since=1), states, alive=True).doubts


def test_an_alarm_that_cannot_be_evaluated_is_unknown():
    """EvaluationState says so, the state does not."""
    assert judged(alarm(trouble="EVALUATION_ERROR")).doubts


@pytest.mark.parametrize(
    ("metric", "treated", "alive", "throughout", "fine"),
    [
        (REFUSED, "missing", True, True, True),  # counts nothing but errors, and requests were counted
        (REFUSED, "missing", False, True, False),
        (REFUSED, "notBreaching", True, True, False),  # it should be OK then
        (ERRORS, "missing", True, True, False),  # Lambda reports zero errors with each call
        (ERRORS, "missing", True, False, True),  # a quiet minute
        (ERRORS, "missing", False, False, False),
        (CPU, "missing", None, True, False),  # always there
        (CPU, "breaching", None, False, False),
    ],
)
def test_insufficient_data_by_its_meaning(metric, treated, alive, throughout, fine):
    """Whether silence is harmless hangs on the metric, on how missing data are treated, and on a proof of life."""
    states = [] if throughout else [moved(2, "INSUFFICIENT_DATA", "OK")]
    present = alarm(
        "INSUFFICIENT_DATA" if throughout else "OK", -99 if throughout else 2, metrics=(metric,), treat_missing=treated
    )
    findings = judged(present, states, alive=alive)
    assert findings.problems == []
    assert (findings.doubts == []) is fine


def test_deployments_at_the_same_time_are_one():
    """An alarm that fired during both is told once; deployments hours apart stay apart."""
    early, late = WatchedDeployment("d-2 of ec2", at(3), at(12)), WatchedDeployment("d-3 of other", at(90), at(95))
    assert together([late, early, WATCH]) == (WatchedDeployment("d-1 of lambda and d-2 of ec2", at(0), at(12)), late)


def test_the_three_kinds_of_alarms_are_read():
    """Metric, composite and log alarms; metric math has several metrics, and the longest period counts."""
    told = {"AlarmArn": "arn", "StateValue": "OK", "StateUpdatedTimestamp": T0}
    stat = {"Metric": {"Namespace": "A", "MetricName": "B", "Dimensions": [{"Name": "C", "Value": "D"}]}, "Period": 300}
    page = {
        "MetricAlarms": [
            {**told, "AlarmName": "m", "Namespace": "A", "MetricName": "B", "Period": 60, "EvaluationPeriods": 3},
            {**told, "AlarmName": "x", "Metrics": [{"MetricStat": stat}, {"Expression": "m1"}], "EvaluationPeriods": 1},
        ],
        "CompositeAlarms": [{**told, "AlarmName": "c", "AlarmRule": "ALARM(m)"}],
        "LogAlarms": [{**told, "AlarmName": "l"}],
    }
    found = {one.name: one for one in parse_alarms(page)}
    assert [one.kind for one in found.values()] == ["MetricAlarm", "MetricAlarm", "CompositeAlarm", "LogAlarm"]
    assert [one.lag for one in found.values()] == [timedelta(minutes=minutes) for minutes in (5, 7, 2, 2)]
    assert found["x"].metrics == (Metric("A", "B", {"C": "D"}),)


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:cloudwatch:eu-west-1:1:alarm:shop: slow", "shop: slow"),
        ("arn:aws:sns:eu-west-1:1:topic", ""),
        ("shop", ""),
        ("", ""),
    ],
)
def test_names_are_read_from_arns(arn, name):
    """A name may have colons; what is no ARN of an alarm has none."""
    assert name_of(arn) == name
