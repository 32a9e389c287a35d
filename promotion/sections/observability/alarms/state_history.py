"""In which states an alarm was during a window, rebuilt from what the history tells: changes, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.alarm_history import StateChange
from promotion.clients.aws.cloudwatch.alarms import ALARM, OK
from promotion.unknown import Reason, Unknown

CLOSE = timedelta(seconds=2)
"""How far the alarm's own word on its last change and the history's time of it may lie apart."""


@dataclass(frozen=True)
class Spell:
    """A time that an alarm spent in one state."""

    state: str
    since: datetime | None
    """None: it was in it already when the window began."""
    until: datetime | None
    """None: it was still in it when the window ended."""


def rebuild(
    name: str,
    changes: Sequence[StateChange],
    now: tuple[str, datetime],
    before: str | None,
    window: tuple[datetime, datetime],
) -> tuple[Spell, ...]:
    """Give the states an alarm was in from the start of a window to its end, in order.

    `changes` are its state changes, as many as are known; `now` is its present state and since when it is in it;
    `before` the state it was in at the start by an older item of the history, where that was looked for. Raises
    Unknown, truncated, where these do not fit together: then the history has a gap.

    How late the history is, AWS does not say. That an alarm is in ALARM now, it says itself: then the history may follow.
    """
    start, end = window
    inside = _chained(name, [change for change in changes if start <= change.when <= end])
    present, since = now
    if start <= since <= end and not any(change.when >= since - CLOSE for change in inside):
        if present != ALARM:
            raise _gap(name, f"it says that it last changed at {since:%H:%M:%S}Z")
        last = inside[-1].new if inside else before or OK
        inside.append(StateChange(name, since, last, present))
    if inside:
        first = inside[0].old
        if before is not None and before != first:
            raise _gap(name, f"it was {before} before the window, and then changed from {first}")
    elif since < start:
        first = present
    elif before is not None:
        first = before
    else:
        raise _gap(name, "it changed only after the window, and its state before is not known")
    spells: list[Spell] = []
    state, began = first, None
    for change in inside:
        spells.append(Spell(state, began, change.when))
        state, began = change.new, change.when
    spells.append(Spell(state, began, None))
    return tuple(spells)


def _chained(name: str, changes: Sequence[StateChange]) -> list[StateChange]:
    """Put changes in order and drop the ones that were told twice; each must start where the one before it ended."""
    found: list[StateChange] = []
    for change in sorted(changes, key=lambda change: change.when):
        if any((change.when, change.old, change.new) == (one.when, one.old, one.new) for one in found):
            continue
        if found and found[-1].new != change.old:
            raise _gap(name, f"it became {found[-1].new}, and at {change.when:%H:%M:%S}Z changed from {change.old}")
        found.append(change)
    return found


def _gap(name: str, why: str) -> Unknown:
    return Unknown(
        Reason.TRUNCATED,
        f"the history of alarm {name} has a gap: {why}, which no history item explains; check it in the console",
    )
