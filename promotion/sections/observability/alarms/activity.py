"""Whether requests were counted while alarms had insufficient data. This module does I/O."""

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarms import INSUFFICIENT, Alarm, AlarmsLook
from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.query import Query
from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, Window, ceil_minute, floor_minute
from promotion.sections.observability.alarms.judgement import (
    AlarmHistory,
    WatchedDeployment,
    spells,
)
from promotion.sections.observability.alarms.lifecycle import companion
from promotion.unknown import Unknown


def alive_during(account: Account, look: AlarmsLook, seen: AlarmHistory) -> dict[str, bool]:
    """Look whether requests were counted while alarms had insufficient data."""
    found: dict[str, bool] = {}
    for watch in seen.watches:
        silent = {alarm.name: alarm for alarm in look.alarms if alarm.metrics and _was_silent(alarm, look, watch, seen)}
        queries = [
            Query(f"{name} {place}", life, "Sum")
            for name, alarm in silent.items()
            for place, metric in enumerate(alarm.metrics)
            if (life := companion(metric)) is not None
        ]
        settled = floor_minute(seen.looked - SETTLED_AFTER)
        window = Window(floor_minute(watch.start), min(ceil_minute(watch.end), settled))
        if not queries or window.start >= window.end:
            continue
        series = metric_data(account, queries, window).series
        for name in silent:
            own = [one.points() for key, one in series.items() if key.rpartition(" ")[0] == name]
            found[f"{watch.deployments} {name}"] = bool(own) and all(own)
    return found


def _was_silent(alarm: Alarm, look: AlarmsLook, watch: WatchedDeployment, seen: AlarmHistory) -> bool:
    try:
        return any(spell.state == INSUFFICIENT for spell in spells(alarm.name, look, watch, seen))
    except Unknown:
        return False  # said again when it is judged
