"""Alarms that may stop a deployment: how soon they fire, what suppresses them, and which alarms are behind them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition
from promotion.clients.aws.cloudwatch.alarms import ALARM, KINDS, Alarm, name_of
from promotion.clients.aws.cloudwatch.alarms import parse_alarms as read_alarms
from promotion.sections.rollback import composite_alarm as rule

Together = Mapping[str, tuple[frozenset[str], ...]]
"""Name of a metric alarm to sets of alarms that are in ALARM with it."""


@dataclass(frozen=True)
class StoppingAlarm:
    """An alarm as it is now, and what decides how soon it fires."""

    alarm: Alarm
    period: int = 0
    """Seconds; the longest of several. 0 for a composite alarm."""
    datapoints: int = 0
    """How many of them must breach."""
    percentile: str = ""
    """Such as `p99`, where that is the statistic."""
    low_samples: str = ""
    """EvaluateLowSampleCountPercentile: `ignore` keeps it from firing while there are few requests."""
    rule: str = ""
    """AlarmRule of a composite alarm."""
    suppressor: str = ""
    """Name of the alarm that suppresses its actions."""
    suppressed_by: str = ""
    """ActionsSuppressedBy: `Alarm`, `WaitPeriod`, `ExtensionPeriod` while they are suppressed."""

    @property
    def seconds(self) -> int:
        """How long a breach must last."""
        return self.period * self.datapoints

    @property
    def definition(self) -> AlarmDefinition | None:
        """What a metric alarm evaluates; None for any other, and in records of earlier versions."""
        return self.alarm.definition

    @property
    def is_composite(self) -> bool:
        """Whether it looks at other alarms."""
        return self.alarm.kind == "CompositeAlarm"

    def children(self) -> tuple[str, ...]:
        """Name the alarms it looks at. Raises Unknown for a rule that cannot be read."""
        return rule.parse_alarm_rule(self.rule, self.alarm.name).names if self.is_composite else ()


@dataclass(frozen=True)
class StoppingAlarms:
    """The alarms of these names, and those behind composite ones. A name that is not among the alarms has none."""

    asked: tuple[str, ...]
    alarms: tuple[StoppingAlarm, ...]

    @property
    def by_name(self) -> Mapping[str, StoppingAlarm]:
        """The alarms by their name."""
        return {one.alarm.name: one for one in self.alarms}

    def sets_off(self, name: str, together: Together | None = None) -> tuple[StoppingAlarm, ...]:
        """Give each metric alarm that would set this one off, all others being as they are now.

        `together` has, by the name of a metric alarm, sets of alarms that fire with it; without it each fires alone. None
        sets off an alarm that is in ALARM by its rule already. Raises Unknown for a rule that cannot be read.
        """
        known = self.by_name
        if not known[name].is_composite:
            return (known[name],)
        leaves = {one.alarm.name: one for one in self._behind(name, ()) if not one.is_composite}
        if self._in_alarm(name, frozenset(), ()):
            return ()
        return tuple(leaf for leaf in leaves.values() if self._is_set_off(name, leaf.alarm.name, together or {}))

    def red_behind(self, name: str) -> tuple[str, ...]:
        """Name the alarms that a composite one looks at, directly or not, and that are in ALARM."""
        behind = self._behind(name, ()) if self.by_name[name].is_composite else ()
        return tuple(dict.fromkeys(one.alarm.name for one in behind if one.alarm.state == ALARM))

    def missing_behind(self, name: str) -> tuple[str, ...]:
        """Name alarms that a composite one looks at, directly or not, and that there are not."""
        known, found = self.by_name, list[str]()
        for one in (known[name], *self._behind(name, ())):
            found += [child for child in one.children() if child not in known]
        return tuple(dict.fromkeys(found))

    def _behind(self, name: str, above: tuple[str, ...]) -> Iterator[StoppingAlarm]:
        for child in self.by_name[name].children():
            if child in self.by_name and child not in above:
                yield self.by_name[child]
                yield from self._behind(child, (*above, name))

    def _is_set_off(self, name: str, leaf: str, together: Together) -> bool:
        """Whether a metric alarm sets an alarm off: alone, or as one that is needed of those that fire with it."""
        alone = frozenset({leaf})
        return any(
            self._in_alarm(name, fired, ())
            and (self._in_alarm(name, alone, ()) or not self._in_alarm(name, fired - alone, ()))
            for fired in together.get(leaf) or (alone,)
        )

    def _in_alarm(self, name: str, fired: frozenset[str], above: tuple[str, ...]) -> bool:
        """Whether an alarm would be in ALARM if these metric alarms were."""
        one = self.by_name[name]
        if not one.is_composite:
            return name in fired or one.alarm.state == ALARM
        states = {}
        for child in one.children():
            found = self.by_name.get(child)
            if found is not None:
                raised = child not in above and self._in_alarm(child, fired, (*above, name))
                quiet = "OK" if found.is_composite or child in fired else found.alarm.state
                states[child] = ALARM if raised else quiet
        return rule.parse_alarm_rule(one.rule, name).holds(states)


def parse_stopping_alarms(page: Mapping[str, Any]) -> Iterator[StoppingAlarm]:
    """Read one page of DescribeAlarms."""
    for key in KINDS:
        for told in page.get(key) or ():
            (alarm,) = read_alarms({key: [told]})
            yield _stopping(alarm, told)


def wanted_next(alarms: Iterable[StoppingAlarm]) -> Iterator[str]:
    """Name the alarms that must be looked at to understand these."""
    for one in alarms:
        yield from one.children()
        if one.suppressor:
            yield one.suppressor


def _stopping(alarm: Alarm, told: Mapping[str, Any]) -> StoppingAlarm:
    measured = [one["MetricStat"] for one in told.get("Metrics") or () if "MetricStat" in one]
    statistics = [one["Stat"] for one in measured] or [told.get("ExtendedStatistic") or ""]
    suppressor = told.get("ActionsSuppressor") or ""
    return StoppingAlarm(
        alarm=alarm,
        period=max((one["Period"] for one in measured), default=told.get("Period") or 0),
        datapoints=told.get("DatapointsToAlarm") or told.get("EvaluationPeriods") or 0,
        percentile=next((one for one in statistics if one.startswith("p") and one[1:2].isdigit()), ""),
        low_samples=told.get("EvaluateLowSampleCountPercentile") or "",
        rule=told.get("AlarmRule") or "",
        suppressor=name_of(suppressor) or suppressor,
        suppressed_by=told.get("ActionsSuppressedBy") or "",
    )
