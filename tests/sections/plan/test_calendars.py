"""iCalendar files: recurrences, zones, whole days; and files that are none."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.sections.plan.calendars import events, state
from promotion.settings.local_time import Span
from promotion.unknown import Reason, Unknown

pytest.importorskip("recurring_ical_events")

WINDOW = Span(datetime(2026, 5, 4, 8, 0, tzinfo=UTC), datetime(2026, 5, 4, 8, 30, tzinfo=UTC))
ZONE = "Europe/Vienna"
EASTERN = """BEGIN:VTIMEZONE
TZID:Corporate Time
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def file(*lines, before=""):
    """A calendar with one event of these lines."""
    event = "\n".join(["UID:1@example.com", "DTSTAMP:20260101T000000Z", "SUMMARY:Freeze", *lines])
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{before}BEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def found(text, window=WINDOW, zone=ZONE):
    """The events in the window."""
    return list(events(text, "freezes.ics", window, zone))


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260504T080000Z", "DTEND:20260504T090000Z"),
        ("DTSTART:20260504T082900Z", "DTEND:20260504T090000Z"),
        ("DTSTART:20260504T060000Z", "DURATION:PT2H1M"),
        ("DTSTART;TZID=Europe/Vienna:20260504T100000", "DTEND;TZID=Europe/Vienna:20260504T110000"),
        ("DTSTART:20260504T101500", "DTEND:20260504T103000"),
        ("DTSTART;VALUE=DATE:20260504", "DTEND;VALUE=DATE:20260505"),
        ("DTSTART;VALUE=DATE:20260504",),
        ("DTSTART;VALUE=DATE:20260501", "DTEND;VALUE=DATE:20260511", "TRANSP:TRANSPARENT"),
        ("DTSTART:20260504T081000Z",),
        ("DTSTART:20260105T080000Z", "DTEND:20260105T090000Z", "RRULE:FREQ=WEEKLY"),
        ("DTSTART;TZID=Europe/Vienna:20260105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"),
        ("DTSTART;TZID=Europe/Vienna:20200101T095900", "DURATION:PT2M", "RRULE:FREQ=DAILY"),
        ("DTSTART:20260105T080000Z", "DTEND:20260105T090000Z", "RDATE:20260504T080000Z"),
    ],
)
def test_what_is_in_the_window(lines):
    """Once or recurring, with and without a zone, whole days, and moments."""
    assert [event.summary for event in found(file(*lines))] == ["Freeze"]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260504T083000Z", "DTEND:20260504T090000Z"),
        ("DTSTART:20260504T070000Z", "DTEND:20260504T080000Z"),
        ("DTSTART;VALUE=DATE:20260505", "DTEND;VALUE=DATE:20260506"),
        ("DTSTART;VALUE=DATE:20260503",),
        ("DTSTART:20260504T080000Z", "DTEND:20260504T090000Z", "STATUS:CANCELLED"),
        ("DTSTART:20260105T080000Z", "DTEND:20260105T090000Z", "RRULE:FREQ=WEEKLY;UNTIL=20260501T000000Z"),
        ("DTSTART:20260105T080000Z", "DTEND:20260105T090000Z", "RRULE:FREQ=WEEKLY", "EXDATE:20260504T080000Z"),
        # In winter it met 08:00 UTC; the series keeps Vienna's time.
        ("DTSTART;TZID=Europe/Vienna:20260105T090000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"),
    ],
)
def test_what_is_not(lines):
    """Before, after, cancelled, ended, left out."""
    assert found(file(*lines)) == []


def test_a_zone_of_the_file_itself():
    """A VTIMEZONE that nobody else knows counts."""
    lines = ("DTSTART;TZID=Corporate Time:20260504T090000", "DTEND;TZID=Corporate Time:20260504T091000")
    assert len(found(file(*lines, before=EASTERN))) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;TZID=Nowhere/Land:20260504T100000", "DTEND;TZID=Nowhere/Land:20260504T110000"),
        ("DTSTART;TZID=Nowhere/Land:20260504T200000", "DURATION:PT1H"),
        ("DTSTART;TZID=GMT+2:20260503T120000",),
        ("DTSTART;TZID=Customized Time Zone:20200101T100000", "DURATION:PT1H", "RRULE:FREQ=YEARLY"),
        ("DTSTART:20260504T080000Z", "DTEND;TZID=Nowhere/Land:20260504T110000"),
        ("DTSTART:20260101T080000Z", "DURATION:PT1H", "RDATE;TZID=Nowhere/Land:20260504T100000"),
    ],
)
def test_a_zone_that_nobody_can_resolve(lines):
    """Its hour is unknown, and not that of the window's zone: a freeze would be missed."""
    with pytest.raises(Unknown, match="neither in the file nor in the time zone database") as caught:
        found(file(*lines))
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;TZID=Nowhere/Land:20200504T100000", "DTEND;TZID=Nowhere/Land:20200504T110000"),
        ("DTSTART;TZID=Nowhere/Land:20260504T100000", "DURATION:PT1H", "STATUS:CANCELLED"),
        ("DTSTART;TZID=W. Europe Standard Time:20260505T100000", "DURATION:PT1H"),
    ],
)
def test_a_zone_that_does_not_matter(lines):
    """Years away, cancelled, or a zone by the name that Windows has for it."""
    assert found(file(*lines)) == []


def test_a_day_is_one_of_the_window_s_zone():
    """On the 5th it is still the 4th in New York."""
    late = Span(WINDOW.start + timedelta(hours=18), WINDOW.end + timedelta(hours=18))
    day = file("DTSTART;VALUE=DATE:20260504")
    assert len(found(day, late, "America/New_York")) == 1
    assert found(day, late, "UTC") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.MALFORMED),
        ("<html></html>", Reason.MALFORMED),
        (file("DTSTART:20260504T080000Z")[:120], Reason.MALFORMED),
        (file("DTSTART:tomorrow"), Reason.MALFORMED),
        ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", Reason.NO_DATA),
    ],
)
def test_what_is_no_calendar(text, reason):
    """Nothing in it is passed over: it is unknown."""
    with pytest.raises(Unknown) as caught:
        found(text)
    assert caught.value.reason is reason
    assert caught.value.message.startswith("freezes.ics ")


def test_without_the_library(monkeypatch):
    """It says what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(Unknown, match=r"pip install 'promotion-checklist\[calendar\]'"):
        found(file("DTSTART:20260504T080000Z"))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"State": "MAYBE"},
        {"State": None},
        {"State": "OPEN", "NextTransitionTime": "soon"},
        {"State": "OPEN", "NextTransitionTime": "2026-05-04T08:10:00"},
    ],
)
def test_a_change_calendar_that_says_neither(answer):
    """Neither open nor closed, or a time that is none, is never open."""
    with pytest.raises(Unknown) as caught:
        state("shop-freezes", answer, WINDOW)
    assert caught.value.reason is Reason.MALFORMED
