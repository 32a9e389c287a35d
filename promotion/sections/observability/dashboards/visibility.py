"""Whether a defect would be visible in a widget: what it draws is computed for a healthy service and for one with a defect."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition, AlarmSeries
from promotion.sections.observability.dashboards.body import Row, Widget
from promotion.sections.observability.dashboards.signals import Signal
from promotion.sections.observability.evaluator.expressions import Call, Node, names_in, parse_expression
from promotion.sections.observability.evaluator.metric_math import Inputs, compute
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.series_functions import Series
from promotion.sections.observability.evaluator.statistics import statistic
from promotion.sections.observability.evaluator.synthetic import (
    HEALTHY,
    SOME,
    Defect,
    Service,
    kind_of,
    samples_of,
)

LONGEST_PERIOD = 900
"""Seconds. In a longer period an outage of a few minutes is a small part, seen when it is over."""
_SERVICE = Service(per_second=10, function_ms=1000, balancer_ms=500, hosts=2, canary_seconds=300)
"""Only whether a line changes matters, not how much."""
_PERIODS, _BAD = 12, 3
_END = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """How a widget shows a signal."""

    how: Literal["shown", "hidden", "unknown"]
    why: str = ""
    """Why a defect would not be visible, or what only CloudWatch can compute."""


def seen_in(widget: Widget, signal: Signal) -> Iterator[Seen]:
    """Say of each row of a widget that has the signal whether a defect would be visible in it."""
    for row in widget.shown:
        if row.metric is None or not row.is_looked_at or not signal.is_shown_by(row.metric):
            continue
        if widget.bounds.ended:
            yield Seen("hidden", f"shows a fixed time range, which ended {widget.bounds.ended}")
        elif row.period > LONGEST_PERIOD:
            yield Seen(
                "hidden",
                f"shows it by periods of {row.period:,} s, in which an outage of minutes is lost (expected at most "
                f"{LONGEST_PERIOD} s)",
            )
        elif row.stat in signal.misleading:
            yield Seen("hidden", f"shows its {row.stat}, which does not suffice")
        elif row.visible:
            yield _drawn(row, widget)
        else:
            yield from _computed(row, widget)


def graph_of(definition: AlarmDefinition, widget: Widget) -> Widget:
    """Give the graph of an alarm that a widget draws: its series, those that are not returned hidden."""
    rows = tuple(
        Row(
            one.metric,
            one.expression,
            one.id,
            one.stat,
            one.period or definition.period,
            one.returned,
            axis="left",
            elsewhere="another account" if one.elsewhere else "",
        )
        for one in definition.series
    )
    return Widget("metric", widget.title, rows, bounds=widget.bounds)


def _drawn(row: Row, widget: Widget) -> Seen:
    try:
        healthy, bad = _series(row, row.period, HEALTHY), _series(row, row.period, _defect(row))
    except NotEvaluable as strange:
        return Seen("unknown", str(strange))
    if healthy == bad:
        return Seen("hidden", f"shows its {row.stat}, which does not suffice")
    return _between_the_ends(healthy, bad, row, widget)


def _between_the_ends(healthy: Series, bad: Series, row: Row, widget: Widget) -> Seen:
    """Say whether a change is within the axis: at its ends, lines that differ look alike."""

    def clipped(series: Series) -> Series:
        return {moment: widget.bounds.clip(value, row.axis) for moment, value in series.items()}

    if clipped(healthy) != clipped(bad):
        return Seen("shown")
    return Seen("hidden", f"has a {row.axis} axis that ends before a defect would be visible")


def _computed(hidden: Row, widget: Widget) -> Iterator[Seen]:
    """Judge each drawn expression that a hidden metric feeds."""
    for row in widget.rows:
        if not row.visible or not row.expression:
            continue
        try:
            if not _feeds(hidden.id, row, widget, ()):
                continue
            healthy, bad = (
                _of_expression(row, widget, hidden.period, defect, ()) for defect in (HEALTHY, _defect(hidden))
            )
            if healthy != bad:
                yield _between_the_ends(healthy, bad, row, widget)
            else:
                yield Seen("hidden", f"draws {row.expression[:60]!r}, in which a defect would not be visible")
        except NotEvaluable as strange:
            yield Seen("unknown", str(strange))


def _feeds(name: str, row: Row, widget: Widget, above: tuple[str, ...]) -> bool:
    """Whether an expression refers to an id, directly, through other expressions, or by METRICS."""
    node = parse_expression(row.expression)
    names = names_in(node)
    if name in names or _calls_metrics(node):
        return True
    others = [one for one in widget.rows if one.expression and one.id in names and one.id not in above]
    return any(_feeds(name, one, widget, (*above, row.id)) for one in others)


def _calls_metrics(node: Node) -> bool:
    return isinstance(node, Call) and (node.function == "METRICS" or any(map(_calls_metrics, node.arguments)))


def _of_expression(row: Row, widget: Widget, period: int, defect: Defect, above: tuple[str, ...]) -> Series:
    metrics, expressions = dict[str, Series](), dict[str, Series]()
    names = names_in(parse_expression(row.expression))
    for other in widget.rows:
        if not other.id or other is row or other.id in above:
            continue
        if other.metric is not None and kind_of(other.metric) is not None:
            metrics[other.id] = _series(other, period, defect)
        elif other.expression and other.id in names:
            expressions[other.id] = _of_expression(other, widget, period, defect, (*above, row.id))
    return compute(row.expression, Inputs(metrics, expressions, _moments(period), period))


def _series(row: Row, period: int, defect: Defect) -> Series:
    """Give the statistic of a metric period by period; the last ones have the defect."""
    made, series = Series(), AlarmSeries(row.id, row.metric, row.stat, period=period)
    for place, moment in enumerate(_moments(period)):
        minute = samples_of(series, _SERVICE, defect if place >= _PERIODS - _BAD else HEALTHY)
        value = statistic(row.stat, [(value, count * period / 60) for value, count in minute])
        if value is not None:
            made[moment] = value
    return made


def _moments(period: int) -> list[datetime]:
    return [_END - timedelta(seconds=period * back) for back in range(_PERIODS, 0, -1)]


def _defect(row: Row) -> Defect:
    kind = None if row.metric is None else kind_of(row.metric)
    if row.metric is None or kind is None:
        raise NotEvaluable("a metric that is not known")
    return Defect("failing", row.metric.name, SOME) if kind == "failing" else Defect(kind)
