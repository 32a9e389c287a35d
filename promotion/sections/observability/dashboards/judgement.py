"""Whether a dashboard shows what people need to see, and whether what it shows is well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.alarms import ALARM, INSUFFICIENT, Alarm, name_of, place_of
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.clients.aws.cloudwatch.series import Series
from promotion.core.findings import Findings
from promotion.sections.observability.alarms.lifecycle import companion, is_sparse, sibling
from promotion.sections.observability.dashboards.body import SILENT, Dashboard, Row, Widget
from promotion.sections.observability.dashboards.coverage import Surroundings, judge_coverage
from promotion.sections.observability.dashboards.queries import key_of, life_of, span
from promotion.sections.observability.evaluator.metric_math import Inputs, compute
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.metrics.units import MS_PER_UNIT
from promotion.unknown import Reason

NEWEST = timedelta(minutes=5)
"""Data as young as this, or the newest period, must not lie beyond a filled threshold."""
LONGEST_SECONDS = 60
"""A threshold above this, on a metric in seconds, was meant in milliseconds: load balancers give up long before."""


@dataclass(frozen=True)
class Drawn:
    """What the widgets of a dashboard draw."""

    end: datetime
    """The newest minute that has settled ends here."""
    series: Mapping[str, Series]


def judge_dashboard(dashboard: Dashboard, drawn: Drawn, around: Surroundings) -> Findings:
    """Say what is wrong with a dashboard: signals that are missing, empty widgets, crossed thresholds, alarms."""
    findings = Findings()
    judge_coverage(dashboard, around, findings)
    _judge_freshness(dashboard, drawn, around, findings)
    for widget in dashboard.widgets:
        _judge_thresholds(widget, drawn, around, findings)
        if widget.unfilled:
            findings.said.append(f"{widget.title}: {widget.unfilled} thresholds do not say which side of them is bad")
        if widget.kind not in ("metric", "alarm", *SILENT):
            findings.said.append(f"{widget.title}: widgets of kind {widget.kind} are not judged")
    _judge_alarms(dashboard, around, findings)
    findings.say_once()  # the same metric is often drawn with several statistics
    return findings


def _judge_freshness(dashboard: Dashboard, drawn: Drawn, around: Surroundings, findings: Findings) -> None:
    rows = [(widget, row) for widget in dashboard.widgets for row in widget.shown]
    judged = [(widget, row) for widget, row in rows if row.metric is not None and row.is_looked_at]
    for widget, row in rows:
        if row.elsewhere:
            findings.said.append(f"{widget.title}: metrics of {row.elsewhere} are not checked")
        elif row.variable:
            findings.said.append(f"{widget.title}: only the console can fill in the variable {row.variable}")
        elif row.metric is None and _points(row, widget, drawn) is None:
            findings.said.append(f"{widget.title}: only CloudWatch can compute {row.expression[:60]!r}")
    if not any(_has_data(row, drawn) for _, row in judged):
        if judged:
            findings.doubt(
                Reason.STALE,
                f"none of the {len(judged)} metrics on the dashboard has a value in the minutes before "
                f"{drawn.end:%H:%M}Z: check whether CloudWatch receives any, and run again",
            )
        return
    for widget, row in judged:
        _judge_row(widget, row, drawn, around, findings)


def _has_data(row: Row, drawn: Drawn) -> bool:
    return row.metric is not None and bool(drawn.series[key_of(row.metric, row.stat, row.period)].points())


def _judge_row(widget: Widget, row: Row, drawn: Drawn, around: Surroundings, findings: Findings) -> None:
    assert row.metric is not None
    if _has_data(row, drawn):
        return
    if idle := around.idle(row.metric):
        findings.said.append(f"{widget.title}: {row.metric.name} of {idle}, which receives no traffic")
        return
    what = f"{widget.title}: {row.metric.describe()} has no value in the minutes before {drawn.end:%H:%M}Z"
    life = life_of(row)
    alive = life is not None and bool(drawn.series[key_of(life, "Sum", row.period)].points())
    if alive and (is_sparse(row.metric) or _has_no_zeros(row, drawn)):
        return
    if alive:
        findings.problems.append(f"{what}, though requests were counted there: check the metric's name and statistic")
    elif companion(row.metric) is not None:
        findings.doubt(
            Reason.NO_DATA, f"{what}, and no request was counted there: send traffic, or check the dimensions"
        )
    else:
        findings.problems.append(f"{what}: check its dimensions, and that it is published; expected recent data")


def _has_no_zeros(row: Row, drawn: Drawn) -> bool:
    """Whether a metric of which no page says so is there only when it is not zero, by one that is published alike."""
    alike = None if row.metric is None else sibling(row.metric)
    if alike is None:
        return False
    total, samples = (
        sum(drawn.series[key_of(alike, stat, row.period)].points().values()) for stat in ("Sum", "SampleCount")
    )
    return samples <= total


def _judge_thresholds(widget: Widget, drawn: Drawn, around: Surroundings, findings: Findings) -> None:
    for threshold in widget.thresholds:
        for row in widget.rows:
            if not row.visible or row.axis != threshold.axis:
                continue
            name = f"{row.stat} {row.metric.name}" if row.metric else row.expression
            if row.metric and _is_in_milliseconds(threshold.value, row.metric):
                findings.problems.append(
                    f"{widget.title}: {threshold.describe()} can never be crossed by {name}, which is in seconds: write "
                    f"{threshold.value / 1000:g}"
                )
                continue
            points = _points(row, widget, drawn) or {}
            newest = drawn.end - max(NEWEST, timedelta(seconds=row.period))
            crossing = [points[moment] for moment in sorted(points) if moment >= newest]
            crossing = [value for value in crossing if threshold.is_crossed_by(value)]
            if not crossing:
                continue
            what = f"{widget.title}: {name} is {crossing[-1]:g}, {threshold.side} {threshold.describe()}"
            if any(around.is_of_others_too(metric) for metric in _behind(row, widget)):
                findings.doubt(
                    Reason.NO_DATA,
                    f"{what}, of a load balancer that other services share: CloudWatch does not say whose requests "
                    "these are; show the target groups instead, and check its access log",
                )
            else:
                findings.problems.append(f"{what}: find out what is wrong there")


def _behind(row: Row, widget: Widget) -> list[Metric]:
    """Give the metrics that a row draws, or computes with."""
    if row.metric is not None:
        return [row.metric]
    return [one.metric for one in widget.shown if one.metric is not None and one.id and one.id in row.expression]


def _is_in_milliseconds(value: float, metric: Metric) -> bool:
    return MS_PER_UNIT.get((metric.namespace, metric.name)) == 1000 and value > LONGEST_SECONDS


def _points(row: Row, widget: Widget, drawn: Drawn, above: tuple[str, ...] = ()) -> dict[datetime, float] | None:
    """Give the values of a row; None if only CloudWatch can tell."""
    if not row.is_looked_at or row.id in above:
        return None
    if row.metric is not None:
        return drawn.series[key_of(row.metric, row.stat, row.period)].points() if row in widget.shown else None
    metrics, expressions = dict[str, dict[datetime, float]](), dict[str, dict[datetime, float]]()
    for other in widget.shown:
        if other.id and other is not row and other.id in row.expression:
            points = _points(other, widget, drawn, (*above, row.id))
            if points is not None:
                (expressions if other.metric is None else metrics)[other.id] = points
    count = int(span(row.period).total_seconds()) // row.period
    moments = [drawn.end - timedelta(seconds=row.period * back) for back in range(count, 0, -1)]
    try:
        return compute(row.expression, Inputs(metrics, expressions, moments, row.period))
    except NotEvaluable:
        return None


def _judge_alarms(dashboard: Dashboard, around: Surroundings, findings: Findings) -> None:
    for arn in dashboard.alarms:
        name = name_of(arn)
        if name and place_of(arn) != (around.region, around.account):
            findings.said.append(f"alarm {name} of {', '.join(place_of(arn))} is not checked")
            continue
        alarm = around.alarms.get(name)
        if alarm is None:
            findings.problems.append(
                f"alarm {name or arn} on the dashboard does not exist: create it or remove it from the dashboard, "
                "or, if it is a composite alarm, allow cloudwatch:DescribeAlarms on * so that the gate can see it"
            )
        elif alarm.state == ALARM:
            findings.problems.append(
                f"alarm {name} on the dashboard has been in ALARM since {alarm.transitioned:%Y-%m-%d %H:%M}Z, "
                "expected OK"
            )
        elif alarm.state == INSUFFICIENT:
            _judge_insufficient(alarm, findings)


def _judge_insufficient(alarm: Alarm, findings: Findings) -> None:
    what = f"alarm {alarm.name} on the dashboard has had insufficient data since {alarm.transitioned:%Y-%m-%d %H:%M}Z"
    if alarm.metrics and all(companion(metric) is None for metric in alarm.metrics):
        findings.problems.append(f"{what}, but its metric always has data: check its dimensions")
    elif alarm.metrics and alarm.treat_missing == "missing" and all(is_sparse(metric) for metric in alarm.metrics):
        findings.said.append(f"{what}, because its metric counts only errors")
    else:
        findings.doubt(Reason.NO_DATA, f"{what}: send traffic, or check its dimensions")
