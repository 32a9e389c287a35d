"""Questions about different windows in one call: no answer is another than it would be alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.window import MINUTE, Window, floor_minute
from promotion.sections.observability.asking import measured_at_once
from promotion.sections.observability.measurements import Untellable
from promotion.sections.observability.metrics.batching import LONGEST, Part, grouped, joint
from promotion.unknown import Reason, Unknown

END = datetime(2026, 5, 4, 10, 28, tzinfo=UTC)
ALIAS = {"FunctionName": "shop-api", "Resource": "shop-api:live"}
ERRORS, DURATION = (Metric("AWS/Lambda", name, ALIAS) for name in ("Errors", "Duration"))
PERIODS = st.sampled_from([1, 10, 60, 120, 300, 900, 3600])


def part(minutes, *periods, end=END, whole=False):
    """Queries about so many minutes, by these periods and perhaps over the whole."""
    queries = [Query(f"every {period}", ERRORS, "Sum", period=period) for period in periods]
    window = Window(end - minutes * MINUTE, end)
    return Part([*queries, Query("p99", DURATION, "p99", whole=True)] if whole else queries, window)


@given(st.integers(1, 180), st.lists(st.tuples(st.integers(1, 180), PERIODS), max_size=4))
def test_every_period_begins_where_it_would_alone(minutes, others):
    """The call reaches back by a multiple of each period and of the whole window, no further than it may."""
    parts = [part(minutes, 60, whole=True), *(part(length, period) for length, period in others)]
    window = joint(parts)
    if window is None:
        return
    assert window.end == END
    assert window.minutes * MINUTE <= LONGEST
    for one in parts:
        assert window.start <= one.window.start
        for query, asked in zip(one.queries, one.with_fixed_periods, strict=True):
            assert asked.period == query.period_in(one.window)
            assert (window.seconds % asked.period) == 0
            assert asked.asked("q", window) == query.asked("q", one.window)


def test_thirty_minutes_and_a_dashboard_are_one_call():
    """The usual case: no minute is asked for that the targets are not asked for."""
    assert joint([part(30, 60, whole=True), part(15, 60, 300)]) == Window(END - 30 * MINUTE, END)
    assert joint([part(7, 60, whole=True), part(15, 60)]).minutes == 21


def test_days_are_asked_for_apart():
    """A graph by the day does not make everything else be read for days."""
    targets, graphs, days = part(30, 60, whole=True), part(15, 60), part(3 * 1440, 86_400)
    assert grouped([targets, graphs, days]) == [[targets, graphs], [days]]
    assert grouped([days]) == [[days]]
    assert grouped([part(179, 60, whole=True), part(173, 60, whole=True)]) == [
        [part(179, 60, whole=True)],
        [part(173, 60, whole=True)],
    ]
    assert grouped([]) == []


def test_windows_that_end_at_different_times_are_no_question_of_one_call():
    """The later minutes would come into the earlier window."""
    with pytest.raises(ValueError, match="unpack"):
        joint([part(30, 60), part(30, 60, end=END - MINUTE)])


@pytest.mark.parametrize(("minutes", "drawn", "period"), [(30, 15, 60), (7, 15, 60), (11, 15, 300), (29, 180, 3600)])
def test_answers_are_what_they_are_alone(read, minutes, drawn, period):
    """Counts by the minute, the percentile of the whole window, and what a widget draws."""
    end = floor_minute(read.now - timedelta(minutes=2))
    targets, graphs = part(minutes, 60, whole=True, end=end), part(drawn, period, end=end)
    both = measured_at_once(read.dev, targets, [graphs], end)
    alone = metric_data(read.dev, targets.queries, targets.window)
    assert both.targets == alone
    assert len(both.targets.series["p99"].values) == 1
    assert both.dashboard.series == metric_data(read.dev, graphs.queries, graphs.window).series


def test_a_refused_drawing_hides_nothing_of_the_targets(read):
    """Whatever somebody draws on a dashboard."""
    targets = part(30, 60, whole=True, end=read.window.end)
    odd = Part([Query("odd", ERRORS, "p99th")], targets.window)
    both = measured_at_once(read.dev, targets, [odd], read.window.end)
    assert both.targets == metric_data(read.dev, targets.queries, targets.window)
    with pytest.raises(Unknown, match="p99th") as unknown:
        _ = both.dashboard
    assert unknown.value.reason is Reason.NOT_SUPPORTED


def test_what_cannot_be_asked_hides_nothing_of_the_rest(read):
    """Targets that are still being deployed to, or a dashboard that nobody may read."""
    why = Untellable(Reason.NOT_DUE, "the deployment goes on")
    graphs = part(15, 60, end=read.window.end)
    late = measured_at_once(read.dev, why, [graphs], read.window.end)
    assert late.dashboard.series["every 60"].values
    with pytest.raises(Unknown, match="goes on"):
        _ = late.targets
    blind = measured_at_once(read.dev, part(30, 60, end=read.window.end), why, read.window.end)
    assert blind.targets.series["every 60"].values
    with pytest.raises(Unknown, match="goes on"):
        _ = blind.dashboard
