"""Local times and instants: what holds in every zone, also where clocks are put forward or back."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.settings.local_time import LocalTimeError, Span, WeekTime, instant, weekly, widest, zone

ZONES = (
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Casablanca",  # clocks are put back for Ramadan
    "Pacific/Apia",  # left out a day in 2011
    "Pacific/Kiritimati",
)
FIRST = datetime(2011, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 27 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
WEEK_TIMES = st.builds(
    lambda day, minute: f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day]} {minute // 60:02}:{minute % 60:02}",
    st.integers(0, 6),
    st.integers(0, 24 * 60 - 1),
)


@given(MOMENTS, st.sampled_from(ZONES))
def test_an_instant_and_back(moment, name):
    """What clocks show at an instant leads back to it; where they show it twice, its offset does."""
    there = moment.astimezone(ZoneInfo(name))
    shown = there.replace(tzinfo=None, fold=0)
    assert instant(datetime.fromisoformat(there.isoformat()), name) == moment
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    if twice:
        with pytest.raises(LocalTimeError, match="happens twice"):
            instant(shown, name)
    else:
        assert instant(shown, name) == moment


@given(MOMENTS, st.sampled_from(ZONES))
def test_no_local_time_is_made_up(moment, name):
    """A local time is refused, or clocks show it at the instant that it stands for."""
    written = moment.replace(tzinfo=None)
    with contextlib.suppress(LocalTimeError):
        assert instant(written, name).astimezone(ZoneInfo(name)).replace(tzinfo=None, fold=0) == written


@pytest.mark.parametrize(
    ("written", "name", "said"),
    [
        ("2026-03-29T02:00", "Europe/Vienna", "does not exist"),
        ("2026-03-29T02:59", "Europe/Vienna", "does not exist"),
        (
            "2026-10-25T02:30",
            "Europe/Vienna",
            "write it with its offset, 2026-10-25T02:30.02:00 or 2026-10-25T02:30.01",
        ),
        ("2026-10-25T02:30+03:00", "Europe/Vienna", r"the zone's offset is \+02:00 or \+01:00"),
        ("2026-05-04T10:00+01:00", "Europe/Vienna", r"the offset \+01:00, but the zone's offset is \+02:00"),
        ("2026-03-29T02:30+01:00", "Europe/Vienna", "does not exist"),
        ("2011-12-30T12:00", "Pacific/Apia", "does not exist"),
        ("2026-05-04T10:00", "Europe/Wien", "unknown time zone 'Europe/Wien'"),
        ("2026-05-04T10:00", "", "unknown time zone"),
        ("2026-05-04T10:00", "../../etc/passwd", "unknown time zone"),
    ],
)
def test_times_that_are_none(written, name, said):
    """Skipped, doubled and mistaken times are told apart."""
    with pytest.raises(LocalTimeError, match=said):
        instant(datetime.fromisoformat(written), name)


@pytest.mark.parametrize(("written", "utc"), [("2026-10-25T02:30+02:00", "00:30"), ("2026-10-25T02:30+01:00", "01:30")])
def test_the_offset_says_which(written, utc):
    """Of an hour that happens twice the offset tells the first and the second apart."""
    assert f"{instant(datetime.fromisoformat(written), 'Europe/Vienna'):%H:%M}" == utc


@given(MOMENTS, st.integers(0, 60 * 24 * 9), st.sampled_from(ZONES))
def test_a_freeze_is_no_shorter_than_anybody_means(moment, minutes, name):
    """Whatever a local time can mean is in it: each instant at which clocks show a time from its start to its end."""
    start = moment.replace(tzinfo=None)
    end = start + timedelta(minutes=minutes + 1)
    span = widest(start, end, name)
    for part in range(5):
        shown = start + (end - start) * part / 5
        try:
            meant = [instant(shown, name)]
        except LocalTimeError:
            meant = [
                one
                for fold in (0, 1)
                if (one := shown.replace(tzinfo=ZoneInfo(name), fold=fold).astimezone(UTC))
                .astimezone(ZoneInfo(name))
                .replace(tzinfo=None, fold=0)
                == shown
            ]
        assert all(span.holds(one) for one in meant)


@given(MOMENTS, WEEK_TIMES, WEEK_TIMES, st.sampled_from(ZONES))
def test_a_week_is_frozen_as_its_clocks_say(moment, start, end, name):
    """It is frozen at each instant at which clocks show a time in between; far from a clock change, at no other."""
    around = Span(moment, moment + timedelta(days=8))
    first, last = WeekTime.parse(start), WeekTime.parse(end)
    spans = list(weekly(first, last, name, around))
    begins, ends = ((one.day, one.at) for one in (first, last))
    for part in range(40):
        now = moment + timedelta(hours=4.75) * part
        if not around.holds(now):
            continue
        shown = now.astimezone(zone(name))
        at = (shown.weekday(), shown.time().replace(second=0, microsecond=0))
        frozen = begins <= at < ends if begins < ends else at >= begins or at < ends
        held = any(span.holds(now) for span in spans)
        steady = (
            (now - timedelta(days=9)).astimezone(zone(name)).utcoffset()
            == (now + timedelta(days=9)).astimezone(zone(name)).utcoffset()
            == shown.utcoffset()
        )
        assert held or not frozen
        if steady and name != "Pacific/Apia":
            assert held == frozen


@pytest.mark.parametrize("text", ["Fri", "Friday 25:00", "Freitag 10:00", "T 10:00", "Fri 1000", "", "5 10:00"])
def test_what_is_no_time_of_the_week(text):
    """Half a weekday, another language, or no time is refused."""
    with pytest.raises(ValueError, match="expected a weekday in English"):
        WeekTime.parse(text)


@pytest.mark.parametrize("text", ["Fri 16:00", "friday 16:00", "FRID 16:00", " Fri. 16:00 "])
def test_a_time_of_the_week(text):
    """As people write it."""
    assert (WeekTime.parse(text).day, f"{WeekTime.parse(text).at:%H:%M}") == (4, "16:00")
