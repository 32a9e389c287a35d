"""The rule of a composite alarm: which alarms it looks at, and which of them are enough to set it off.

Grammar: AlarmRule of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html:
ALARM, OK and INSUFFICIENT_DATA of a name or an ARN, with or without quotes; TRUE, FALSE; AND, OR, NOT; parentheses.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from promotion.clients.aws.cloudwatch.alarms import name_of
from promotion.unknown import Reason, Unknown

_TOKEN = re.compile(
    r"""\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^")]*?))\s*\)"""
    r"""|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<bracket>[()]))"""
)
_DEEPEST = 60
"""Brackets and NOTs inside each other; CloudWatch allows far fewer elements that could do so."""

States = Mapping[str, str]
"""Name of an alarm to its state."""
_Test = Callable[[States], bool]


@dataclass(frozen=True)
class ParsedAlarmRule:
    """A rule that was read."""

    names: tuple[str, ...]
    """The alarms it looks at. What CloudWatch keeps in another account or region is told by its ARN."""
    holds: _Test
    """Whether the composite alarm would be in ALARM, by the states of these alarms."""


def parse_alarm_rule(text: str, alarm: str) -> ParsedAlarmRule:
    """Read the rule of a composite alarm. Raises Unknown, not-supported, for what this grammar does not know."""
    reader = _Reader(text, alarm)
    test = reader.either(0)
    if reader.left:
        raise reader.strange()
    return ParsedAlarmRule(tuple(dict.fromkeys(reader.names)), test)


class _Reader:
    def __init__(self, text: str, alarm: str) -> None:
        self._text, self._place, self._alarm = text.strip(), 0, alarm
        self.names: list[str] = []

    @property
    def left(self) -> bool:
        return self._place < len(self._text)

    def strange(self) -> Unknown:
        shown = self._text[self._place : self._place + 30]
        return Unknown(
            Reason.NOT_SUPPORTED,
            f"the rule of the composite alarm {self._alarm} cannot be parsed at {shown!r}: name its alarms "
            "themselves in the deployment group",
        )

    def either(self, depth: int) -> _Test:
        tests = [self._both(depth)]
        while self._word("OR"):
            tests.append(self._both(depth))
        return lambda states: any(test(states) for test in tests)

    def _both(self, depth: int) -> _Test:
        tests = [self._one(depth)]
        while self._word("AND"):
            tests.append(self._one(depth))
        return lambda states: all(test(states) for test in tests)

    def _one(self, depth: int) -> _Test:
        found = _TOKEN.match(self._text, self._place)
        if found is None or depth > _DEEPEST:
            raise self.strange()
        if state := found["state"]:
            self._place = found.end()
            named = found["quoted"] if found["quoted"] is not None else found["plain"]
            name = name_of(named) or named
            self.names.append(name)
            return lambda states: states.get(name) == state
        if found["bracket"] == "(":
            self._place = found.end()
            inner = self.either(depth + 1)
            closing = _TOKEN.match(self._text, self._place)
            if closing is None or closing["bracket"] != ")":
                raise self.strange()
            self._place = closing.end()
            return inner
        match found["word"]:
            case "NOT":
                self._place = found.end()
                denied = self._one(depth + 1)
                return lambda states: not denied(states)
            case "TRUE" | "FALSE" as constant:
                self._place = found.end()
                return lambda _: constant == "TRUE"
        raise self.strange()

    def _word(self, word: str) -> bool:
        found = _TOKEN.match(self._text, self._place)
        if found is None or found["word"] != word:
            return False
        self._place = found.end()
        return True
