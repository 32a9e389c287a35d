"""Pages, statuses and windows: what may be believed of an answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from promotion.clients.aws.cloudwatch.query import Metric, Query, batches
from promotion.clients.aws.cloudwatch.series import parse_metric_data
from promotion.clients.aws.cloudwatch.window import MINUTE, Window, window_before
from promotion.unknown import Unknown

NOW = datetime(2026, 5, 4, 10, 30, 12, tzinfo=UTC)
WINDOW = Window(datetime(2026, 5, 4, 10, 0, tzinfo=UTC), datetime(2026, 5, 4, 10, 28, tzinfo=UTC))
ERRORS = Query("errors", Metric("AWS/Lambda", "Errors", {"FunctionName": "shop-api"}), "Sum")
P99 = Query("p99", Metric("AWS/Lambda", "Duration", {"FunctionName": "shop-api"}), "p99", whole=True)


def result(number, values, status="Complete", **more):
    """One query's part of a page."""
    times = [WINDOW.start + place * MINUTE for place in range(len(values))]
    return {"Id": f"q{number}", "Timestamps": times, "Values": values, "StatusCode": status, **more}


def test_values_on_several_pages_are_one_series():
    """Empty pages between them change nothing; the status of the last one holds."""
    later = result(0, [3.0]) | {"Timestamps": [WINDOW.start + 5 * MINUTE]}
    pages = [
        {"MetricDataResults": [result(0, [1.0, 2.0], "PartialData")], "NextToken": "a"},
        {"MetricDataResults": [], "NextToken": "b"},
        {"MetricDataResults": [later]},
    ]
    series, messages = parse_metric_data([ERRORS], pages)
    assert series["errors"].values == (1.0, 2.0, 3.0)
    assert list(series["errors"].points()) == sorted(series["errors"].points())
    assert messages == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("PartialData", "truncated"),
        ("InternalError", "unreachable"),
        ("Forbidden", "access-denied"),
        ("NewStatus", "not-supported"),
    ],
)
def test_anything_but_complete_is_unknown(status, reason):
    """Whatever values came with it, and with what CloudWatch says of it."""
    page = {"MetricDataResults": [result(0, [0.0], status, Messages=[{"Code": "Odd", "Value": "half of it"}])]}
    series, _ = parse_metric_data([ERRORS], [page])
    with pytest.raises(Unknown, match=r"Odd: half of it") as unknown:
        series["errors"].points()
    assert unknown.value.reason == reason


def test_a_query_that_is_not_answered_is_unknown():
    """An answer that leaves one out is no zero."""
    series, _ = parse_metric_data([ERRORS, P99], [{"MetricDataResults": [result(1, [300.0])]}])
    assert series["p99"].one() == 300.0
    with pytest.raises(Unknown, match="absent"):
        series["errors"].points()


def test_messages_of_the_call_are_kept():
    """Such as that more was asked than is given."""
    page = {"MetricDataResults": [result(0, [])], "Messages": [{"Code": "MaxMetricsExceeded", "Value": "too many"}]}
    assert parse_metric_data([ERRORS], [page])[1] == ["MaxMetricsExceeded: too many"]


def test_two_values_of_one_period_are_malformed():
    """One period over the whole window has one value, or none."""
    series, _ = parse_metric_data([P99], [{"MetricDataResults": [result(0, [1.0, 2.0])]}])
    with pytest.raises(Unknown, match="expected one"):
        series["p99"].one()
    assert parse_metric_data([P99], [{"MetricDataResults": [result(0, [])]}])[0]["p99"].one() is None


def test_times_and_values_must_be_as_many():
    """Else nobody knows which is whose."""
    odd = result(0, [1.0]) | {"Values": [1.0, 2.0]}
    with pytest.raises(Unknown, match="2 values at 1 times"):
        parse_metric_data([ERRORS], [{"MetricDataResults": [odd]}])


def test_a_percentile_is_asked_over_the_whole_window():
    """One period, as long as the window; counts by the minute."""
    assert P99.asked("q0", WINDOW)["MetricStat"]["Period"] == 28 * 60
    assert ERRORS.asked("q0", WINDOW)["MetricStat"]["Period"] == 60


@settings(deadline=None)
@given(st.integers(0, 1700))
def test_as_few_calls_as_there_can_be(many):
    """At most 500 queries each, and every query once."""
    queries = [Query(str(number), ERRORS.metric, "Sum") for number in range(many)]
    parts = batches(queries)
    assert [query for part in parts for query in part] == queries
    assert len(parts) == -(-many // 500)
    assert all(len(part) <= 500 for part in parts)


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(5, 180), st.integers(0, 40_000))  # noqa: DTZ001
def test_a_window_is_whole_settled_minutes_since_the_deployment(moment, minutes, seconds_ago):
    """It never reaches back before the deployment, nor into what may still change."""
    now = moment.replace(tzinfo=UTC)
    deployed = now - timedelta(seconds=seconds_ago)
    if seconds_ago < 4 * 60:
        with pytest.raises(Unknown, match="no minute of metrics since"):
            window_before(now, minutes, [deployed])
        return
    assume(seconds_ago >= 5 * 60)  # between the two it depends on the seconds
    window = window_before(now, minutes, [deployed])
    assert window.start >= deployed
    assert now - window.end >= timedelta(minutes=3)
    assert 1 <= window.minutes <= minutes
    assert window.start.second == window.end.second == window.start.microsecond == 0


def test_the_youngest_deployment_decides():
    """One window for all targets, so that one question does."""
    window = window_before(NOW, 30, [NOW - timedelta(minutes=25), NOW - timedelta(minutes=10, seconds=5)])
    assert window.describe() == "10:21 to 10:27Z"
