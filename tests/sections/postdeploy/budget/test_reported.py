"""Budgets as Application Signals reports them, against our own counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.postdeploy.budget import reported
from promotion.sections.postdeploy.budget.spent import ErrorBudget
from promotion.sections.postdeploy.counts import Counts
from promotion.unknown import Reason, Unknown

MINE = ErrorBudget(0.999, 30, Counts(1_000_000, 210), {})


def rolling(unit, count):
    """Give an interval."""
    return {"RollingInterval": {"DurationUnit": unit, "Duration": count}}


def report(**changes):
    """Give a budget report as Application Signals does: a fifth of it is used."""
    return {
        "Name": "shop",
        "EvaluationType": "RequestBased",
        "BudgetStatus": "OK",
        "Attainment": 99.98,
        "TotalBudgetRequests": 1000,
        "BudgetRequestsRemaining": 800,
        "Goal": {"AttainmentGoal": 99.9, "Interval": rolling("DAY", 30)},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"BudgetStatus": "WARNING"}, ""),
        ({"Attainment": 99.972}, ""),
        ({"BudgetStatus": "BREACHED"}, "is breached"),
        ({"Goal": {"AttainmentGoal": 99.0, "Interval": rolling("DAY", 30)}}, "is 99 %"),
        ({"Goal": {"AttainmentGoal": 99.9, "Interval": rolling("HOUR", 24)}}, "is over 1 days"),
        ({"Attainment": 99.92}, "80 % of the budget of shop is used, but by the metrics it is 21 %"),
        ({"Attainment": None, "BudgetRequestsRemaining": 100}, "is used, but by the metrics"),
        ({"Attainment": None}, ""),
    ],
)
def test_reports_must_agree(changes, said):
    """A breach is wrong, another goal or time is, and so is another count of the same."""
    wrong = [*reported.parse_budget_report(report(**changes)).problems(MINE)]
    assert [one for one in wrong if said in one] if said else not wrong
    assert len(wrong) <= 1


def test_where_nothing_is_said_it_is_99_percent_over_a_week():
    """As the service takes it."""
    found = reported.parse_budget_report(report(Goal={}))
    assert (found.goal, found.days) == (0.99, 7)
    assert len([*found.problems(MINE)]) == 2


def test_periods_are_not_requests():
    """Of an objective by periods the status counts, and no number is held against ours."""
    by_time = reported.parse_budget_report(
        report(EvaluationType="PeriodBased", Attainment=99.0, TotalBudgetSeconds=100, BudgetSecondsRemaining=-50)
    )
    assert by_time.used is None
    assert not [*by_time.problems(MINE)]
    assert by_time.describe() == "Application Signals OK, by periods"


@given(st.integers(10_000, 10**8), st.floats(0, 1), st.sampled_from([90.0, 99.0, 99.9, 99.99]))
def test_both_ways_to_tell_what_is_used_are_one(requests, share, goal):
    """What was attained, and what remains: of those that may still fail, each is a request more."""
    budget = (1 - goal / 100) * requests
    bad = share * budget
    whole = {"AttainmentGoal": goal, "Interval": rolling("DAY", 30)}
    attained = reported.parse_budget_report(report(Goal=whole, Attainment=100 * (1 - bad / requests)))
    left = (budget - bad) / (goal / 100)
    remaining = reported.parse_budget_report(
        report(Goal=whole, Attainment=None, TotalBudgetRequests=budget, BudgetRequestsRemaining=left)
    )
    assert attained.used == pytest.approx(share, abs=1e-6)
    assert remaining.used == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"BudgetStatus": "INSUFFICIENT_DATA"}, Reason.NO_DATA),
        ({"Goal": {"AttainmentGoal": 99.9, "Interval": rolling("MONTH", 1)}}, Reason.NOT_SUPPORTED),
        ({"Goal": {"Interval": {"CalendarInterval": {"DurationUnit": "MONTH", "Duration": 1}}}}, Reason.NOT_SUPPORTED),
        ({"Goal": {"AttainmentGoal": 100.0, "Interval": rolling("DAY", 30)}}, Reason.MALFORMED),
        ({"Attainment": None, "BudgetRequestsRemaining": None}, Reason.MALFORMED),
        ({"Attainment": None, "TotalBudgetRequests": 0}, Reason.MALFORMED),
        ({"BudgetStatus": None}, Reason.MALFORMED),
        ({"BudgetStatus": "PAUSED"}, Reason.MALFORMED),
        ({"EvaluationType": None}, Reason.MALFORMED),
        ({"Name": None}, Reason.MALFORMED),
    ],
)
def test_what_cannot_be_held_against_ours_is_unknown(changes, reason):
    """Too little data, a calendar's time, no numbers, no name."""
    with pytest.raises(Unknown) as caught:
        reported.parse_budget_report(report(**changes))
    assert caught.value.reason is reason
