"""Faults of the item dashboard-healthy: what the dashboard of dev shows, and what it does not."""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ON_METRICS = ("lambda-duration", "alb-response-time", "error-rate")


@fault("dashboard-missing", item="dashboard-healthy")
def _(world: "World") -> None:
    """There is no dashboard of that name."""
    world.dev.backend("cloudwatch").dashboards.clear()


@fault("dashboard-on-idle-target-group", item="dashboard-healthy")
def _(world: "World") -> None:
    """Each fleet has a target group; every widget looks at the one that has got no traffic since the deployment."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    blue, green = (world.dev.target_groups[colour].rpartition(":")[2] for colour in ("blue", "green"))
    dashboard = world.dev.backend("cloudwatch").dashboards["shop-dev"]
    dashboard.body = dashboard.body.replace(green, blue)


@fault("dashboard-without-lambda-errors", item="dashboard-healthy")
def _(world: "World") -> None:
    """No widget shows the errors and throttles of the function."""
    with drawn(world) as widgets:
        widgets[:] = [widget for widget in widgets if widget["properties"].get("title") != "Lambda errors"]


@fault("dashboard-on-other-alias", item="dashboard-healthy")
def _(world: "World") -> None:
    """The widgets of the function look at an alias that nobody calls."""
    dashboard = world.dev.backend("cloudwatch").dashboards["shop-dev"]
    dashboard.body = dashboard.body.replace("shop-api:live", "shop-api:old")


@fault("dashboard-average-of-count", item="dashboard-healthy")
def _(world: "World") -> None:
    """The load balancer's errors are drawn as an average, which is 1 whatever happens."""
    with drawn(world) as widgets:
        for row in _titled(widgets, "ALB errors")["metrics"]:
            row[-1]["stat"] = "Average"


@fault("dashboard-misspelt-metric", item="dashboard-healthy")
def _(world: "World") -> None:
    """The errors of the HTTP API are looked for under the name that REST APIs give them."""
    with drawn(world) as widgets:
        _titled(widgets, "API errors")["metrics"][0][1] = "5XXError"


@fault("dashboard-widget-empty", item="dashboard-healthy")
def _(world: "World") -> None:
    """A widget looks at the processor of an instance that was terminated."""
    with drawn(world) as widgets:
        _titled(widgets, "CPU")["metrics"][0][3] = world.dev.blue[0]


@fault("dashboard-threshold-crossed", item="dashboard-healthy")
def _(world: "World") -> None:
    """The processor of an instance is over the line that its widget fills."""
    world.dev.loads[world.dev.green[0]].cpu = 93


@fault("lambda-cold-starts", item="dashboard-healthy")
def _(world: "World") -> None:
    """Some callers wait seconds for a cold start: no part of the function's duration, but over the line of the API's."""
    world.dev.flows["lambda"].cold = 0.03


@fault("dashboard-threshold-in-milliseconds", item="dashboard-healthy")
def _(world: "World") -> None:
    """The line of the response time, which is in seconds, is drawn at 500."""
    with drawn(world) as widgets:
        _titled(widgets, "Response time")["annotations"]["horizontal"][0]["value"] = 500


@fault("dashboard-alarm-firing", item="dashboard-healthy")
def _(world: "World") -> None:
    """An alarm on the dashboard has been in ALARM for five minutes, long after the deployment."""
    from promotion.sandbox.world.model import ago

    world.dev.turn_alarm("alb-target-5xx", "ALARM", ago(minutes=5))


@fault("dashboard-alarm-gone", item="dashboard-healthy", falls_with=("no-alarms",))
def _(world: "World") -> None:
    """The dashboard names an alarm that does not exist."""
    with drawn(world) as widgets:
        alarms = _titled(widgets, "Alarms")["alarms"]
        alarms.append(f"{alarms[0]}-2")


@fault("dashboard-statistic-refused", item="dashboard-healthy", kind="blind")
def _(world: "World") -> None:
    """A widget draws a statistic that CloudWatch does not know, and everything that is asked with it is refused."""
    with drawn(world) as widgets:
        _titled(widgets, "API latency")["metrics"][0][-1]["stat"] = "p99th"


@fault("dashboard-by-the-day", item="dashboard-healthy", kind="clean")
def _(world: "World") -> None:
    """A graph with a period of a day is beside those with a period of a minute."""
    with drawn(world) as widgets:
        days = [["AWS/Lambda", "Invocations", "FunctionName", "shop-api", {"stat": "Sum"}]]
        widgets.append(_widget("metric", title="Invocations by the day", metrics=days, period=86_400))


