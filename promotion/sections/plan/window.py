"""Whether a deployment window is agreed in a way that can be kept. Pure: the clock, and what calendars say, are given."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.people.promotion_record import DeploymentWindow
from promotion.settings.local_time import Span, WeekTime, instant, weekly, widest, zone
from promotion.settings.plan import Freeze, WindowLength


@dataclass(frozen=True)
class WindowTimes:
    """When it may be deployed."""

    zone: str
    main: Span
    backup: Span | None

    def describe(self, now: datetime) -> str:
        """In a few words, with which of them comes next."""
        backup = "" if self.backup is None else f", backup {self.backup.describe(self.zone)}"
        return f"{self.main.describe(self.zone)}{backup}; {self._standing(now)}"

    def to_come(self, now: datetime) -> dict[str, Span]:
        """Those that are not over, by what they are called."""
        named = {"the window": self.main, "the backup window": self.backup}
        return {name: span for name, span in named.items() if span is not None and now < span.end}

    def _standing(self, now: datetime) -> str:
        for name, span in self.to_come(now).items():
            return f"now is in {name}" if span.holds(now) else f"{name} begins in {_length(span.start - now)}"
        return "both are over"


@dataclass(frozen=True)
class Closed:
    """A time in which nothing may be deployed, and who says so."""

    span: Span
    said: str
    """`the freeze 'year-end close' of promotion.toml`."""


def times(window: DeploymentWindow) -> WindowTimes:
    """Give the instants of a window. Raises LocalTimeError for local times that are none."""
    main = _span(window.start, window.minutes, window.zone)
    backup = window.backup
    return WindowTimes(window.zone, main, None if backup is None else _span(backup.start, backup.minutes, window.zone))


def window_problems(times: WindowTimes, length: WindowLength, now: datetime, closed: Iterable[Closed]) -> Iterator[str]:
    """Say what is wrong with a window, a sentence each."""
    yield from _lengths(times, length)
    if times.backup is None:
        yield "there is no backup window: agree on one in `window.backup`, in case this one cannot be kept"
    elif times.backup.start < times.main.end:
        yield (
            f"the backup window begins {times.backup.describe(times.zone)}, before the window ends "
            f"({times.main.describe(times.zone)}): agree on a later one"
        )
    to_come = times.to_come(now)
    if not to_come:
        yield f"the window ended at {_local(times)}: agree on another one"
    closings = list(closed)
    for name, span in to_come.items():
        for closing in closings:
            if span.overlaps(closing.span):
                yield (
                    f"{name}, {span.describe(times.zone)}, overlaps {closing.said}, "
                    f"{closing.span.describe(times.zone)}: agree on a time outside it"
                )


def frozen(freezes: Sequence[Freeze], times: WindowTimes) -> Iterator[Closed]:
    """Give the freezes of the settings that touch a window."""
    for around in filter(None, (times.main, times.backup)):
        for freeze in freezes:
            said = f"the freeze {freeze.reason!r} of promotion.toml"
            if freeze.weekly is not None:
                start, end = WeekTime.parse(freeze.weekly.start), WeekTime.parse(freeze.weekly.end)
                yield from (Closed(span, said) for span in weekly(start, end, freeze.zone, around))
            elif freeze.start is not None and freeze.end is not None:
                span = widest(freeze.start, freeze.end, freeze.zone)
                if span.overlaps(around):
                    yield Closed(span, said)


def _span(start: datetime, minutes: int, zone_name: str) -> Span:
    begin = instant(start, zone_name)
    return Span(begin, begin + timedelta(minutes=minutes))


def _lengths(times: WindowTimes, length: WindowLength) -> Iterator[str]:
    named = {"the window": times.main, "the backup window": times.backup}
    for name, span in named.items():
        if span is None:
            continue
        minutes = (span.end - span.start) // timedelta(minutes=1)
        if abs(minutes - length.minutes) > length.tolerance:
            yield (
                f"{name} is {minutes} min long, expected {length.minutes} ± {length.tolerance}: change it, or "
                "[plan.window] in promotion.toml"
            )


def _local(times: WindowTimes) -> str:
    last = max(span.end for span in (times.main, times.backup) if span is not None)
    return f"{last.astimezone(zone(times.zone)):%Y-%m-%d %H:%M} ({times.zone})"


def _length(left: timedelta) -> str:
    minutes = left // timedelta(minutes=1)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
