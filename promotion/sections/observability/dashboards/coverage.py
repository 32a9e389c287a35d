"""Whether a dashboard shows every signal that people must be able to see."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.alarms import Alarm, name_of
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.core.findings import Findings
from promotion.sections.observability.dashboards.body import SILENT, Dashboard, Widget
from promotion.sections.observability.dashboards.signals import Balanced, Signal
from promotion.sections.observability.dashboards.visibility import graph_of, seen_in
from promotion.sections.observability.metrics.signals import dimension
from promotion.unknown import Reason


@dataclass(frozen=True)
class Surroundings:
    """What a dashboard is judged against."""

    region: str
    account: str
    signals: tuple[Signal, ...]
    balancers: tuple[Balanced, ...]
    alarms: Mapping[str, Alarm]
    """By name."""

    def idle(self, metric: Metric) -> str:
        """Name the target group without traffic that a metric is about; empty if it is about none."""
        return next((group for one in self.balancers if (group := one.idle(metric))), "")

    def is_of_others_too(self, metric: Metric) -> bool:
        """Whether a metric is of a load balancer as a whole that forwards to other services too."""
        return "TargetGroup" not in metric.dimensions and any(
            one.shared and metric.dimensions.get("LoadBalancer") == dimension(one.arn) for one in self.balancers
        )


def judge_coverage(dashboard: Dashboard, around: Surroundings, findings: Findings) -> None:
    """Say which signals no widget shows."""
    for signal in around.signals:
        seen = [(widget, one) for widget in _graphs(dashboard, around) for one in seen_in(widget, signal)]
        if any(one.how == "shown" for _, one in seen) or _is_in_an_earlier_record(signal, dashboard, around):
            continue
        misled = [f"{widget.title!r} {one.why}" for widget, one in seen if one.how == "hidden"]
        unknown = [repr(widget.title) for widget, one in seen if one.how == "unknown"]
        _uncovered(signal, misled, unknown, dashboard, around, findings)
    if not around.signals:
        findings.doubt(Reason.NOT_DECLARED, "no target is declared that a dashboard could show")
    findings.problems += [
        f"no listener of {balanced.arn.rpartition('loadbalancer/')[2]} forwards to "
        f"{', '.join(balanced.groups)}: no target group is in use"
        for balanced in around.balancers
        if not balanced.serving
    ]


def _graphs(dashboard: Dashboard, around: Surroundings) -> Iterator[Widget]:
    """Give each widget, and each alarm that is drawn with its metrics as a widget of its own."""
    for widget in dashboard.widgets:
        yield widget
        for arn in widget.alarms if widget.graphs_alarms else ():
            alarm = around.alarms.get(name_of(arn))
            if alarm is not None and alarm.definition is not None:
                yield graph_of(alarm.definition, widget)


def _is_in_an_earlier_record(signal: Signal, dashboard: Dashboard, around: Surroundings) -> bool:
    """Whether an alarm is drawn with a metric that is the signal, in a record without what alarms evaluate."""
    arns = [arn for widget in dashboard.widgets if widget.graphs_alarms for arn in widget.alarms]
    alarms = [alarm for arn in arns if (alarm := around.alarms.get(name_of(arn))) and alarm.definition is None]
    return any(signal.is_shown_by(metric) for alarm in alarms for metric in alarm.metrics)


def _shown(dashboard: Dashboard, around: Surroundings) -> Iterator[tuple[Metric, str]]:
    """Give each metric that is drawn, with its widget's title."""
    for widget in _graphs(dashboard, around):
        for row in widget.shown:
            if row.metric is not None and row.is_looked_at:
                yield row.metric, widget.title


def _uncovered(
    signal: Signal,
    misled: Sequence[str],
    unknown: Sequence[str],
    dashboard: Dashboard,
    around: Surroundings,
    findings: Findings,
) -> None:
    idle = [
        f"{title!r} shows it for {group}, which receives no traffic"
        for metric, title in _shown(dashboard, around)
        if (metric.namespace, metric.name) == (signal.namespace, signal.metric) and (group := around.idle(metric))
    ]
    may = [*unknown, *(title for widget in dashboard.widgets if (title := _may_show(widget, signal)))]
    may = [*dict.fromkeys(may)]
    why = "".join(f"; {one}" for one in (*misled, *idle))
    if may:
        findings.doubt(
            Reason.NOT_SUPPORTED,
            f"the gate cannot tell whether {', '.join(may)} shows the {signal.name}, and no other widget "
            f"does{why}: add {signal.metric} with its dimensions",
        )
    else:
        findings.problems.append(f"no widget shows the {signal.name}{why}: add {signal.metric} with its dimensions")


def _may_show(widget: Widget, signal: Signal) -> str:
    """Name the widget if it may show a signal in a way that only CloudWatch can tell."""
    if signal.metric in widget.explores:
        return repr(widget.title)
    if widget.kind not in ("metric", "alarm", "explorer", *SILENT):
        return repr(widget.title)
    for row in widget.rows:
        in_search = signal.metric in row.expression
        hangs = row.metric is not None and bool(row.variable) and row.metric.name == signal.metric
        if row.visible and (in_search or hangs):
            return repr(widget.title)
    return ""
