"""The history of alarms, read. `AlarmHistoryReader` does I/O.

Shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html, and for HistoryData
the example of `aws cloudwatch describe-alarm-history`. HistoryData is cut off at 4095 characters, broken JSON then.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarms import TYPES, without_unknown_types
from promotion.clients.aws.pacing import history_pace
from promotion.unknown import Reason, Unknown

_SUMMARY = re.compile(r"Alarm updated from (OK|ALARM|INSUFFICIENT_DATA) to (OK|ALARM|INSUFFICIENT_DATA)")
_TOLD_UNDER = {"Create": "createdAlarm", "Update": "updatedAlarm", "Delete": "deletedAlarm"}
WATCHED = (
    "threshold",
    "actionsEnabled",
    "comparisonOperator",
    "period",
    "evaluationPeriods",
    "datapointsToAlarm",
    "namespace",
    "metricName",
    "dimensions",
    "statistic",
    "extendedStatistic",
    "treatMissingData",
    "evaluateLowSampleCountPercentile",
    "metrics",
    "alarmRule",
)
"""What decides whether an alarm fires; a new description or tag does not."""


@dataclass(frozen=True)
class StateChange:
    """An alarm changed its state."""

    alarm: str
    when: datetime
    old: str
    new: str
    why: str = ""
    by_hand: bool = False
    """Whether a metric alarm was given the new state by SetAlarmState: it gives no datapoints for it."""


@dataclass(frozen=True)
class ConfigurationChange:
    """Somebody made, changed or deleted an alarm."""

    alarm: str
    when: datetime
    change: str
    """`Create`, `Update`, `Delete`; empty if that cannot be read."""
    after: Mapping[str, str]
    """What decides whether it fires, as JSON by name, as far as it is told."""
    before: Mapping[str, str] | None = None
    """What the changed ones of these were before; None if that is not told."""


@dataclass(frozen=True)
class History:
    """What happened to alarms, oldest first."""

    states: tuple[StateChange, ...] = ()
    configurations: tuple[ConfigurationChange, ...] = ()


def parse_history(items: Iterable[Mapping[str, Any]]) -> History:
    """Read AlarmHistoryItems. Raises Unknown, malformed, for a change of state that cannot be told from the item."""
    states: list[StateChange] = []
    configurations: list[ConfigurationChange] = []
    for item in items:
        when = item["Timestamp"].astimezone(UTC)
        data = _data(item.get("HistoryData"))
        match item.get("HistoryItemType"):
            case "StateUpdate":
                states.append(_state_change(item, when, data))
            case "ConfigurationUpdate":
                configurations.append(_configuration_change(item, when, data))
    return History(
        tuple(sorted(states, key=lambda one: one.when)), tuple(sorted(configurations, key=lambda one: one.when))
    )


def join(parts: Sequence[History]) -> History:
    """Put parts of a history together."""
    return History(
        tuple(sorted((one for part in parts for one in part.states), key=lambda one: one.when)),
        tuple(sorted((one for part in parts for one in part.configurations), key=lambda one: one.when)),
    )


def _state_change(item: Mapping[str, Any], when: datetime, data: Mapping[str, Any]) -> StateChange:
    old, new = data.get("oldState") or {}, data.get("newState") or {}
    values = (_text(old, "stateValue"), _text(new, "stateValue"))
    if not all(values):
        summary = _SUMMARY.search(item.get("HistorySummary") or "")
        if summary is None:
            raise Unknown(
                Reason.MALFORMED,
                f"alarm {item['AlarmName']} changed its state at {when:%H:%M:%S}Z, but its history does not say "
                "from what to what: check it in the console",
            )
        return StateChange(item["AlarmName"], when, summary[1], summary[2])
    composite = item.get("AlarmType", "MetricAlarm") != "MetricAlarm"
    return StateChange(
        item["AlarmName"],
        when,
        *values,
        why=_text(new, "stateReason"),
        by_hand=not composite and not new.get("stateReasonData"),
    )


def _configuration_change(item: Mapping[str, Any], when: datetime, data: Mapping[str, Any]) -> ConfigurationChange:
    change = _text(data, "type")
    told = data.get(_TOLD_UNDER.get(change, ""))
    before = data.get("originalUpdatedFields")
    return ConfigurationChange(
        item["AlarmName"],
        when,
        change if change in _TOLD_UNDER else "",
        after=_watched(told),
        before=_watched(before) if isinstance(before, dict) else None,
    )


def _watched(told: Any) -> dict[str, str]:
    if not isinstance(told, dict):
        return {}
    return {name: json.dumps(told[name], sort_keys=True) for name in WATCHED if told.get(name) is not None}


def _data(text: str | None) -> Mapping[str, Any]:
    try:
        tree = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _text(tree: Any, name: str) -> str:
    value = tree.get(name) if isinstance(tree, dict) else None
    return value if isinstance(value, str) else ""


class AlarmHistoryReader:
    """Asks for the history of alarms, no oftener than an account may."""

    def __init__(self, account: Account) -> None:
        self._pages = account.client("cloudwatch").get_paginator("describe_alarm_history")
        self._pace = history_pace(account.account, account.region)

    def between(self, start: datetime, end: datetime, what: str | None = None) -> Iterator[dict[str, Any]]:
        """Give everything that happened to any alarm, or what is of one HistoryItemType, oldest first.

        Each type of alarm is asked for by itself: of a question without a name the page of the API says that it is about
        all metric alarms or all composite ones, and not what comes of one about both.
        """
        # The service may keep whole seconds: better too much, what lies outside is left out when it is judged.
        span = {"StartDate": start.replace(microsecond=0), "EndDate": end + timedelta(seconds=1)}
        narrowed = {} if what is None else {"HistoryItemType": what}
        asked = {"ScanBy": "TimestampAscending", "PaginationConfig": {"PageSize": 100}, **span, **narrowed}
        found = [item for kind in TYPES for item in self._items((kind,), **asked)]
        yield from sorted(found, key=lambda item: item["Timestamp"])

    def newest_before(self, name: str, what: str, moment: datetime) -> dict[str, Any] | None:
        """Give the newest item of a kind that is older than a moment, or None."""
        found = self._items(
            TYPES,
            AlarmName=name,
            HistoryItemType=what,
            EndDate=moment,
            ScanBy="TimestampDescending",
            PaginationConfig={"PageSize": 10},
        )
        return next((item for item in found if item["Timestamp"] < moment), None)

    def _items(self, types: Sequence[str], **asked: Any) -> Iterator[dict[str, Any]]:
        def pages(known: Sequence[str]) -> Iterator[Mapping[str, Any]]:
            found = iter(self._pages.paginate(AlarmTypes=list(known), **asked))
            while True:
                self._pace.take()
                page = next(found)
                yield page
                if not page.get("NextToken"):
                    return

        for page in without_unknown_types(pages, types):
            yield from page["AlarmHistoryItems"]


def older_settings(ask: AlarmHistoryReader, inside: History) -> Iterator[History]:
    """Look for what alarms were before they were changed, where the change itself does not say."""
    for change in inside.configurations:
        if change.change == "Update" and change.before is None:
            item = ask.newest_before(change.alarm, "ConfigurationUpdate", change.when)
            if item is not None:
                yield parse_history([item])
