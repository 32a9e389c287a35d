"""What a dashboard shows is judged: coverage, fresh data, crossed lines, alarms. Each trap beside its naive reading."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.aws.cloudwatch.alarms import Alarm
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.clients.aws.cloudwatch.series import Series
from promotion.sections.observability.dashboards.body import parse_dashboard
from promotion.sections.observability.dashboards.coverage import Surroundings
from promotion.sections.observability.dashboards.judgement import Drawn, judge_dashboard
from promotion.sections.observability.dashboards.queries import plan
from promotion.sections.observability.dashboards.signals import Balanced, needed
from promotion.settings.environment import DeploymentGroupRef, Ec2Target, LambdaTarget
from promotion.settings.observability import Api
from promotion.unknown import Reason, Unknown

REGION, ACCOUNT = "eu-west-1", "111122223333"
END = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GROUP = DeploymentGroupRef(application="shop", group="shop")
LIVE = ["FunctionName", "shop-api", "Resource", "shop-api:live"]
ARN = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
GREEN, BLUE, ALB = "targetgroup/green/1", "targetgroup/blue/2", "app/shop/3"
BALANCED = Balanced(
    f"{ARN}:loadbalancer/{ALB}",
    {"green": f"{ARN}:{GREEN}", "blue": f"{ARN}:{BLUE}"},
    {f"{ARN}:{GREEN}": 100, f"{ARN}:{BLUE}": 0},
)
FUNCTION = LambdaTarget(kind="lambda", url="https://shop.example", function="shop-api", codedeploy=GROUP)
FLEET = Ec2Target(
    kind="ec2", url="https://shop.example", load_balancer="shop", target_groups=("green", "blue"), codedeploy=GROUP
)
ON_GREEN, ON_BLUE = (["TargetGroup", group, "LoadBalancer", ALB] for group in (GREEN, BLUE))


def alarm(name, state="OK", *metrics, **more):
    """An alarm that has been in a state for an hour."""
    hour_ago = END - timedelta(hours=1)
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
    return Alarm(name, arn, "MetricAlarm", state, hour_ago, hour_ago, actions_enabled=True, metrics=metrics, **more)


def judged(*widgets, targets=None, silent=(), values=None, alarms=(), balanced=BALANCED):
    """Judge widgets of which everything has had the value 1 each minute, but what is silent or has other values."""
    balancers = {name: balanced for name, target in (targets or {}).items() if isinstance(target, Ec2Target)}
    dashboard = parse_dashboard(json.dumps({"widgets": list(widgets)}), REGION, ACCOUNT)
    series = {}
    for part in plan(dashboard, END + timedelta(minutes=2)):
        for query in part.queries:
            found = (values or {}).get(query.metric.name, [1.0] * part.window.minutes)
            found = [] if query.metric.name in silent else found
            times = tuple(END - timedelta(minutes=len(found) - place) for place in range(len(found)))
            series[query.key] = Series(query.metric.describe(), times, tuple(found), "Complete")
    signals = tuple(needed(targets or {}, balancers))
    around = Surroundings(REGION, ACCOUNT, signals, tuple(balancers.values()), {one.name: one for one in alarms})
    return judge_dashboard(dashboard, Drawn(END, series), around)


def graph(*rows, title="Graph", **properties):
    """A metric widget."""
    return {"type": "metric", "properties": {"metrics": list(rows), "title": title, "period": 60, **properties}}


def line(value, fill="above", **more):
    """The annotations with one line."""
    return {"horizontal": [{"value": value, "fill": fill, **more}]}


FUNCTION_ROWS = [
    ["AWS/Lambda", name, *LIVE, {"stat": stat}]
    for name, stat in (("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "p99"))
]
FLEET_ROWS = [
    ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", ALB, {"stat": "Sum"}],
    ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", *ON_GREEN, {"stat": "Sum"}],
    ["AWS/ApplicationELB", "TargetResponseTime", *ON_GREEN, {"stat": "p99"}],
    ["AWS/ApplicationELB", "HealthyHostCount", *ON_GREEN, {"stat": "Minimum"}],
]
BOTH = {"lambda": FUNCTION, "ec2": FLEET}


def test_a_dashboard_with_every_signal_is_well():
    """Errors, throttles, duration; load balancer and target 5xx, response time, healthy hosts: nothing is missing."""
    findings = judged(graph(*FUNCTION_ROWS, *FLEET_ROWS), targets=BOTH)
    assert (findings.problems, findings.doubts, findings.said) == ([], [], [])


@pytest.mark.parametrize("place", range(7))
def test_each_signal_is_needed(place):
    """A dashboard that lacks any one of them is not well."""
    rows = [row for number, row in enumerate([*FUNCTION_ROWS, *FLEET_ROWS]) if number != place]
    findings = judged(graph(*rows), targets=BOTH)
    assert len(findings.problems) == 1
    assert "no widget shows" in findings.problems[0]


def test_the_api_before_the_function_must_be_seen_as_well():
    """An HTTP API's 5xx and latency are needed where it is declared; the metrics of a REST API do not show them."""
    target = FUNCTION.model_copy(update={"api": Api(kind="http", id="a1", stage="$default")})
    rows = [["AWS/ApiGateway", name, "ApiId", "a1", {"stat": "Sum"}] for name in ("5XXError", "Latency")]
    findings = judged(
        graph(*FUNCTION_ROWS, *rows, ["AWS/ApiGateway", "Latency", "ApiId", "a1"]), targets={"lambda": target}
    )
    assert [problem for problem in findings.problems if "5xx of API a1" in problem]
    assert not [problem for problem in findings.problems if "latency" in problem]


