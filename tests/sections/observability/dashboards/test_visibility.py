"""Whether a defect would be visible: what a widget draws with and without it, between the ends of its axes."""

import json

import pytest

from promotion.sections.observability.dashboards.body import parse_dashboard
from promotion.sections.observability.dashboards.signals import Signal
from promotion.sections.observability.dashboards.visibility import seen_in

VIEW = {"FunctionName": "shop"}
ERRORS = Signal("errors", "AWS/Lambda", "Errors", (VIEW,), frozenset({"SampleCount"}))
ROW = ["AWS/Lambda", "Errors", "FunctionName", "shop"]
HIDDEN = {"id": "m1", "stat": "Sum", "visible": False}
CALLS = ["AWS/Lambda", "Invocations", "FunctionName", "shop", {"id": "m2", "stat": "Sum", "visible": False}]


def how(*rows, **properties):
    """Give how a widget shows errors, once for each way."""
    shown = {"metrics": list(rows), "period": 60, **properties}
    body = json.dumps({"widgets": [{"type": "metric", "properties": shown}]})
    (widget,) = parse_dashboard(body, "eu-west-1", "111122223333").widgets
    return [one.how for one in seen_in(widget, ERRORS)]


@pytest.mark.parametrize(
    ("stat", "found"),
    [("Sum", "shown"), ("Average", "shown"), ("Maximum", "shown"), ("p99", "shown"), ("Minimum", "hidden"),
     ("p50", "hidden"), ("SampleCount", "hidden"), ("nonsense", "unknown")],
)  # fmt: skip
def test_statistics(stat, found):
    """5 % of the requests fail: what changes then shows it."""
    assert how([*ROW, {"stat": stat}]) == [found]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("m1", "shown"),
        ("100 * m1 / m2", "shown"),
        ("FILL(m1, 0) + 7", "shown"),
        ("m1 * 0", "hidden"),
        ("m1 - m1", "hidden"),
        ("IF(m1 > 1e6, m1, 0)", "hidden"),
        ("RUNNING_SUM(m1)", "unknown"),
        ("SMOOTH(m1)", "unknown"),
    ],
)
def test_expressions(expression, found):
    """A hidden metric is shown by what is computed of it, if that changes."""
    assert how([*ROW, HIDDEN], CALLS, [{"expression": expression, "id": "e1"}]) == [found]


def test_expressions_of_expressions():
    """Also through others that are hidden; one that does not refer to it shows nothing."""
    hidden = [{"expression": "m1 / m2", "id": "e2", "visible": False}]
    assert how([*ROW, HIDDEN], CALLS, hidden, [{"expression": "e2 * 100", "id": "e1"}]) == ["shown"]
    assert how([*ROW, HIDDEN], CALLS, [{"expression": "m2", "id": "e1"}]) == []
    assert how([*ROW, HIDDEN], CALLS, [{"expression": "MAX(METRICS())", "id": "e1"}]) == ["hidden"]


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        ({"period": 900}, "shown"),
        ({"period": 3600}, "hidden"),
        ({"yAxis": {"left": {"min": 0, "max": 10}}}, "shown"),
        ({"yAxis": {"left": {"min": 1000}}}, "hidden"),
        ({"yAxis": {"right": {"min": 1000}}}, "shown"),
        ({"start": "-PT3H", "end": "P0D"}, "shown"),
        ({"start": "2025-03-01T00:00:00Z", "end": "2025-03-02T00:00:00Z"}, "hidden"),
    ],
)
def test_periods_axes_and_time_ranges(properties, found):
    """A period of a day, an axis that ends before, and a time range that is over hide what happens."""
    assert how([*ROW, {"stat": "Sum"}], **properties) == [found]
