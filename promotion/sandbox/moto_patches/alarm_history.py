"""What happened to CloudWatch alarms: moto keeps the states that were left, and cannot be asked for them.

Items are kept by backend, so that they outlive their alarm. Sources:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html and, for HistoryData, the
example of `aws cloudwatch describe-alarm-history`.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.utils import utcnow

from promotion.sandbox.moto_patches import amends, operation
from promotion.sandbox.moto_patches.alarms import kind, refuse_unknown_types
from promotion.sandbox.moto_patches.delays import HISTORY_AFTER
from promotion.sandbox.moto_patches.paging import page

PAGE = 100


@dataclass
class Item:
    """One thing that happened. The time is UTC without a zone."""

    alarm: str
    alarm_type: str
    happened: datetime
    what: str
    """ConfigurationUpdate, StateUpdate or Action."""
    summary: str
    data: dict[str, Any] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """As the API gives it (AlarmHistoryItem)."""
        return {
            "AlarmName": self.alarm,
            "AlarmType": self.alarm_type,
            "Timestamp": self.happened,
            "HistoryItemType": self.what,
            "HistorySummary": self.summary,
            "HistoryData": json.dumps({"version": "1.0", **self.data}),
        }


def history(backend: Any) -> list[Item]:
    """Give everything that happened in an account and region. It may be added to."""
    found: list[Item] = vars(backend).setdefault("alarm_history", [])
    return found


def note(backend: Any, alarm: Any, what: str, summary: str, data: dict[str, Any], when: datetime | None = None) -> None:
    """Write something down."""
    history(backend).append(Item(alarm.name, kind(alarm), when or utcnow(), what, summary, data))


def configured(backend: Any, alarm: Any, change: str, when: datetime | None = None) -> None:
    """Write down that an alarm was created, updated or deleted: `change` is Create, Update or Delete."""
    done = {"Create": "created", "Update": "updated", "Delete": "deleted"}[change]
    settings = {"alarmName": alarm.name, "threshold": alarm.threshold, "actionsEnabled": alarm.actions_enabled}
    note(backend, alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {done}',
         {"type": change, f"{done}Alarm": settings}, when)  # fmt: skip


def moved(backend: Any, alarm: Any, old: dict[str, Any], when: datetime | None = None) -> None:
    """Write down that an alarm changed its state, and what it did then."""
    new: dict[str, Any] = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    if alarm.state_reason_data:
        new["stateReasonData"] = json.loads(alarm.state_reason_data)
    summary = f"Alarm updated from {old['stateValue']} to {alarm.state_value}"
    note(backend, alarm, "StateUpdate", summary, {"oldState": old, "newState": new}, when)
    actions = {"ALARM": "alarm_actions", "OK": "ok_actions", "INSUFFICIENT_DATA": "insufficient_data_actions"}
    for arn in getattr(alarm, actions[alarm.state_value]) if alarm.actions_enabled else ():
        data = {"actionState": "Succeeded", "stateUpdateTimestamp": int((when or utcnow()).timestamp() * 1000)}
        note(backend, alarm, "Action", f"Successfully executed action {arn}", data, when)


@amends(CloudWatchBackend, "put_metric_alarm")
def creation(original: Any, self: Any, name: str, **more: Any) -> Any:
    """Write down that an alarm was made or changed."""
    known = name in self.alarms
    alarm = original(self, name=name, **more)
    configured(self, alarm, "Update" if known else "Create")
    return alarm


@amends(CloudWatchBackend, "delete_alarms")
def deletion(original: Any, self: Any, alarm_names: list[str]) -> None:
    """Write down that alarms were deleted."""
    for name in alarm_names:
        if name in self.alarms:
            configured(self, self.alarms[name], "Delete")
    original(self, alarm_names)


@amends(CloudWatchBackend, "set_alarm_state")
def transition(original: Any, self: Any, name: str, reason: str, reason_data: str | None, state: str) -> None:
    """Write down that an alarm changed its state. A state that is set to what it was is not a change."""
    before = self.alarms.get(name)
    old = before and {"stateValue": before.state_value, "stateReason": before.state_reason}
    original(self, name, reason, reason_data, state)
    if old and old["stateValue"] != state:
        moved(self, self.alarms[name], old)


@amends(CloudWatchBackend, "enable_alarm_actions")
def enabled(original: Any, self: Any, alarm_names: list[str]) -> None:
    """Write down that actions were switched on."""
    original(self, alarm_names)
    _switched(self, alarm_names)


@amends(CloudWatchBackend, "disable_alarm_actions")
def disabled(original: Any, self: Any, alarm_names: list[str]) -> None:
    """Write down that actions were switched off."""
    original(self, alarm_names)
    _switched(self, alarm_names)


def _switched(backend: Any, names: list[str]) -> None:
    for name in names:
        if name in backend.alarms:
            configured(backend, backend.alarms[name], "Update")


@operation(CloudWatchResponse)
def DescribeAlarmHistory(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell what happened until half a minute ago, newest first; without AlarmTypes only to metric alarms.

    Without a name the question is about "either all metric alarms or all composite alarms"; a backend may be
    `one_type_at_a_time` and then heeds the first type alone, which no page rules out.
    """
    types, start, end = ask("AlarmTypes") or ["MetricAlarm"], ask("StartDate"), ask("EndDate")
    told = utcnow() - HISTORY_AFTER
    refuse_unknown_types(backend, types)
    if vars(backend).get("one_type_at_a_time") and not ask("AlarmName"):
        types = types[:1]
    fitting = [
        item
        for item in history(backend)
        if item.alarm_type in types
        and item.happened <= told
        and ask("AlarmName") in {None, item.alarm}
        and ask("HistoryItemType") in {None, item.what}
        and (not start or item.happened >= start)
        and (not end or item.happened <= end)
    ]
    fitting.sort(key=lambda item: item.happened, reverse=ask("ScanBy") != "TimestampAscending")
    items, token = page(fitting, ask("NextToken"), int(ask("MaxRecords") or PAGE))
    return {"AlarmHistoryItems": [item.described() for item in items], "NextToken": token}
