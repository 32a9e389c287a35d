"""Alarms as CloudWatch describes them. The readers do I/O.

Shapes: API_MetricAlarm and API_CompositeAlarm of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition, parse_alarm_definition
from promotion.clients.aws.cloudwatch.query import Metric

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
KINDS = {"MetricAlarms": "MetricAlarm", "CompositeAlarms": "CompositeAlarm", "LogAlarms": "LogAlarm"}
"""Where DescribeAlarms lists which type. It gives metric alarms alone unless it is asked for the others."""
TYPES = tuple(KINDS.values())
"""What is asked for: alarms and their history."""
LOG_ALARM = "LogAlarm"
REFUSED = frozenset({"ValidationError", "InvalidParameterValue", "InvalidParameterCombination"})
"""How CloudWatch refuses a value that it does not know."""
_NAMES = 100
"""How many names DescribeAlarms takes, and how many alarms it gives at once."""
REACTION = timedelta(minutes=2)
"""How long it takes until a datapoint is there and has been evaluated."""


@dataclass(frozen=True)
class Alarm:
    """An alarm as it is now."""

    name: str
    arn: str
    kind: str
    """`MetricAlarm`, `CompositeAlarm` or `LogAlarm`."""
    state: str
    transitioned: datetime
    """When its state last changed."""
    configured: datetime
    """When somebody last changed the alarm itself."""
    actions_enabled: bool
    metrics: tuple[Metric, ...] = ()
    """The metrics it looks at: one, several for metric math, none for a composite alarm."""
    treat_missing: str = "missing"
    """`missing`, `notBreaching`, `breaching` or `ignore`."""
    comparison: str = ""
    """ComparisonOperator, such as `GreaterThanThreshold`."""
    lag: timedelta = REACTION
    """How long after something happens it may still come to ALARM because of it."""
    trouble: str = ""
    """EvaluationState: what keeps CloudWatch from evaluating it, such as `PARTIAL_DATA`."""
    definition: AlarmDefinition | None = field(default=None, compare=False)
    """What a metric alarm evaluates; None for any other, and in records of earlier versions."""


@dataclass(frozen=True)
class AlarmsLook:
    """The alarms of these names; a name that is not among the alarms has none."""

    asked: tuple[str, ...]
    alarms: tuple[Alarm, ...]
    prefix: str = ""
    """Alarms whose name begins like this were asked for as well."""

    @property
    def by_name(self) -> Mapping[str, Alarm]:
        """The alarms by their name."""
        return {alarm.name: alarm for alarm in self.alarms}

    @property
    def names(self) -> tuple[str, ...]:
        """Every alarm that there is, and every one that there should be."""
        return tuple(dict.fromkeys([*self.asked, *self.by_name]))


def parse_alarms(page: Mapping[str, Any]) -> Iterable[Alarm]:
    """Read one page of DescribeAlarms."""
    for key, kind in KINDS.items():
        for told in page.get(key) or ():
            yield _alarm(told, kind)


def name_of(arn: str) -> str:
    """Give the name in an alarm's ARN, which may have colons in it; empty if it is not an ARN of an alarm."""
    parts = arn.split(":", 6)
    return parts[6] if len(parts) == 7 and parts[5] == "alarm" else ""


def place_of(arn: str) -> tuple[str, str]:
    """Give region and account in an ARN; empty where it has none."""
    parts = arn.split(":", 6)
    return (parts[3], parts[4]) if len(parts) > 4 else ("", "")


def _alarm(told: Mapping[str, Any], kind: str) -> Alarm:
    updated = told["StateUpdatedTimestamp"]
    metrics = [one["MetricStat"] for one in told.get("Metrics") or () if "MetricStat" in one]
    described = [one["Metric"] for one in metrics] or ([told] if told.get("MetricName") else [])
    period = max((one["Period"] for one in metrics), default=told.get("Period") or 0)
    return Alarm(
        name=told["AlarmName"],
        arn=told["AlarmArn"],
        kind=kind,
        state=told["StateValue"],
        transitioned=_utc(told.get("StateTransitionedTimestamp") or updated),
        configured=_utc(told.get("AlarmConfigurationUpdatedTimestamp") or updated),
        actions_enabled=told.get("ActionsEnabled", True),
        metrics=tuple(
            Metric(
                one["Namespace"],
                one["MetricName"],
                {dimension["Name"]: dimension["Value"] for dimension in one.get("Dimensions") or ()},
            )
            for one in described
        ),
        treat_missing=told.get("TreatMissingData") or "missing",
        comparison=told.get("ComparisonOperator") or "",
        lag=timedelta(seconds=period * (told.get("EvaluationPeriods") or 0)) + REACTION,
        trouble=told.get("EvaluationState") or "",
        definition=parse_alarm_definition(told) if kind == "MetricAlarm" else None,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def described_alarms(account: Account, names: Iterable[str]) -> tuple[Alarm, ...]:
    """Read alarms by their names; those that there are not are left out."""
    return tuple(alarm for page in alarm_pages(account, names) for alarm in parse_alarms(page))


def listed_alarms(account: Account, prefix: str) -> tuple[Alarm, ...]:
    """Read every alarm whose name begins like this."""
    return tuple(alarm for page in _pages(account, AlarmNamePrefix=prefix) for alarm in parse_alarms(page))


def alarm_pages(account: Account, names: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Give the answers of DescribeAlarms for alarms by their names: for whoever needs more of an alarm than `Alarm` has."""
    wanted = list(dict.fromkeys(names))
    for first in range(0, len(wanted), _NAMES):
        yield from _pages(account, AlarmNames=wanted[first : first + _NAMES])


def _pages(account: Account, **asked: Any) -> Iterator[Mapping[str, Any]]:
    pages = account.client("cloudwatch").get_paginator("describe_alarms")
    yield from without_unknown_types(
        lambda types: pages.paginate(AlarmTypes=list(types), PaginationConfig={"PageSize": _NAMES}, **asked)
    )


def without_unknown_types(
    ask: Callable[[Sequence[str]], Iterable[Mapping[str, Any]]], types: Sequence[str] = TYPES
) -> Iterator[Mapping[str, Any]]:
    """Give the pages of a question about alarms of these types; where `LogAlarm` is refused, of the others.

    It is an AlarmType of 2026. No page says which endpoints know it; where one does not, there are no such alarms.
    """
    from botocore.exceptions import ClientError

    asked = iter(ask(types))
    try:
        first = next(asked, None)
    except ClientError as refused:
        if LOG_ALARM not in types or refused.response["Error"].get("Code") not in REFUSED:
            raise
        others = [one for one in types if one != LOG_ALARM]
        yield from ask(others) if others else ()
        return
    if first is not None:
        yield first
        yield from asked
