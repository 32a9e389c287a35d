"""Whether a secret is rotated, which is more than that its rotation is enabled. Pure.

Facts: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html (a label AWSPENDING on another
version than AWSCURRENT stops every later rotation), API_DescribeSecret.html (LastRotatedDate, NextRotationDate: on or before
it the next rotation is; when rotation fails, it may lie in the past), API_RotationRulesType.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

PENDING, CURRENT = "AWSPENDING", "AWSCURRENT"
STEPS = 4
"""Invocations that a rotation takes: createSecret, setSecret, testSecret, finishSecret."""
_RATE = re.compile(r"rate\((?P<count>[0-9]+) (?P<unit>hour|day)s?\)")


@dataclass(frozen=True)
class Rotations:
    """What the rotation function's metrics say."""

    function: str
    invocations: int
    """Around the last rotation."""
    errors: int
    """Since shortly before the last rotation."""
    throttles: int


@dataclass(frozen=True)
class RotationLook:
    """A secret's rotation as Secrets Manager tells it; its value is not read."""

    name: str
    exists: bool = True
    deleted: datetime | None = None
    enabled: bool = False
    function: str | None = None
    """Name of the rotation function; None for a rotation that a service manages."""
    managed_by: str | None = None
    days: int | None = None
    """AutomaticallyAfterDays of its rules."""
    schedule: str | None = None
    """ScheduleExpression of its rules."""
    last: datetime | None = None
    next: datetime | None = None
    pending: tuple[datetime, ...] = ()
    """When versions labelled AWSPENDING and not AWSCURRENT were made."""
    nameless: int = 0
    """How many such versions there are of which that is not told."""
    rotations: Rotations | None = None

    @property
    def every(self) -> timedelta | None:
        """How far apart rotations are; None where the schedule says it in a way that is not read here (cron)."""
        if self.days:
            return timedelta(days=self.days)
        found = _RATE.fullmatch(self.schedule or "")
        return timedelta(**{f"{found['unit']}s": int(found["count"])}) if found else None

    def describe(self) -> str:
        """In a few words."""
        if self.last is None:
            return "never rotated"
        due = f", next by {self.next:%Y-%m-%d}" if self.next else ""
        return f"rotated {self.last:%Y-%m-%d}{due}"


def rotation_problems(look: RotationLook, now: datetime, grace: timedelta) -> Iterator[str]:
    """Say what is wrong with a secret that must rotate."""
    if not look.exists:
        yield f"secret {look.name} does not exist: check its name in [[prod.secrets]]"
        return
    if look.deleted is not None:
        yield f"{look.name} is scheduled for deletion ({look.deleted:%Y-%m-%d}): restore it"
        return
    if not look.enabled:
        yield f"{look.name} does not rotate: enable rotation, or declare in [postdeploy.rotation.exempt] why not"
        return
    yield from _late(look, now, grace)
    for made in look.pending:
        if now - made > grace:
            yield (
                f"a version of {look.name} has been {PENDING} since {made:%Y-%m-%d %H:%M}Z and never became "
                f"{CURRENT}, which blocks every later rotation: check the rotation function's log, then remove the "
                "label"
            )
    if look.nameless:
        yield (
            f"{look.name} has {PENDING} on a version that does not exist: a rotation was interrupted; remove the label"
        )
    found = look.rotations
    if found is not None and (found.errors or found.throttles):
        yield (
            f"the rotation function {found.function} failed {found.errors} times and was throttled "
            f"{found.throttles} times since {look.name} was last rotated: check its log"
        )


def under_way(look: RotationLook, now: datetime, grace: timedelta) -> datetime | None:
    """Give since when a rotation goes on that is not late yet; None if none does."""
    return min((made for made in look.pending if now - made <= grace), default=None)


def rotation_doubts(look: RotationLook) -> Iterator[str]:
    """Say what is unknown."""
    if look.every is None and look.next is None:
        yield (
            f"Secrets Manager says neither how often {look.name} rotates nor when it rotates next: check its "
            f"schedule ({look.schedule or 'it has none'})"
        )
    found = look.rotations
    if found is not None and found.invocations < STEPS:
        yield (
            f"CloudWatch counts {found.invocations} invocations of {found.function} around the day on which "
            f"{look.name} was rotated, but a rotation takes {STEPS}: check whether that function rotates it"
        )


def _late(look: RotationLook, now: datetime, grace: timedelta) -> Iterator[str]:
    if look.last is None:
        yield (f"rotation of {look.name} is enabled, but it has never been rotated: check the rotation function's log")
        return
    if look.every is not None and now - look.last > look.every + grace:
        yield (
            f"{look.name} was last rotated {look.last:%Y-%m-%d}, {(now - look.last).days} days ago, expected every "
            f"{look.every / timedelta(days=1):g} days: check the rotation function's log"
        )
    elif look.next is not None and now - look.next > grace:
        yield (
            f"{look.name} should have been rotated by {look.next:%Y-%m-%d %H:%M}Z, but was last rotated "
            f"{look.last:%Y-%m-%d}: check the rotation function's log"
        )
