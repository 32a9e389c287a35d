"""Read what calendars have at the times of the window. This module does I/O."""

from datetime import datetime
from pathlib import Path

from promotion.clients.aws.account import Account
from promotion.clients.aws.change_calendar import calendar_state
from promotion.people.promotion_record import RecordLook
from promotion.people.record_file import read_text
from promotion.sections.plan import calendars
from promotion.sections.plan.window import times
from promotion.settings.local_time import LocalTimeError, Span
from promotion.settings.plan import Plan
from promotion.unknown import Reason, Unknown


def freeze_events(plan: Plan, look: RecordLook) -> tuple[calendars.CalendarEvent, ...]:
    """Read what the iCalendar file of freezes has in it at the times of the window; nothing without such a file."""
    if plan.calendar is None:
        return ()
    path = Path(plan.calendar)
    found: list[calendars.CalendarEvent] = []
    for around, zone in _asked_about(look, None):
        text = read_text(path, path.name)
        if text is None:
            raise Unknown(
                Reason.NO_DATA, f"{path.name}, which `calendar` in [plan] names, does not exist: correct the path"
            )
        found += calendars.events(text, path.name, around, zone)
    return tuple(found)


def change_calendars(
    plan: Plan, look: RecordLook, account: Account, now: datetime
) -> tuple[calendars.CalendarState, ...]:
    """Ask whether each change calendar of AWS Systems Manager is open at the times of the window that are to come."""
    return tuple(
        calendars.state(name, calendar_state(account, name, around.start), around)
        for name in plan.change_calendars
        for around, _ in _asked_about(look, now)
    )


def _asked_about(look: RecordLook, now: datetime | None) -> list[tuple[Span, str]]:
    """The window and its backup, as far as they are to come; what is wrong with them is judged elsewhere."""
    if look.record is None or look.record.window is None:
        return []
    try:
        found = times(look.record.window)
    except LocalTimeError:
        return []
    spans = [span for span in (found.main, found.backup) if span is not None and (now is None or now < span.end)]
    return [(span if now is None else Span(max(span.start, now), span.end), found.zone) for span in spans]
