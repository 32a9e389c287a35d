"""A DashboardBody, read: what each widget shows. Where a widget stands does not matter.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.dashboards.bounds import NO_BOUNDS, Bounds, read_bounds, with_end
from promotion.sections.observability.dashboards.rows import expand, malformed
from promotion.sections.observability.dashboards.variables import Variables, read_variables

STAT, PERIOD, AXIS = "Average", 300, "left"
"""What holds where neither row nor widget says anything."""
_SHARED = ("stat", "period", "region", "accountId")
"""What a widget may say for all of its metrics."""
SILENT = ("text", "log")
"""Widgets without metrics: what logs say is judged by its own items."""
MOST_WIDGETS = 500


@dataclass(frozen=True)
class Row:
    """One line of a graph: a metric, or an expression over others of the same widget."""

    metric: Metric | None
    expression: str
    id: str
    stat: str
    period: int
    """Seconds: a multiple of 60."""
    visible: bool
    axis: str
    elsewhere: str
    """Region or account, where it is another one than the dashboard's reader looks at; else empty."""
    variable: str = ""
    """The dashboard variable that only the console can fill in, if the row hangs on one."""

    @property
    def is_looked_at(self) -> bool:
        """Whether it can be looked at with what the dashboard says, in this region and account."""
        return not self.elsewhere and not self.variable


@dataclass(frozen=True)
class Threshold:
    """A horizontal line, one side of which is filled: the bad side."""

    value: float
    side: Literal["above", "below"]
    axis: str
    label: str

    def is_crossed_by(self, value: float) -> bool:
        """Whether a value lies on the filled side. On the line it does not."""
        return value > self.value if self.side == "above" else value < self.value

    def describe(self) -> str:
        """The threshold in a few words."""
        return f"{self.label or 'the threshold'} {self.value:g}"


@dataclass(frozen=True)
class Widget:
    """One widget, as far as it is judged."""

    kind: str
    title: str
    rows: tuple[Row, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    unfilled: int = 0
    """Thresholds that do not say which side is bad."""
    alarms: tuple[str, ...] = ()
    """ARNs."""
    graphs_alarms: bool = False
    """Whether its alarms are drawn with their metrics; an alarm status widget shows the state alone."""
    bounds: Bounds = NO_BOUNDS
    explores: tuple[str, ...] = ()
    """Names of metrics that an explorer widget shows of whatever resources it finds."""

    @property
    def shown(self) -> tuple[Row, ...]:
        """Rows that are drawn, and those that feed an expression that is."""
        shown = [row for row in self.rows if row.visible]
        while True:
            fed = " ".join(row.expression for row in shown)
            names = _names(fed)
            by_all = "METRICS(" in fed.replace(" ", "")
            feeding = [row for row in self.rows if row.id in names or (by_all and row.metric is not None and row.id)]
            if all(row in shown for row in feeding):
                return tuple(row for row in self.rows if row in shown)
            shown += [row for row in feeding if row not in shown]


@dataclass(frozen=True)
class Dashboard:
    """A dashboard."""

    widgets: tuple[Widget, ...]

    @property
    def alarms(self) -> tuple[str, ...]:
        """The ARN of every alarm on it, once."""
        return tuple(dict.fromkeys(arn for widget in self.widgets for arn in widget.alarms))


def parse_dashboard(body: str, region: str, account: str) -> Dashboard:
    """Read a DashboardBody. `region` and `account` are where its metrics are looked for.

    Raises Unknown, malformed, for whatever is not a dashboard.
    """
    try:
        tree = json.loads(body, parse_constant=_raise_on_constant)
    except (ValueError, RecursionError):
        raise malformed("it is not JSON") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("widgets"), list):
        raise malformed("it has no list of widgets")
    if len(tree["widgets"]) > MOST_WIDGETS:
        raise malformed(f"it has {len(tree['widgets'])} widgets, more than the maximum of {MOST_WIDGETS}")
    variables = read_variables(tree.get("variables", []))
    return Dashboard(
        tuple(
            _widget(variables.filled_in(with_end(widget, tree)), number, _Place(region, account, variables))
            for number, widget in enumerate(tree["widgets"], start=1)
        )
    )


@dataclass(frozen=True)
class _Place:
    region: str
    account: str
    variables: Variables


