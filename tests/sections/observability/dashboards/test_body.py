"""A DashboardBody is read, whatever widgets it has, and never breaks the look-up."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotion.clients.aws.cloudwatch.query import MOST
from promotion.clients.aws.cloudwatch.series import Series
from promotion.sections.observability.dashboards.body import parse_dashboard
from promotion.sections.observability.dashboards.judgement import Drawn, Surroundings, judge_dashboard
from promotion.sections.observability.dashboards.queries import plan
from promotion.sections.observability.dashboards.signals import Signal
from promotion.unknown import Reason, Unknown

REGION, ACCOUNT = "eu-west-1", "111122223333"
NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:shop: too slow"


def body(*widgets, **more):
    """A DashboardBody of these widgets."""
    return json.dumps({"widgets": list(widgets), **more})


def graph(*rows, **properties):
    """A metric widget."""
    return {"type": "metric", "properties": {"metrics": list(rows), "region": REGION, **properties}}


def one(*widgets, **more):
    """The first widget of a body, read."""
    return parse_dashboard(body(*widgets, **more), REGION, ACCOUNT).widgets[0]


def test_a_graph_has_the_usual_statistic_period_and_axis():
    """What neither row nor widget says is Average, 300 s, the left axis, and drawn."""
    row = one(graph(["AWS/EC2", "CPUUtilization", "InstanceId", "i-1"])).rows[0]
    assert (row.stat, row.period, row.axis, row.visible, row.is_looked_at) == ("Average", 300, "left", True, True)
    assert row.metric.dimensions == {"InstanceId": "i-1"}


def test_a_row_says_more_than_its_widget():
    """Options of a row override those of the widget, which override what is usual."""
    row = one(graph(["A", "B", {"stat": "p99", "yAxis": "right"}], stat="Sum", period=60)).rows[0]
    assert (row.stat, row.period, row.axis) == ("p99", 60, "right")


def test_a_period_of_seconds_is_looked_at_by_the_minute():
    """High resolution is not asked for: it is kept for three hours only."""
    assert one(graph(["A", "B"], period=10)).rows[0].period == 60


def test_a_metric_of_elsewhere_is_not_looked_at():
    """Another region or account is said, and not taken for this one."""
    rows = one(graph(["A", "B", {"region": "us-east-1"}], ["A", "B", {"accountId": "9"}])).rows
    assert [row.elsewhere for row in rows] == ["us-east-1", "9"]


def test_only_filled_lines_are_thresholds():
    """The filled side is the bad one; a line without it, a band, and a hidden line say nothing that can be judged."""
    lines = [
        {"value": 5, "fill": "above", "label": "limit"},
        {"value": 2, "fill": "below", "yAxis": "right"},
        {"value": 3},
        {"value": 4, "fill": "none"},
        [{"value": 1, "fill": "above"}, {"value": 2}],
        {"value": 9, "fill": "above", "visible": False},
    ]
    widget = one(graph(["A", "B"], annotations={"horizontal": lines, "vertical": [{"value": "2026-11-23"}]}))
    assert [(line.value, line.side, line.axis) for line in widget.thresholds] == [
        (5, "above", "left"),
        (2, "below", "right"),
    ]
    assert widget.unfilled == 3
    above, below = widget.thresholds
    assert [above.is_crossed_by(value) for value in (4.9, 5, 5.1)] == [False, False, True]
    assert [below.is_crossed_by(value) for value in (1.9, 2, 2.1)] == [True, False, False]


def test_a_graph_may_have_an_alarm_and_no_metric():
    """Alarm annotations and alarm widgets name alarms, whose names may have colons and spaces."""
    dashboard = parse_dashboard(
        body(
            {"type": "metric", "properties": {"annotations": {"alarms": [ALARM]}}},
            {"type": "alarm", "properties": {"alarms": [ALARM, ALARM.replace("too slow", "errors")]}},
        ),
        REGION,
        ACCOUNT,
    )
    assert len(dashboard.alarms) == 2
    assert [widget.graphs_alarms for widget in dashboard.widgets] == [True, False]


@pytest.mark.parametrize("kind", ["text", "log", "custom", "chart", "anything-new"])
def test_other_widgets_are_read_past(kind):
    """A widget without metrics, and one of a kind that nobody knows yet, breaks nothing."""
    assert (
        one({"type": kind, "x": 0, "properties": {"markdown": "# shop", "query": "SOURCE 'a'", "metrics": 7}}).rows
        == ()
    )


def test_an_explorer_names_its_metrics():
    """Of which resources, only CloudWatch can tell."""
    metrics = [{"metricName": "CPUUtilization", "resourceType": "AWS::EC2::Instance", "stat": "Average"}]
    assert one({"type": "explorer", "properties": {"metrics": metrics}}).explores == ("CPUUtilization",)


def test_a_hidden_metric_is_shown_if_it_feeds_what_is_drawn():
    """Hidden inputs of a visible expression count as shown, other hidden metrics do not."""
    widget = one(
        graph(
            ["A", "Errors", {"id": "m1", "visible": False}],
            ["A", "Other", {"id": "m10", "visible": False}],
            [{"expression": "m1 * 100", "id": "e1"}],
        )
    )
    assert [row.id for row in widget.shown] == ["m1", "e1"]


def test_variables_are_filled_in_with_their_defaults():
    """A property variable replaces a dimension, a pattern variable a text; without a default all stays as written."""
    row = ["AWS/Lambda", "Errors", "FunctionName", "fn-old", "Resource", "STAGE:live"]
    variables = [
        {"type": "property", "property": "FunctionName", "id": "f", "defaultValue": "shop-api"},
        {"type": "pattern", "pattern": "STAGE", "id": "s", "defaultValue": "__FIRST", "values": [{"value": "shop"}]},
        {"type": "property", "property": "Resource", "id": "r"},
    ]
    found = one(graph(row), variables=variables).rows[0]
    assert found.metric.dimensions == {"FunctionName": "shop-api", "Resource": "shop:live"}
    assert found.is_looked_at


def test_a_variable_that_is_searched_for_is_not_guessed():
    """What only the console can fill in leaves its rows unjudged, and the others judged."""
    search = {
        "type": "property",
        "property": "FunctionName",
        "id": "f",
        "defaultValue": "__FIRST",
        "search": "{AWS/Lambda}",
    }
    pattern = {"type": "pattern", "pattern": "i-0", "id": "p", "defaultValue": "__FIRST", "search": "{AWS/EC2}"}
    rows = one(
        graph(
            ["AWS/Lambda", "Errors", "FunctionName", "x"], ["AWS/EC2", "CPU", "InstanceId", "i-0"], ["AWS/EC2", "CPU"]
        ),
        variables=[search, pattern],
    ).rows
    assert [row.variable for row in rows] == ["f", "p", ""]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"widgets": {}}',
        '{"widgets": [7]}',
        '{"widgets": [{"type": 7}]}',
        '{"widgets": [{"type": "metric", "properties": []}]}',
        '{"widgets": [{"type": "metric", "properties": {"metrics": {}}}]}',
        '{"widgets": [{"type": "alarm", "properties": {}}]}',
        '{"widgets": [{"type": "alarm", "properties": {"alarms": [1]}}]}',
        '{"widgets": [{"type": "explorer", "properties": {"metrics": [1]}}]}',
        '{"widgets": [], "variables": {}}',
        '{"widgets": [], "variables": [{"type": "property"}]}',
        "[" * 100_000,
        body(graph(["A", "B"], period=0)),
        body(graph(["A", "B"], period="60")),
        body(graph(["A", "B"], stat=7)),
        body(graph(["A", "B"], annotations=["limit"])),
        body(graph(["A", "B"], annotations={"horizontal": [{"fill": "above"}]})),
        body(graph(["A", "B"], annotations={"horizontal": [{"value": True}]})),
        '{"widgets": [{"type": "metric", "properties": {"annotations": {"horizontal": [{"value": NaN}]}}}]}',
        body(*[{"type": "text"}] * 501),
    ],
)
def test_what_is_no_dashboard_is_unknown(text):
    """Nothing is guessed of a body that cannot be read."""
    with pytest.raises(Unknown) as raised:
        parse_dashboard(text, REGION, ACCOUNT)
    assert raised.value.reason is Reason.MALFORMED


def test_everything_is_asked_for_in_one_call():
    """A dashboard of a hundred graphs is one question, in which each metric is asked for once."""
    rows = [["AWS/Lambda", "Errors", "FunctionName", f"f{number % 40}", {"stat": "Sum"}] for number in range(100)]
    windows = plan(parse_dashboard(body(graph(*rows)), REGION, ACCOUNT), NOW)
    assert len(windows) == 1
    window, queries = windows[0].window, windows[0].queries
    assert (window.minutes, len(queries)) == (15, 80)
    assert len(queries) <= MOST
    assert queries[0].asked("q0", window)["MetricStat"]["Period"] == 300


def test_long_periods_are_asked_for_apart():
    """A graph by the day does not make the others be read for days."""
    windows = plan(
        parse_dashboard(body(graph(["A", "B"], period=60), graph(["A", "B"], period=86_400)), REGION, ACCOUNT), NOW
    )
    assert [part.window.minutes for part in windows] == [15, 3 * 1440]


TEXTS = st.sampled_from(
    [
        "AWS/Lambda",
        "Errors",
        "FunctionName",
        "a",
        ".",
        "...",
        "",
        "m1",
        "m1/m2",
        "100*(m1-",
        "SEARCH('x')",
        "above",
        "below",
        "metric",
        "alarm",
        "log",
        "explorer",
        "property",
        "pattern",
        "__FIRST",
        "right",
        ALARM,
        "Sum",
        "p99",
        "é",
    ]
)
KEYS = st.sampled_from(
    [
        "widgets",
        "type",
        "properties",
        "metrics",
        "annotations",
        "horizontal",
        "alarms",
        "value",
        "fill",
        "expression",
        "id",
        "visible",
        "stat",
        "period",
        "region",
        "accountId",
        "yAxis",
        "variables",
        "property",
        "pattern",
        "defaultValue",
        "values",
        "metricName",
        "title",
        "label",
    ]
)
NUMBERS = st.integers(-3, 400) | st.floats() | st.sampled_from([60, 300, 10**400])
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=40,
)
ROWS = st.lists(
    st.lists(TEXTS | NUMBERS | st.dictionaries(KEYS, TEXTS | NUMBERS | st.booleans(), max_size=4), max_size=7) | TREES,
    max_size=4,
)
LINES = st.fixed_dictionaries(
    {}, optional={"horizontal": st.lists(TREES, max_size=3), "alarms": TREES, "vertical": TREES}
)
WIDGETS = st.lists(
    st.fixed_dictionaries(
        {
            "type": TEXTS | st.sampled_from(["metric", "metric", "alarm"]),
            "properties": st.fixed_dictionaries(
                {},
                optional={
                    "metrics": ROWS,
                    "annotations": LINES | TREES,
                    "stat": TREES,
                    "period": TREES,
                    "alarms": TREES,
                    "title": TREES,
                    "region": TREES,
                },
            ),
        }
    )
    | TREES,
    max_size=4,
)
BODIES = st.fixed_dictionaries({"widgets": WIDGETS}, optional={"variables": TREES}) | TREES


@given(
    tree=BODIES,
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=15),
    status=st.sampled_from(["Complete", "Complete", "PartialData"]),
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_body_gives_findings_or_unknown(tree, values, status):
    """Whatever the body, it is read and judged, or unknown: no other exception comes out."""
    with contextlib.suppress(Unknown):
        dashboard = parse_dashboard(json.dumps(tree), REGION, ACCOUNT)
        end = NOW.replace(second=0)
        times = tuple(end - timedelta(minutes=len(values) - place) for place in range(len(values)))
        series = {
            query.key: Series("x", times, tuple(values), status)
            for part in plan(dashboard, NOW)
            for query in part.queries
        }
        signal = Signal("errors", "AWS/Lambda", "Errors", ({"FunctionName": "a"},))
        findings = judge_dashboard(dashboard, Drawn(end, series), Surroundings(REGION, ACCOUNT, (signal,), (), {}))
        assert all(isinstance(one, str) and one for one in findings.problems)


@given(text=st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_dashboard_or_unknown(text):
    """The same for text that is no JSON, or the wrong JSON."""
    with contextlib.suppress(Unknown):
        parse_dashboard(text, REGION, ACCOUNT)