@fault("dashboard-with-every-widget", item="dashboard-healthy", kind="clean")
def _(world: "World") -> None:
    """The dashboard has every kind of widget, expressions, variables, and lines that do not say which side is bad."""
    alarms = world.dev.backend("cloudwatch").alarms
    count = ["AWS/ApiGateway", "Count", "ApiId", world.dev.api]
    rows: list[list[Any]] = [
        [*count, {"id": "m1", "stat": "Sum", "visible": False}],
        [".", "5xx", ".", ".", {"id": "m2", "stat": "Sum", "visible": False}],
        [{"expression": "100 * m2 / m1", "label": "share", "id": "e1"}],
        [{"expression": "ANOMALY_DETECTION_BAND(m1, 2)", "id": "e2"}],
        [{"expression": "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum', 300)"}],
    ]
    lines = [{"value": 1, "fill": "above"}, {"value": 7}, [{"value": 0}, {"value": 5}]]
    with drawn(world) as widgets:
        widgets += [
            _widget("metric", title="Share of errors", metrics=rows, annotations={"horizontal": lines}),
            _widget("metric", title="One alarm", annotations={"alarms": [alarms["shop-dev-api-5xx"].alarm_arn]}),
            _widget("explorer", metrics=[{"metricName": "CPUUtilization", "resourceType": "AWS::EC2::Instance"}]),
            _widget("custom", title="Orders", endpoint="arn:aws:lambda:eu-west-1:111122223333:function:orders-widget"),
            _widget("metric", title="Elsewhere", metrics=[["AWS/Billing", "EstimatedCharges"]], region="us-east-1"),
        ]
    dashboard = world.dev.backend("cloudwatch").dashboards["shop-dev"]
    variable = {"type": "property", "property": "FunctionName", "id": "function", "inputType": "select"}
    dashboard.body = json.dumps({**json.loads(dashboard.body), "variables": [{**variable, "defaultValue": "shop-api"}]})


@fault("dashboard-with-both-colours", item="dashboard-healthy", kind="clean")
def _(world: "World") -> None:
    """Each fleet has a target group; widgets show the one that gets no traffic beside the one that does."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    blue = world.dev.target_groups["blue"].rpartition(":")[2]
    with drawn(world) as widgets:
        for title in ("Response time", "ALB errors", "ALB requests", "Hosts"):
            row = _titled(widgets, title)["metrics"][0]
            _titled(widgets, title)["metrics"].append([*row[:3], blue, *row[4:]])


@fault("dashboard-signal-in-search", item="dashboard-healthy", kind="blind")
def _(world: "World") -> None:
    """The latency of the API is shown by a search alone, which only CloudWatch can run."""
    search = "SEARCH('{AWS/ApiGateway,ApiId,Stage} MetricName=\"Latency\"', 'p99', 60)"
    with drawn(world) as widgets:
        _titled(widgets, "API latency")["metrics"] = [[{"expression": search}]]


@fault("dashboard-malformed", item="dashboard-healthy", kind="blind", falls_with=("no-alarms",))
def _(world: "World") -> None:
    """A widget repeats the row above where there is none."""
    with drawn(world) as widgets:
        _titled(widgets, "CPU")["metrics"].insert(0, ["...", "i-0"])


@fault("dashboard-not-declared", item="dashboard-healthy", kind="blind")
def _(world: "World") -> None:
    """promotion.toml names no dashboard."""
    written = world.promotion_toml
    vars(world)["promotion_toml"] = lambda places: written(places).replace('dashboard = "shop-dev"\n', "")


wire_fault(
    "dashboard-denied",
    "GetDashboard is denied.",
    "deny",
    "cloudwatch:GetDashboard",
    item="dashboard-healthy",
    on="dev",
    falls_with=("no-alarms",),
)


wire_fault(
    "dashboard-alarms-throttled",
    "DescribeAlarms is throttled in every attempt.",
    "throttle",
    "cloudwatch:DescribeAlarms",
    item="dashboard-healthy",
    on="dev",
    falls_with=("no-alarms",),
)


@fault("dashboard-data-stale", item="dashboard-healthy", kind="blind", falls_with=ON_METRICS)
def _(world: "World") -> None:
    """CloudWatch has got no metrics for forty minutes."""
    from promotion.sandbox.world.model import ago

    for computed in world.dev.metrics.values():
        computed.until = ago(minutes=40)


@fault("dashboard-without-traffic", item="dashboard-healthy", kind="blind", falls_with=ON_METRICS)
def _(world: "World") -> None:
    """Nobody has called the service for twenty minutes."""
    from promotion.sandbox.world.model import ago

    for flow in world.dev.flows.values():
        flow.change(ago(minutes=20), requests=0)


@contextlib.contextmanager
def drawn(world: "World") -> Iterator[list[dict[str, Any]]]:
    """Give the widgets of the dashboard to be changed."""
    dashboard = world.dev.backend("cloudwatch").dashboards["shop-dev"]
    tree = json.loads(dashboard.body)
    yield tree["widgets"]
    dashboard.body = json.dumps(tree)


def _titled(widgets: list[dict[str, Any]], title: str) -> Any:
    """Give the properties of the widget with a title."""
    return next(widget for widget in widgets if widget["properties"].get("title") == title)["properties"]


def _widget(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "properties": properties}
