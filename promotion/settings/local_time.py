"""Local times and the instants they stand for, also where clocks are put forward or back. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK_TIME = re.compile(r"(?P<day>[A-Za-z]{3,9})\.? +(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")


class LocalTimeError(ValueError):
    """An invalid time: an unknown zone, or a local time that never occurs or occurs twice."""


def _written(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _WRITTEN.fullmatch(value.strip())):
        return value
    raise ValueError("expected a date and time, as 2026-05-04T10:00")


WrittenTime = Annotated[datetime, BeforeValidator(_written)]
"""A date and time as people write it, never a number of seconds or a date alone."""


@dataclass(frozen=True)
class Span:
    """A time from an instant to a later one, which is no longer part of it."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether they have an instant in common."""
        return self.start < other.end and other.start < self.end

    def holds(self, moment: datetime) -> bool:
        """Whether an instant is part of it."""
        return self.start <= moment < self.end

    def describe(self, zone_name: str) -> str:
        """In local time: `2026-05-04 10:00 to 10:30 (Europe/Vienna)`."""
        there = zone(zone_name)
        start, end = self.start.astimezone(there), self.end.astimezone(there)
        last = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
        return f"{start:%Y-%m-%d %H:%M} to {last} ({zone_name})"


def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name. Raises LocalTimeError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LocalTimeError(
            f"unknown time zone {name[:60]!a}: expected a name of the IANA database, such as Europe/Vienna"
        ) from None


def instant(written: datetime, zone_name: str) -> datetime:
    """Give the instant (UTC) that a local time stands for.

    Raises LocalTimeError for one that is skipped when clocks are put forward, for one that happens twice when they are
    put back unless it is written with its offset, and for an offset that the zone does not have then.
    """
    there = zone(zone_name)
    wall = written.replace(tzinfo=None, fold=0)
    told = f"{wall:%Y-%m-%d %H:%M} in {zone_name}"
    candidates = _instants(wall, there)
    if not candidates:
        raise LocalTimeError(f"{told} does not exist, because clocks are put forward then: choose another time")
    if written.tzinfo is not None:
        found = written.astimezone(UTC)
        if found not in candidates:
            offsets = " or ".join(_offset(one, there) for one in candidates)
            raise LocalTimeError(
                f"{told} has the offset {_with_colon(written)}, but the zone's offset is {offsets} then: correct "
                "the offset or the zone"
            )
        return found
    if len(candidates) > 1:
        ways = " or ".join(f"{wall:%Y-%m-%dT%H:%M}{_offset(one, there)}" for one in candidates)
        raise LocalTimeError(f"{told} occurs twice, because clocks are put back then: write it with its offset, {ways}")
    return candidates[0]


def widest(start: datetime, end: datetime, zone_name: str) -> Span:
    """Give the longest time that two local times without offset can mean: for when nothing is to happen in it."""
    there = zone(zone_name)
    return Span(min(_both_folds(start, there)), max(_both_folds(end, there)))


@dataclass(frozen=True)
class WeekTime:
    """A weekday and a time of day."""

    day: int
    """0 is Monday."""
    at: time

    @classmethod
    def parse(cls, text: str) -> "WeekTime":
        """Read `Fri 16:00`. Raises ValueError."""
        found = _WEEK_TIME.fullmatch(text.strip())
        days = [] if found is None else [day for day in _DAYS if day.startswith(found["day"].lower())]
        if found is None or len(days) != 1:
            raise ValueError("expected a weekday in English and a time, as `Fri 16:00`")
        return cls(_DAYS.index(days[0]), time(int(found["hour"]), int(found["minute"])))

    def on(self, monday: date) -> datetime:
        """Give the local time in the week of a Monday."""
        return datetime.combine(monday + timedelta(days=self.day), self.at)


def weekly(start: WeekTime, end: WeekTime, zone_name: str, around: Span) -> Iterator[Span]:
    """Give each week's time from one weekday and time to the other, as far as it touches `around`.

    It goes round the end of the week where `end` comes before `start`; where both are the same, it is the whole week.
    """
    first = around.start.astimezone(zone(zone_name)).date()
    last = around.end.astimezone(zone(zone_name)).date()
    monday = first - timedelta(days=first.weekday() + 14)
    goes_round = (end.day, end.at) <= (start.day, start.at)
    while monday <= last:
        until = end.on(monday + timedelta(days=7 if goes_round else 0))
        span = widest(start.on(monday), until, zone_name)
        if span.overlaps(around):
            yield span
        monday += timedelta(days=7)


def _instants(wall: datetime, there: ZoneInfo) -> list[datetime]:
    """Give the instants (UTC) at which clocks there show this: none, one or two, in order."""
    found = {
        instant_
        for instant_ in _both_folds(wall, there)
        if instant_.astimezone(there).replace(tzinfo=None, fold=0) == wall
    }
    return sorted(found)


def _both_folds(wall: datetime, there: ZoneInfo) -> list[datetime]:
    return [wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _offset(moment: datetime, there: ZoneInfo) -> str:
    return _with_colon(moment.astimezone(there))


def _with_colon(moment: datetime) -> str:
    text = moment.strftime("%z")  # %:z came with Python 3.12
    return f"{text[:3]}:{text[3:5]}"