@pytest.mark.parametrize("old", [["Resource", "shop-api:7"], ["Resource", "shop-api:live", "ExecutedVersion", "7"]])
def test_a_widget_pinned_to_a_version_does_not_show_the_alias(old):
    """The naive reading finds `Errors` of `shop-api` and is content, though the version gets no calls any more."""
    rows = [[*row[:4], *old, row[-1]] for row in FUNCTION_ROWS]
    assert len(judged(graph(*rows), targets={"lambda": FUNCTION}).problems) == 3


def test_a_dead_target_group_is_named():
    """After a blue/green deployment the widgets look at the other colour: the message says so."""
    findings = judged(
        graph(*[[*row[:2], *ON_BLUE, row[-1]] if len(row) > 5 else row for row in FLEET_ROWS]), targets={"ec2": FLEET}
    )
    assert len(findings.problems) == 3
    assert all("blue, which receives no traffic" in problem for problem in findings.problems)


def test_a_dead_target_group_beside_the_live_one_does_no_harm():
    """Both colours on a widget are common; that one of them is silent is said, and no fault."""
    blue = ["AWS/ApplicationELB", "TargetResponseTime", *ON_BLUE, {"stat": "p50"}]
    findings = judged(
        graph(*FLEET_ROWS, blue), targets={"ec2": FLEET}, values={"TargetResponseTime": []}, silent=("RequestCount",)
    )
    assert not [problem for problem in findings.problems if "blue" in problem]
    assert [word for word in findings.said if "blue" in word]


def test_traffic_nowhere_is_a_problem():
    """A load balancer that forwards to no target group has nothing to show."""
    idle = Balanced(BALANCED.arn, BALANCED.groups, {})
    findings = judged(graph(*FLEET_ROWS), targets={"ec2": FLEET}, balanced=idle)
    assert any("no target group is in use" in problem for problem in findings.problems)


@pytest.mark.parametrize(
    ("metric", "stat", "shows"),
    [
        ("HTTPCode_Target_5XX_Count", "Average", False),  # always 1
        ("HTTPCode_Target_5XX_Count", "Maximum", False),
        ("HTTPCode_Target_5XX_Count", "Sum", True),
        ("HTTPCode_Target_5XX_Count", "SampleCount", True),
        ("HealthyHostCount", "Sum", False),  # each node of the load balancer counts them
        ("HealthyHostCount", "Minimum", True),
        ("TargetResponseTime", "SampleCount", False),
        ("TargetResponseTime", "Average", True),
    ],
)
def test_a_statistic_that_misleads_does_not_show_a_signal(metric, stat, shows):
    """The naive reading looks at the metric's name alone."""
    rows = [[*row[:-1], {"stat": stat}] if row[1] == metric else row for row in FLEET_ROWS]
    assert (judged(graph(*rows), targets={"ec2": FLEET}).problems == []) is shows


def test_an_alarm_drawn_as_a_graph_shows_its_metric():
    """Many dashboards have graphs with nothing but an alarm; an alarm status widget shows no metric."""
    errors = alarm("errors", "OK", Metric("AWS/Lambda", "Errors", dict(zip(LIVE[::2], LIVE[1::2], strict=True))))
    drawn = {"type": "metric", "properties": {"annotations": {"alarms": [errors.arn]}}}
    status = {"type": "alarm", "properties": {"alarms": [errors.arn]}}
    targets = {"lambda": FUNCTION}
    assert judged(graph(*FUNCTION_ROWS[1:]), drawn, targets=targets, alarms=[errors]).problems == []
    assert len(judged(graph(*FUNCTION_ROWS[1:]), status, targets=targets, alarms=[errors]).problems) == 1


