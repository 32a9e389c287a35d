"""Windows: whether they are long enough, to come, and outside of every freeze; the same in whatever zone it is written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.people.promotion_record import Backup, DeploymentWindow
from promotion.sections.plan.calendars import CalendarEvent, CalendarState, closed
from promotion.sections.plan.window import Closed, WindowTimes, frozen, times, window_problems
from promotion.settings.local_time import Span
from promotion.settings.plan import Freeze, WindowLength
from tests.settings.test_local_time import MOMENTS, ZONES

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
LENGTH = WindowLength()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_window(start=NOW + HOUR, backup=NOW + DAY, minutes=30, name="Europe/Vienna"):
    """A window, and perhaps a backup, that begin at instants."""
    there = ZoneInfo(name)
    other = None if backup is None else Backup(start=backup.astimezone(there), minutes=minutes)
    return DeploymentWindow(start=start.astimezone(there), zone=name, minutes=minutes, backup=other)


def found(window, now=NOW, closings=()):
    """What is wrong with it."""
    return list(window_problems(times(window), LENGTH, now, closings))


def test_a_good_one():
    """Nothing is wrong with a window to come and a backup after it."""
    assert found(a_window()) == []


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (a_window(backup=None), "no backup window"),
        (a_window(backup=NOW + HOUR), "before the window ends"),
        (a_window(backup=NOW + HOUR + timedelta(minutes=29)), "before the window ends"),
        (a_window(backup=NOW - DAY), "before the window ends"),
        (a_window(minutes=19), "the window is 19 min long, expected 30 ± 10"),
        (a_window(minutes=41), "the backup window is 41 min long"),
        (a_window(NOW - 2 * DAY, NOW - DAY), "the window ended at 2026-05-03 10:30 (Europe/Vienna)"),
        (a_window(NOW - HOUR, NOW - timedelta(minutes=30)), "the window ended at"),
    ],
)
def test_what_is_wrong(window, said):
    """Each has its sentence."""
    assert any(said in one for one in found(window)), found(window)


@pytest.mark.parametrize("ago", [0, 1, 29])
def test_now_may_be_inside(ago):
    """A window that has begun is as good as one to come, to its last minute."""
    window = a_window(NOW - timedelta(minutes=ago))
    assert found(window) == []
    assert "now is in the window" in times(window).describe(NOW)


def test_the_backup_is_there_when_the_window_is_over():
    """Before, in and not after the backup window."""
    window = a_window(NOW - DAY, NOW + HOUR)
    assert found(window) == []
    assert times(window).describe(NOW).endswith("the backup window begins in 60 min")
    assert found(window, NOW + HOUR) == []
    assert found(window, NOW + HOUR + timedelta(minutes=30)) != []


@given(MOMENTS, st.integers(1, 600), st.sampled_from(ZONES), st.sampled_from(ZONES), st.integers(-3000, 3000))
def test_the_zone_makes_no_difference(start, minutes, one, other, ahead):
    """The same instants are judged alike, in whatever zone people write them, and last as long as they say."""
    now = start + timedelta(minutes=ahead)
    windows = [a_window(start, start + DAY, minutes, name) for name in (one, other)]
    assert len({len(found(window, now)) for window in windows}) == 1
    for window in windows:
        span = times(window).main
        assert (span.start, span.end - span.start) == (start, timedelta(minutes=minutes))


@given(MOMENTS, st.integers(-2000, 2000), st.integers(1, 2000), st.sampled_from(ZONES))
def test_a_freeze_is_met_or_not(start, ahead, minutes, name):
    """A window meets a freeze just if they have an instant in common; touching is not meeting."""
    window = a_window(start, start + 40 * DAY)
    freeze = Span(start + timedelta(minutes=ahead), start + timedelta(minutes=ahead + minutes))
    said = found(window, start - DAY, [Closed(freeze, "a freeze")])
    meets = any(freeze.holds(start + timedelta(minutes=minute)) for minute in range(30))
    assert bool(said) == meets
    shown = [moment.astimezone(ZoneInfo(name)).replace(tzinfo=None) for moment in (freeze.start, freeze.end)]
    if meets and shown[0] < shown[1]:
        declared = Freeze(reason="fair", zone=name, start=shown[0], end=shown[1])
        assert list(frozen([declared], times(window)))


def test_what_is_over_meets_nothing():
    """A freeze in a window that is over does not matter to its backup."""
    window = a_window(NOW - DAY, NOW + HOUR)
    past = Closed(Span(NOW - 2 * DAY, NOW), "a freeze")
    assert found(window, closings=[past]) == []
    assert len(found(window, NOW - DAY, [past])) == 1


def state(is_open, turns, asked=NOW + HOUR):
    """What a change calendar says of the window."""
    return CalendarState("shop-freezes", asked, asked + timedelta(minutes=30), is_open, turns)


@pytest.mark.parametrize(
    ("is_open", "turns", "meets"),
    [
        (True, None, False),
        (True, NOW + HOUR + timedelta(minutes=30), False),
        (True, NOW + HOUR + timedelta(minutes=29), True),
        (False, None, True),
        (False, NOW + 2 * HOUR, True),
        (False, NOW + HOUR + timedelta(minutes=1), True),
    ],
)
def test_a_change_calendar(is_open, turns, meets):
    """Closed at the start, or turning before the end, is closed; turning at the end is not."""
    said = found(a_window(), closings=closed((), (state(is_open, turns),)))
    assert bool(said) == meets
    assert not said or "the change calendar shop-freezes is closed" in said[0]


def test_an_event_without_a_length_is_met():
    """A deadline in the window is a minute that is closed."""
    at = NOW + HOUR + timedelta(minutes=5)
    assert found(a_window(), closings=closed((CalendarEvent("freezes.ics", "Go live", at, at),), ()))


def test_times_of_one_day_are_told_in_short():
    """The date stands twice only where it is another."""
    late = datetime(2026, 5, 4, 21, 45, tzinfo=UTC)
    told = WindowTimes("Europe/Vienna", Span(late, late + HOUR), None).describe(NOW)
    assert told.startswith("2026-05-04 23:45 to 2026-05-05 00:45 (Europe/Vienna); ")
