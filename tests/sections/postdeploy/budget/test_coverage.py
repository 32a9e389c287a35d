"""Gaps: days of which nothing was counted."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.sections.postdeploy.budget.coverage import covered, gaps
from promotion.sections.postdeploy.budget.spent import ErrorBudget, budget_doubts
from promotion.sections.postdeploy.counts import Counts

START = datetime(2026, 5, 1, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS = 240
END = START + HOURS * HOUR


def found(*without):
    """Give the gaps of ten days whose hours are all counted but these."""
    counted = [START + hour * HOUR for hour in range(HOURS) if hour not in {*without}]
    return gaps(counted, START, END, HOUR)


@pytest.mark.parametrize(
    ("without", "spans"),
    [
        ([], []),
        (range(20, 43), []),
        (range(20, 44), [(20, 44)]),
        (range(48), [(0, 48)]),
        (range(200, 240), [(200, 240)]),
        ([*range(10, 40), *range(100, 160)], [(10, 40), (100, 160)]),
        (range(240), [(0, 240)]),
    ],
    ids=["none", "a night", "a day", "the first ones", "the last ones", "two", "all"],
)
def test_a_gap_is_a_day_and_more(without, spans):
    """At the beginning, at the end, and between; shorter ones are none."""
    told = [((gap.start - START) // HOUR, (gap.end - START) // HOUR) for gap in found(*without)]
    assert told == spans
    assert covered(found(*without), START, END) == pytest.approx(1 - sum(b - a for a, b in spans) / HOURS)


def test_what_was_counted_before_and_after_does_not_matter():
    """Only what is in the span is looked at."""
    assert gaps([START - HOUR, END], START, END, HOUR)[0].length == END - START


def test_too_little_is_doubted():
    """With the days that are missing, and what to do; one day of ten may be missing."""
    for hours, doubted in ((24, False), (25, True)):
        silent = found(*range(24, 24 + hours))
        budget = ErrorBudget(0.999, 10, Counts(10**6, 0), {}, covered(silent, START, END), silent)
        said = [*budget_doubts(budget, Counts(10, 0), 0.9)]
        assert bool(said) is doubted
    assert "from 2026-05-02 07:00 to 2026-05-03 08:00Z" in said[0]
