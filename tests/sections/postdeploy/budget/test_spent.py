"""The error budget by its definition, whatever the counts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.postdeploy.budget.spent import (
    FEWEST,
    WINDOWS,
    ErrorBudget,
    budget_doubts,
    budget_problems,
    name_of,
    spent_by,
)
from promotion.sections.postdeploy.counts import Counts

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
NAMES = [name_of(window) for long, short, _ in WINDOWS for window in (long, short)]


def counts(most=10**7):
    """Give counts that can be."""
    return st.integers(0, most).flatmap(lambda n: st.integers(0, n).map(lambda k: Counts(n, k)))


MILLION = Counts(1_000_000, 0)


def budget(whole=MILLION, objective=0.999, **windows):
    """Give a budget in which nothing failed but what is said."""
    quiet = dict.fromkeys(NAMES, Counts(0, 0))
    return ErrorBudget(objective, 30, whole, quiet | {name.replace("_", " "): one for name, one in windows.items()})


@given(counts(), st.floats(0.9, 0.99999))
def test_used_up_is_over_the_objective(whole, objective):
    """The budget is used up just when the share that failed is that which may fail, or more."""
    used = budget(whole, objective).used
    share = whole.share / (1 - objective)
    assert used == pytest.approx(share) if whole.requests else used == 0


@given(counts(), counts(), counts())
def test_a_deployment_took_no_more_than_failed_since(whole, since, before):
    """What was usual before is not the deployment's, and it took no less than nothing."""
    one = budget(Counts(whole.requests + 1, whole.errors))
    spent = spent_by(one, since, before)
    assert 0 <= spent <= since.errors / one.allowed + 1e-9
    if before.share >= since.share and since.requests:
        assert spent == pytest.approx(0, abs=1e-6)


@given(st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**5))
def test_more_failures_spend_more(requests, errors, more):
    """With more failures since, nothing is spent less."""
    one, before = budget(), Counts(10**6, 10)
    n = requests + errors + more
    assert spent_by(one, Counts(n, errors), before) <= spent_by(one, Counts(n, errors + more), before)


def test_five_minutes_of_outage_at_ten_a_second():
    """Five minutes in which all of ten requests a second fail take 11.6 % of thirty days at 99.9 %."""
    whole = Counts(10 * 86400 * 30, 3000)
    assert budget(whole).allowed == pytest.approx(25_920)
    assert budget(whole).used == pytest.approx(0.1157, abs=1e-4)


@pytest.mark.parametrize(("share", "page"), [(0.0143, False), (0.0145, True)])
def test_the_page_of_the_workbook(share, page):
    """At 99.9 % a page is a share of 1.44 % that fails over an hour and over five minutes."""
    both = {"1_h": Counts(36_000, round(36_000 * share)), "5_min": Counts(100_000, round(100_000 * share))}
    assert bool([*budget_problems(budget(**both), 0, 0.02)]) is page


@pytest.mark.parametrize("window", ["1_h", "5_min"])
def test_one_window_alone_is_no_page(window):
    """A burst that is over, and one that has just begun, page nobody."""
    assert not [*budget_problems(budget(**{window: Counts(10_000, 5_000)}), 0, 0.02)]


@given(st.integers(1, FEWEST - 1))
def test_few_failures_are_no_rate(errors):
    """With little traffic, a handful of failures says nothing of a rate."""
    few = Counts(10, errors)
    assert not [*budget_problems(budget(**{"1_h": few, "5_min": few}), 0, 0.02)]


def test_what_is_said():
    """Used up, burning and spent are three sentences."""
    burning = {"1_h": Counts(1000, 500), "5_min": Counts(1000, 500)}
    said = [*budget_problems(budget(Counts(1_000_000, 2000), **burning), 0.05, 0.02)]
    assert [one.split(":")[-1].strip() for one in said] == [
        "postpone risky changes until the budget recovers",
        "find out what is failing",
        "find out what has failed since it began",
    ]


def test_too_little_traffic_is_doubted():
    """A budget of less than one failure cannot be kept to; nor can what was taken be told without a time before."""
    assert [*budget_doubts(budget(Counts(999, 0)), Counts(10, 0), 0.9)]
    assert [*budget_doubts(budget(), Counts(0, 0), 0.9)]
    assert not [*budget_doubts(budget(), Counts(10, 0), 0.9)]
