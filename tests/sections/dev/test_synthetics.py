"""The last run of a Synthetics canary: each browser counts, and a run that has not ended yet does not hide the one before it."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from promotion.sections.dev.synthetics import last_run_look
from promotion.settings.endpoints import CanaryJourney
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
JOURNEY = CanaryJourney(name="order", kind="canary", canary="shop", max_age_minutes=30)
PASSED, FAILED = ("CHROME", "PASSED", 5), ("FIREFOX", "FAILED", 5)


def run(browser, state, minutes_ago):
    """A run in a browser, which ended so many minutes ago; None is one that has not ended."""
    timeline = {"Started": NOW - timedelta(minutes=(minutes_ago or 0) + 1)}
    if minutes_ago is not None:
        timeline["Completed"] = NOW - timedelta(minutes=minutes_ago)
    return {
        "Status": {"State": state, "StateReason": "no basket" if state == "FAILED" else ""},
        "Timeline": timeline,
        **({"BrowserType": browser} if browser else {}),
    }


def rows(*runs):
    """What DescribeCanariesLastRun answers."""
    return [{"CanaryName": "shop", "LastRun": run(*one)} for one in runs]


@pytest.mark.parametrize("order", list(permutations([PASSED, FAILED, ("EDGE", "PASSED", 40)])))
def test_a_failure_in_one_browser_fails_in_any_order(order):
    """Also beside a browser whose run is too old, which by itself is unknown."""
    found = last_run_look(JOURNEY, rows(*order), NOW)
    assert found.problems == ("canary shop in FIREFOX FAILED: no basket",)


@pytest.mark.parametrize("order", list(permutations([PASSED, ("FIREFOX", "PASSED", 20)])))
def test_all_browsers_passed(order):
    """The oldest of the runs says how recent they are."""
    found = last_run_look(JOURNEY, rows(*order), NOW)
    assert (found.problems, found.completed) == ((), NOW - timedelta(minutes=20))


def test_a_browser_that_did_not_run_of_late_is_unknown():
    """Though the canary passed in another."""
    with pytest.raises(Unknown) as raised:
        last_run_look(JOURNEY, rows(PASSED, ("FIREFOX", "PASSED", 40)), NOW)
    assert raised.value.reason == Reason.STALE
    assert "FIREFOX" in str(raised.value)


@pytest.mark.parametrize("browser", ["CHROME", None])
@pytest.mark.parametrize(("state", "problems"), [("PASSED", 0), ("FAILED", 1)])
def test_while_a_run_goes_on_the_one_before_it_counts(browser, state, problems):
    """The newest that has ended, in the same browser."""
    earlier = [
        run(browser, "RUNNING", None),
        run("FIREFOX", "FAILED", 1),
        run(browser, state, 6),
        run(browser, "FAILED", 11),
    ]
    if browser is None:
        del earlier[1]
    found = last_run_look(JOURNEY, rows((browser, "RUNNING", None)), NOW, lambda: earlier)
    assert len(found.problems) == problems
    assert found.completed == NOW - timedelta(minutes=6)


def test_a_first_run_that_goes_on_is_unknown():
    """There is none before it."""
    with pytest.raises(Unknown) as raised:
        last_run_look(JOURNEY, rows(("CHROME", "RUNNING", None)), NOW, lambda: [run("CHROME", "RUNNING", None)])
    assert raised.value.reason == Reason.NO_DATA


def test_the_runs_before_are_asked_for_only_where_they_count():
    """Who may not see them can still see what ended."""

    def denied():
        raise AssertionError("asked")

    assert last_run_look(JOURNEY, rows(PASSED), NOW, denied).problems == ()
