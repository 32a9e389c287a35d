"""What calendars say of a deployment window: iCalendar files (RFC 5545) and AWS Systems Manager Change Calendar.

`events` needs the extra `calendar`: icalendar reads the file with its time zones, recurring-ical-events works out RRULE,
EXDATE and changed occurrences. Both are imported on first use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from promotion.sections.plan.window import Closed
from promotion.settings.local_time import Span, zone
from promotion.unknown import Reason, Unknown

_CANCELLED = "CANCELLED"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarEvent:
    """A time that a calendar has something written for."""

    calendar: str
    summary: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class CalendarState:
    """What a change calendar says of a time."""

    calendar: str
    asked_from: datetime
    until: datetime
    """The end of the time that it was asked about."""
    is_open: bool
    """At `asked_from`."""
    turns: datetime | None
    """When that changes next; None if it does not."""


def events(text: str, name: str, around: Span, zone_name: str) -> Iterator[CalendarEvent]:
    """Give the events of an iCalendar file that touch a time. Cancelled ones are none; free or busy makes no difference.

    Dates and floating times are those of the zone. Raises Unknown: not-supported without the extra, malformed for what
    is not a calendar and for an event that may be near in a time zone that nobody can resolve, no-data for one without any
    event.
    """
    try:
        import icalendar
        import recurring_ical_events
    except ModuleNotFoundError:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{name} cannot be read without icalendar: pip install 'promotion-checklist[calendar]'",
        ) from None
    there = zone(zone_name)
    try:
        calendar = icalendar.Calendar.from_ical(text)
        if not list(calendar.walk("VEVENT")):
            raise Unknown(
                Reason.NO_DATA,
                f"{name} has no event, which may be a failed export: add one, or remove `calendar` from [plan]",
            )
        _refuse_unknown_zones(calendar, name, around)
        # A day more on both sides: dates and floating times may be meant in any zone, and are compared below.
        found = recurring_ical_events.of(calendar).between(around.start - _DAY, around.end + _DAY)
        for event in found:
            if str(event.get("STATUS", "")).upper() == _CANCELLED:
                continue
            start, end = (_moment(event[key].dt, there) for key in ("DTSTART", "DTEND"))
            if Span(start, max(end, start + timedelta(minutes=1))).overlaps(around):
                yield CalendarEvent(name, str(event.get("SUMMARY", "an event without a name"))[:100], start, end)
    except (ValueError, KeyError, TypeError, AttributeError) as mistake:
        raise Unknown(
            Reason.MALFORMED, f"{name} is not a valid iCalendar file ({type(mistake).__name__}): export it again"
        ) from None


def state(name: str, answer: Mapping[str, Any], around: Span) -> CalendarState:
    """Read the answer of GetCalendarState for the start of a time. Raises Unknown, malformed.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCalendarState.html
    """
    said, turns = answer.get("State"), answer.get("NextTransitionTime")
    try:
        moment = None if turns is None else datetime.fromisoformat(turns)
    except (TypeError, ValueError):
        moment, said = None, None
    if said not in ("OPEN", "CLOSED") or (moment is not None and moment.tzinfo is None):
        raise Unknown(
            Reason.MALFORMED, f"the change calendar {name} answers neither OPEN nor CLOSED with a time: check it"
        )
    return CalendarState(name, around.start, around.end, said == "OPEN", moment)


def closed(events: tuple[CalendarEvent, ...], states: tuple[CalendarState, ...]) -> Iterator[Closed]:
    """Give the times in which nothing may be deployed."""
    for event in events:
        end = max(event.end, event.start + timedelta(minutes=1))
        yield Closed(Span(event.start, end), f"{event.summary!r} of {event.calendar}")
    for one in states:
        start = one.asked_from if not one.is_open else one.turns
        if start is not None and start < one.until:
            end = one.until if one.is_open or one.turns is None else one.turns
            yield Closed(Span(start, end), f"a time for which the change calendar {one.calendar} is closed")


def _refuse_unknown_zones(calendar: Any, name: str, around: Span) -> None:
    """Raise Unknown for an event in a zone that neither the file nor the time zone database has: its hour is not known.

    icalendar reads such a time as one without a zone, which would be taken for local time (RFC 5545, 3.2.19). An event that
    does not recur and is days away in any zone says nothing here.
    """
    for event in calendar.walk("VEVENT"):
        if str(event.get("STATUS", "")).upper() == _CANCELLED:
            continue
        for key, value in event.property_items(recursive=False):
            given = value.params.get("TZID") if hasattr(value, "params") else None
            moments = [one.dt for one in getattr(value, "dts", (value,)) if hasattr(one, "dt")]
            if given is None or not any(isinstance(one, datetime) and one.tzinfo is None for one in moments):
                continue
            recurs = any(one in event for one in ("RRULE", "RDATE", "RECURRENCE-ID"))
            if recurs or _may_be_near(event, around):
                raise Unknown(
                    Reason.MALFORMED,
                    f"{name} has {str(event.get('SUMMARY', 'an event'))[:100]!r} in the time zone {str(given)[:60]!r} at {key}, "
                    "which is neither in the file nor in the time zone database: export it with its VTIMEZONE",
                )


def _may_be_near(event: Any, around: Span) -> bool:
    """Whether an event of an unknown zone may touch a time: no zone is more than a day from UTC."""
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else start + event["DURATION"].dt if "DURATION" in event else start
    first, last = (_moment(value, UTC) for value in (start, end))
    return Span(first - _DAY, max(last, first) + _DAY).overlaps(around)


def _moment(value: date, there: Any) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo is not None else value.replace(tzinfo=there)).astimezone(UTC)