@pytest.mark.parametrize(
    "widget",
    [
        graph([{"expression": "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum')"}]),
        graph([{"expression": 'SELECT SUM(Errors) FROM "AWS/Lambda"'}]),
        {"type": "explorer", "properties": {"metrics": [{"metricName": "Errors"}]}},
        {"type": "custom", "properties": {"endpoint": "arn:aws:lambda:eu-west-1:1:function:f"}},
    ],
)
def test_what_cannot_be_judged_is_unknown_only_if_nothing_else_shows_the_signal(widget):
    """A search, a query, an explorer or a custom widget may show it: nobody can tell here."""
    targets = {"lambda": FUNCTION}
    missing = judged(graph(*FUNCTION_ROWS[1:]), widget, targets=targets)
    assert missing.problems == []
    assert [doubt.reason for doubt in missing.doubts] == [Reason.NOT_SUPPORTED]
    assert judged(graph(*FUNCTION_ROWS), widget, targets=targets).doubts == []


def test_a_hidden_metric_shows_nothing():
    """`visible: false` is on the dashboard and nobody sees it."""
    rows = [[*row[:-1], {**row[-1], "visible": False}] for row in FUNCTION_ROWS]
    assert len(judged(graph(*rows), targets={"lambda": FUNCTION}).problems) == 3


def test_no_errors_is_no_data_where_requests_are_counted():
    """The load balancer reports 5xx only when there are any: silence beside requests is zero."""
    findings = judged(
        graph(*FLEET_ROWS), targets={"ec2": FLEET}, silent=("HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count")
    )
    assert (findings.problems, findings.doubts) == ([], [])


def test_no_errors_without_requests_is_unknown():
    """The naive reading takes missing errors for zero errors, when nobody can have seen any."""
    findings = judged(
        graph(*FLEET_ROWS, ["AWS/EC2", "CPUUtilization"]),
        targets={"ec2": FLEET},
        silent=("HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "RequestCount"),
    )
    assert findings.problems == []
    assert {doubt.reason for doubt in findings.doubts} == {Reason.NO_DATA}


def test_no_data_beside_requests_is_a_wrong_name():
    """Lambda reports the duration of each invocation: where those are counted, it must be there."""
    findings = judged(graph(*FUNCTION_ROWS), targets={"lambda": FUNCTION}, silent=("Duration",))
    assert len(findings.problems) == 1
    assert "though requests were counted there" in findings.problems[0]


def test_hosts_do_not_hang_on_requests():
    """Healthy hosts are counted always: no count is a problem, whatever the traffic."""
    findings = judged(graph(*FLEET_ROWS), targets={"ec2": FLEET}, silent=("HealthyHostCount",))
    assert len(findings.problems) == 1


def test_when_nothing_has_data_nobody_can_tell():
    """A dashboard without a single value speaks of CloudWatch, not of the service."""
    names = {row[1] for row in FUNCTION_ROWS} | {"Invocations"}
    findings = judged(graph(*FUNCTION_ROWS), targets={"lambda": FUNCTION}, silent=names)
    assert findings.problems == []
    assert [doubt.reason for doubt in findings.doubts] == [Reason.STALE]


def test_an_incomplete_answer_is_unknown():
    """What CloudWatch does not call complete is not read as values."""
    dashboard = parse_dashboard(json.dumps({"widgets": [graph(["A", "B"])]}), REGION, ACCOUNT)
    ((query,),) = (part.queries for part in plan(dashboard, END))
    drawn = Drawn(END, {query.key: Series("B", (END,), (1.0,), "PartialData")})
    with pytest.raises(Unknown) as raised:
        judge_dashboard(dashboard, drawn, Surroundings(REGION, ACCOUNT, (), (), {}))
    assert raised.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("annotations", "values", "crossed"),
    [
        (line(5), [9.0] * 5 + [1.0] * 10, False),  # long ago
        (line(5), [1.0] * 10 + [9.0] + [1.0] * 4, True),  # within the newest five minutes
        (line(5), [1.0] * 14 + [9.0], True),
        (line(5), [5.0] * 15, False),  # on the line
        (line(2, "below"), [1.0] * 15, True),
        (line(2, "below"), [3.0] * 15, False),
        (line(5, yAxis="right"), [9.0] * 15, False),  # another axis
        (line(5, "none"), [9.0] * 15, False),
        ({"horizontal": [{"value": 5}]}, [9.0] * 15, False),
        ({"horizontal": [[{"value": 5, "fill": "above"}, {"value": 8}]]}, [6.0] * 15, False),  # a band, good or bad
    ],
)
def test_newest_data_must_not_lie_on_the_filled_side(annotations, values, crossed):
    """Only a line that says which side is bad can be crossed, on its axis, by what is new."""
    findings = judged(graph(["Shop", "Queue"], annotations=annotations), values={"Queue": values})
    assert bool(findings.problems) is crossed


