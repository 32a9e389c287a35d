"""Read the alarms that may stop a deployment, and those behind composite ones. This module does I/O."""

from collections.abc import Iterable

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarms import alarm_pages
from promotion.sections.rollback import alarm
from promotion.sections.rollback.alarm import StoppingAlarm, StoppingAlarms
from promotion.unknown import Unknown

_DEEPEST = 5
"""How deep composite alarms are followed."""


def stopping_alarms(account: Account, names: Iterable[str]) -> StoppingAlarms:
    """Read alarms by their names, and those that they look at, as they are now."""
    asked = tuple(dict.fromkeys(names))
    found: dict[str, StoppingAlarm] = {}
    wanted, tried = list(asked), set[str]()
    for _ in range(_DEEPEST):
        tried |= set(wanted)
        more = [one for page in alarm_pages(account, wanted) for one in alarm.parse_stopping_alarms(page)]
        found |= {one.alarm.name: one for one in more}
        wanted = [name for name in dict.fromkeys(_behind(more)) if name not in tried]
        if not wanted:
            break
    return StoppingAlarms(asked, tuple(found.values()))


def _behind(alarms: list[StoppingAlarm]) -> list[str]:
    try:
        return list(alarm.wanted_next(alarms))
    except Unknown:
        return []  # said again when the rule is judged