def _widget(tree: Any, number: int, place: _Place) -> Widget:
    if not isinstance(tree, dict) or not isinstance(tree.get("type"), str):
        raise malformed(f"widget {number} has no type")
    properties = tree.get("properties", {})
    if not isinstance(properties, dict):
        raise malformed(f"widget {number} has invalid properties")
    kind, title = tree["type"], properties.get("title")
    title = title if isinstance(title, str) and title else f"{kind} widget {number}"
    match kind:
        case "metric":
            return _graph(properties, title, place)
        case "alarm":
            return Widget(kind, title, alarms=_arns(properties.get("alarms"), title))
        case "explorer":
            return Widget(kind, title, explores=_explored(properties, title))
    return Widget(kind, title)


def _graph(properties: Mapping[str, Any], title: str, place: _Place) -> Widget:
    metrics = properties.get("metrics", [])
    if not isinstance(metrics, list):
        raise malformed(f"the metrics of {title!r} are not a list")
    annotations = properties.get("annotations") or {}
    if not isinstance(annotations, dict):
        raise malformed(f"the annotations of {title!r} cannot be parsed")
    thresholds, unfilled = _thresholds(annotations.get("horizontal") or [], title)
    rows = tuple(_row(tokens, options, properties, title, place) for tokens, options in expand(metrics, repr(title)))
    alarms = _arns(annotations.get("alarms") or [], title)
    return Widget("metric", title, rows, thresholds, unfilled, alarms, True, read_bounds(properties, title))


def _row(
    tokens: Sequence[str], options: Mapping[str, Any], properties: Mapping[str, Any], title: str, place: _Place
) -> Row:
    told = {**{key: properties[key] for key in _SHARED if key in properties}, **options}
    dimensions = place.variables.dimensions(dict(zip(tokens[2::2], tokens[3::2], strict=True)))
    metric = Metric(tokens[0], tokens[1], dimensions) if tokens else None
    expression = options.get("expression", "") if metric is None else ""
    texts = {"stat": STAT, "id": "", "yAxis": AXIS, "region": place.region, "accountId": place.account}
    text = {name: told.get(name, usual) for name, usual in texts.items()}
    if not all(isinstance(value, str) for value in text.values()):
        raise malformed(f"a metric of {title!r} has options that are not text")
    elsewhere = [
        text[name] for name, here in (("region", place.region), ("accountId", place.account)) if text[name] != here
    ]
    return Row(
        metric=metric,
        expression=expression,
        id=text["id"],
        stat=text["stat"] or STAT,
        period=_period(told.get("period", PERIOD), title),
        visible=options.get("visible", True) is not False,
        axis=text["yAxis"],
        elsewhere=", ".join(elsewhere),
        variable=place.variables.hanging(metric, expression),
    )


def _period(told: Any, title: str) -> int:
    """Give the period in whole minutes: what is drawn finer is looked at by the minute."""
    if isinstance(told, bool) or not isinstance(told, int) or not 0 < told <= 2_592_000:
        raise malformed(f"a metric of {title!r} has the period {told!r}, expected seconds")
    return math.ceil(told / 60) * 60


def _thresholds(told: Any, title: str) -> tuple[tuple[Threshold, ...], int]:
    """Read horizontal annotations. A pair is a band, which does not say whether it is the good or the bad one."""
    if not isinstance(told, list):
        raise malformed(f"the annotations of {title!r} are not a list")
    found, unfilled = [], 0
    for one in told:
        edges = one if isinstance(one, list) else [one]
        if not edges or not all(isinstance(edge, dict) and _is_number(edge.get("value")) for edge in edges):
            raise malformed(f"an annotation of {title!r} has no value")
        edge = edges[0]
        if edge.get("visible") is False:
            continue
        if len(edges) > 1 or edge.get("fill") not in ("above", "below"):
            unfilled += 1
            continue
        label = edge.get("label")
        axis = edge.get("yAxis", AXIS)
        found.append(Threshold(float(edge["value"]), edge["fill"], axis, label if isinstance(label, str) else ""))
    return tuple(found), unfilled


def _arns(told: Any, title: str) -> tuple[str, ...]:
    if not isinstance(told, list) or not all(isinstance(arn, str) for arn in told):
        raise malformed(f"the alarms of {title!r} are not a list of ARNs")
    return tuple(told)


def _explored(properties: Mapping[str, Any], title: str) -> tuple[str, ...]:
    metrics = properties.get("metrics", [])
    if not isinstance(metrics, list) or not all(isinstance(metric, dict) for metric in metrics):
        raise malformed(f"the metrics of {title!r} cannot be parsed")
    return tuple(str(metric.get("metricName", "")) for metric in metrics)


def _names(expressions: str) -> frozenset[str]:
    return frozenset(cast("list[str]", re.findall(r"[a-z][A-Za-z0-9_]*", expressions)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _raise_on_constant(name: str) -> Any:
    raise ValueError(name)