def test_lines_are_held_against_computed_values():
    """A rate is computed here, minute by minute; what needs CloudWatch is said."""
    rows = [
        ["Shop", "Bad", {"id": "m1", "visible": False}],
        ["Shop", "All", {"id": "m2", "visible": False}],
        [{"expression": "100*(m1/(m1+m2))", "id": "e1"}],
    ]
    values = {"Bad": [10.0] * 15, "All": [90.0] * 15}
    assert judged(graph(*rows, annotations=line(5)), values=values).problems
    assert not judged(graph(*rows, annotations=line(15)), values=values).problems
    rows[-1][0]["expression"] = "IF(m2 > 0, 100*m1/m2, 0)"
    assert judged(graph(*rows, annotations=line(5)), values=values).problems
    rows[-1][0]["expression"] = "RUNNING_SUM(m1)"
    findings = judged(graph(*rows, annotations=line(5)), values=values)
    assert findings.problems == []
    assert any("only CloudWatch can compute" in word for word in findings.said)


@pytest.mark.parametrize(("value", "wrong"), [(0.5, False), (30, False), (500, True)])
def test_a_line_in_milliseconds_on_a_metric_in_seconds_is_wrong(value, wrong):
    """The naive reading holds 0.8 s against 500 and is content for ever."""
    row = ["AWS/ApplicationELB", "TargetResponseTime", *ON_GREEN, {"stat": "p99"}]
    findings = judged(graph(row, annotations=line(value)), values={"TargetResponseTime": [0.1] * 15})
    assert any("is in seconds" in problem for problem in findings.problems) is wrong


def test_a_line_of_a_duration_in_milliseconds_is_right():
    """Lambda's duration is in milliseconds: 1000 is a second."""
    assert judged(graph(FUNCTION_ROWS[2], annotations=line(1000))).problems == []


CPU = Metric("AWS/EC2", "CPUUtilization", {"InstanceId": "i-1"})
ERRORS = Metric("AWS/Lambda", "Errors", {"FunctionName": "shop-api"})
REFUSED = Metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", {"LoadBalancer": ALB})


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (alarm("one"), "fine"),
        (alarm("one", "ALARM"), "problem"),
        (alarm("one", "INSUFFICIENT_DATA", CPU), "problem"),  # a metric that is always there
        (alarm("one", "INSUFFICIENT_DATA", ERRORS), "doubt"),
        (alarm("one", "INSUFFICIENT_DATA", REFUSED), "said"),  # counts nothing but errors
        (alarm("one", "INSUFFICIENT_DATA", REFUSED, treat_missing="notBreaching"), "doubt"),  # it should be OK then
        (alarm("two"), "problem"),  # there is none called `one`
    ],
)
def test_alarms_on_the_dashboard_must_be_well(found, kind):
    """An alarm must exist and be OK; insufficient data has a meaning by metric and treatment."""
    widget = {"type": "alarm", "properties": {"alarms": [alarm("one").arn]}}
    findings = judged(graph(["A", "B"]), widget, alarms=[found], targets={"lambda": FUNCTION})
    found = [problem for problem in findings.problems if "alarm" in problem]
    doubts = [doubt for doubt in findings.doubts if "alarm" in doubt.message]
    said = [word for word in findings.said if "alarm" in word]
    assert (len(found), len(doubts), len(said)) == tuple(int(kind == name) for name in ("problem", "doubt", "said"))


def test_an_alarm_of_another_region_is_said():
    """It cannot be described from here."""
    widget = {"type": "alarm", "properties": {"alarms": [alarm("one").arn.replace(REGION, "us-east-1")]}}
    findings = judged(graph(*FUNCTION_ROWS), widget, targets={"lambda": FUNCTION})
    assert findings.problems == []
    assert "us-east-1" in findings.said[0]
