"""Faults of the item dashboard-healthy by effect: widgets in which a defect would not be visible."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.observability.dashboards import drawn

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "dashboard-healthy"


@fault("dashboard-errors-by-the-day", item=ITEM)
def _(world: "World") -> None:
    """Errors and throttles are drawn by the day: an outage of five minutes is lost."""
    _changed(world, "Lambda errors", period=86_400)


@fault("dashboard-response-time-by-six-hours", item=ITEM)
def _(world: "World") -> None:
    """The response time is drawn by six hours."""
    _changed(world, "Response time", period=21_600)


@fault("dashboard-errors-times-zero", item=ITEM)
def _(world: "World") -> None:
    """Errors and throttles are drawn as m1*0 and m2*0, the metrics hidden: a line at 0, whatever happens."""
    _computed(world, "m1*0", "m2*0")


@fault("dashboard-errors-always-filled", item=ITEM)
def _(world: "World") -> None:
    """Errors are drawn by an expression that is 0 in either case, throttles beside it as they are."""
    _computed(world, "IF(m1 > 0, 0, 0)", "m2")


@fault("dashboard-errors-over-a-million", item=ITEM)
def _(world: "World") -> None:
    """Errors are drawn in millions, rounded down; throttles as they are."""
    _computed(world, "FLOOR(m1 / 1000000)", "m2")


@fault("dashboard-errors-through-two-expressions", item=ITEM)
def _(world: "World") -> None:
    """What is drawn of the errors is subtracted from itself, by way of another expression."""
    _computed(world, "e9 - m1", "m2", ("e9", "m1"))


@fault("dashboard-minimum-of-errors", item=ITEM)
def _(world: "World") -> None:
    """The errors of the function are drawn as a minimum: 0 as long as any invocation succeeds."""
    with drawn(world) as widgets:
        _titled(widgets, "Lambda errors")["metrics"][0][-1]["stat"] = "Minimum"


@fault("dashboard-median-of-errors", item=ITEM)
def _(world: "World") -> None:
    """The errors of the function are drawn as a median: 0 as long as half of the invocations succeed."""
    with drawn(world) as widgets:
        _titled(widgets, "Lambda errors")["metrics"][0][-1]["stat"] = "p50"


@fault("dashboard-errors-as-a-rate", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Errors and throttles are drawn as rates in percent of invocations, with FILL and IF, the metrics hidden."""
    _computed(world, "IF(m3 > 0, 100 * FILL(m1, 0) / m3, 0)", "100 * m2 / (m2 + m3)")


@fault("dashboard-errors-by-metrics", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Errors and throttles are drawn as one sum of all metrics of the widget, and per second."""
    _computed(world, "SUM(METRICS())", "RATE(m2) + m2 / PERIOD(m2)")


@fault("dashboard-errors-through-expressions", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """What is drawn is computed from hidden expressions."""
    _computed(world, "100 * e9", "ABS(-e8)", ("e9", "m1 / m3"), ("e8", "m2 * 60"))


@fault("dashboard-errors-by-five-minutes", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Errors and throttles are drawn by five minutes."""
    _changed(world, "Lambda errors", period=300)


@fault("dashboard-errors-average", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The errors of the function are drawn as an average, the share of invocations that fail, without a threshold."""
    with drawn(world) as widgets:
        widget = _titled(widgets, "Lambda errors")
        widget["metrics"][0][-1]["stat"] = "Average"
        widget["annotations"] = {}


@fault("dashboard-axis-begins-too-high", item=ITEM)
def _(world: "World") -> None:
    """The axis of errors begins at a million: what happens is below the graph."""
    _changed(world, "Lambda errors", yAxis={"left": {"min": 1_000_000, "max": 2_000_000}})


@fault("dashboard-of-last-year", item=ITEM)
def _(world: "World") -> None:
    """The widget of errors shows a fixed time range, of an incident of last year."""
    _changed(world, "Lambda errors", start="2025-03-01T00:00:00.000Z", end="2025-03-02T00:00:00.000Z")


@fault("dashboard-alarm-graph-of-nothing", item=ITEM)
def _(world: "World") -> None:
    """Errors and throttles are drawn by alarms alone; the one on errors multiplies them by 0."""
    _by_alarms(world, "m1 * 0")


@fault("dashboard-axis-with-ends", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The axis of errors begins at 0 and ends at 100."""
    _changed(
        world, "Lambda errors", yAxis={"left": {"min": 0, "max": 100, "label": "errors"}, "right": {"showUnits": False}}
    )


@fault("dashboard-of-last-three-hours", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The widget of errors shows the last three hours."""
    _changed(world, "Lambda errors", start="-PT3H", end="P0D")


@fault("dashboard-errors-by-alarms", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Errors and throttles are drawn by alarms alone; the one on errors is on their rate."""
    _by_alarms(world, "100 * m1 / m2")


@fault("dashboard-errors-by-running-sum", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """Errors and throttles are drawn as a running sum, which only CloudWatch can compute."""
    _computed(world, "RUNNING_SUM(m1)", "RUNNING_SUM(m2)")


def _by_alarms(world: "World", expression: str) -> None:
    """Draw errors and throttles by their alarms; the one on errors is on an expression over m1, the errors, and m2."""
    from promotion.sandbox.world.alarm_math import put_by_math

    dev = world.dev
    put_by_math(dev, "lambda-errors", expression, 1)
    arns = [dev.alarm(name).alarm_arn for name in ("lambda-errors", "lambda-throttles")]
    with drawn(world) as widgets:
        _titled(widgets, "Lambda errors").update(metrics=[], annotations={"alarms": arns[:1]})
        widgets.append({"type": "metric", "properties": {"title": "Throttles", "annotations": {"alarms": arns[1:]}}})


def _changed(world: "World", title: str, **properties: Any) -> None:
    with drawn(world) as widgets:
        _titled(widgets, title).update(properties)


def _computed(world: "World", first: str, second: str, *more: tuple[str, str]) -> None:
    """Draw two expressions over m1, the errors, m2, the throttles, and m3, the invocations, all of them hidden."""
    with drawn(world) as widgets:
        widget = _titled(widgets, "Lambda errors")
        rows = widget["metrics"]
        for number, row in enumerate(rows, start=1):
            row[-1].update(id=f"m{number}", visible=False)
        rows.append([".", "Invocations", ".", ".", ".", ".", {"stat": "Sum", "id": "m3", "visible": False}])
        rows += [[{"expression": text, "id": key, "visible": False}] for key, text in more]
        rows += [[{"expression": first, "id": "e1"}], [{"expression": second, "id": "e2"}]]
        widget["annotations"] = {}


def _titled(widgets: list[dict[str, Any]], title: str) -> Any:
    return next(widget for widget in widgets if widget["properties"].get("title") == title)["properties"]
