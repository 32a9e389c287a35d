"""The steps of a deployment on a target, in time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

State = tuple[str, datetime | None, datetime | None, str]
"""Status, start, end, and the message of its diagnostics."""


class Step(NamedTuple):
    """A lifecycle event as it is planned. No start: it never comes. No end: it never ends."""

    name: str
    start: datetime | None
    end: datetime | None


def in_turn(start: datetime | None, takes: Mapping[str, float], held: str = "") -> list[Step]:
    """Plan steps one after the other; `takes` says how many seconds each takes, `held` which one does not end."""
    steps = []
    for name, seconds in takes.items():
        end = start + timedelta(seconds=seconds) if start and name != held else None
        steps.append(Step(name, start, end))
        start = end
    return steps


def played(steps: Iterable[Step], now: datetime, stopped: datetime | None) -> list[State]:
    """Tell how each step is at a moment; `stopped` is when the deployment was, if it was."""
    return [_state(step, now, stopped) for step in steps]


def _state(step: Step, now: datetime, stopped: datetime | None) -> State:
    if step.start is None or now < step.start or (stopped and step.start >= stopped):
        return ("Skipped" if stopped else "Pending", None, None, "")
    if step.end and (step.end <= stopped if stopped else step.end <= now):
        return ("Succeeded", step.start, step.end, "Succeeded")
    if stopped:
        return ("Failed", step.start, stopped, "The deployment was stopped.")
    return ("InProgress", step.start, None, "")
