"""Objectives that stand in OpenSLO files, and those that Application Signals reports, against what is judged by."""

import json

import pytest

from promotion.budget import open_slo, reported
from promotion.budget.spent import Budget, Counts
from promotion.unknown import Reason, Unknown


def slo(**changes):
    """Give a document."""
    spec = {
        "budgetingMethod": "Occurrences",
        "timeWindow": [{"duration": "30d", "isRolling": True}],
        "objectives": [{"target": 0.999}],
        **changes,
    }
    return {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "availability"}, "spec": spec}


def test_json_and_yaml_say_the_same():
    """Both forms give one SLO, a YAML file may hold more documents."""
    yaml = pytest.importorskip("yaml")
    (one,) = open_slo.read(json.dumps(slo()), "slo.json")
    service = {"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": "shop"}}
    assert open_slo.read(yaml.safe_dump_all([service, slo()]), "slo.yaml") == [one]
    assert (one.target, one.days, one.rolling) == (0.999, 30, True)
    assert not [*one.contradictions(0.999, 30)]
    assert len([*one.contradictions(0.99, 28)]) == 2


@pytest.mark.parametrize(("duration", "days"), [("4w", 28), ("30d", 30), ("720h", 30)], ids=["weeks", "days", "hours"])
def test_durations(duration, days):
    """Weeks, days and hours are told in days; a target may be in percent."""
    tree = slo(timeWindow=[{"duration": duration, "isRolling": True}], objectives=[{"targetPercent": 99.5}])
    (one,) = open_slo.read(json.dumps(tree), "slo.json")
    assert (one.days, one.target) == (days, 0.995)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        json.dumps(slo(objectives=[])),
        json.dumps(slo(timeWindow=[{"duration": "1M"}])),
        json.dumps(slo(objectives=[{"target": "most"}])),
        json.dumps({"kind": "SLO"}),
        json.dumps([["a list"]]),
    ],
)
def test_what_is_no_objective_is_not_read(text):
    """Nothing is guessed."""
    with pytest.raises(Unknown) as caught:
        open_slo.read(text, "slo.json")
    assert caught.value.reason is Reason.MALFORMED


def test_which_one_is_meant():
    """One SLO needs no name; of several, one is named; of other methods and calendars nothing is said."""
    first, second = (open_slo.OpenSlo(name, 0.999, 30, True, "Occurrences") for name in "ab")
    assert open_slo.choose([first], None, "lambda") is first
    assert open_slo.choose([first, second], "b", "lambda") is second
    for slos, name, reason in (
        ([first, second], None, Reason.NOT_DECLARED),
        ([], None, Reason.NOT_DECLARED),
        ([open_slo.OpenSlo("a", 0.999, 30, True, "Timeslices")], None, Reason.NOT_SUPPORTED),
        ([open_slo.OpenSlo("a", 0.999, 30, False, "Occurrences")], None, Reason.NOT_SUPPORTED),
    ):
        with pytest.raises(Unknown) as caught:
            open_slo.choose(slos, name, "lambda")
        assert caught.value.reason is reason


def report(**changes):
    """Give a budget report as Application Signals does."""
    rolling = {"RollingInterval": {"DurationUnit": "DAY", "Duration": 30}}
    return {
        "Name": "shop",
        "EvaluationType": "RequestBased",
        "BudgetStatus": "OK",
        "TotalBudgetRequests": 1000,
        "BudgetRequestsRemaining": 800,
        "Goal": {"AttainmentGoal": 99.9, "Interval": rolling},
        **changes,
    }


def test_reports_must_agree():
    """A breach is wrong, another goal is, and so is another count of the same."""
    mine = Budget(0.999, 30, Counts(1_000_000, 210), {})
    assert reported.read(report()).used == pytest.approx(0.2)
    assert not [*reported.read(report()).problems(mine)]
    for changes in (
        {"BudgetStatus": "BREACHED"},
        {"Goal": {"AttainmentGoal": 99.0}},
        {"BudgetRequestsRemaining": 100},
    ):
        assert len([*reported.read(report(**changes)).problems(mine)]) == 1


def test_a_week_is_not_held_against_a_month():
    """Without an interval it is seven days, which says nothing about thirty; its status does."""
    found = reported.read(report(Goal={"AttainmentGoal": 99.9}, BudgetRequestsRemaining=0))
    assert (found.days, found.same(Budget(0.999, 30, Counts(1, 0), {}))) == (7, False)
    assert not [*found.problems(Budget(0.999, 30, Counts(1_000_000, 0), {}))]


def test_by_time():
    """Of an objective by periods, seconds are counted."""
    by_time = report(EvaluationType="PeriodBased", TotalBudgetSeconds=100, BudgetSecondsRemaining=-50)
    assert reported.read(by_time).used == pytest.approx(1.5)
