"""What must be asked of CloudWatch to see what a dashboard shows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, Window, floor_minute
from promotion.sections.observability.alarms.lifecycle import companion, sibling
from promotion.sections.observability.dashboards.body import Dashboard, Row
from promotion.sections.observability.metrics.batching import Part

RECENT = timedelta(minutes=15)
"""A widget must have data as young as this, or as three of its periods."""
PERIODS = 3


def span(period: int) -> timedelta:
    """Tell how far back a metric of this period must have data, and is asked for."""
    return max(RECENT, PERIODS * timedelta(seconds=period))


def key_of(metric: Metric, stat: str, period: int) -> str:
    """Name a query: what several widgets draw is asked for once."""
    dimensions = " ".join(f"{name}={value}" for name, value in sorted(metric.dimensions.items()))
    return f"{stat} {metric.namespace} {metric.name} {dimensions} every {period} s"


def life_of(row: Row) -> Metric | None:
    """Give the metric whose data prove that a row without any says something, or None."""
    life = companion(row.metric) if row.metric is not None else None
    return None if life == row.metric else life


def plan(dashboard: Dashboard, now: datetime) -> list[Part]:
    """List the queries behind a dashboard by the window they are asked for: a single one unless periods are long."""
    by_span: dict[timedelta, dict[str, Query]] = {}
    for query in _queries(dashboard):
        by_span.setdefault(span(query.period), {})[query.key] = query
    end = floor_minute(now - SETTLED_AFTER)
    return [Part(list(queries.values()), Window(end - length, end)) for length, queries in sorted(by_span.items())]


def _queries(dashboard: Dashboard) -> Iterator[Query]:
    for widget in dashboard.widgets:
        for row in widget.shown:
            if row.metric is None or not row.is_looked_at:
                continue
            drawn = Query(key_of(row.metric, row.stat, row.period), row.metric, row.stat, period=row.period)
            yield drawn
            life = life_of(row)
            if life is not None:
                yield replace(drawn, key=key_of(life, "Sum", row.period), metric=life, stat="Sum")
            alike = sibling(row.metric)
            if alike is None:
                continue
            for stat in ("Sum", "SampleCount"):
                yield replace(drawn, key=key_of(alike, stat, row.period), metric=alike, stat=stat)
