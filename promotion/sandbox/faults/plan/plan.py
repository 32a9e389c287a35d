"""Faults of the deployment plan: the promotion record, the window, and who is named in it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.agreed import Agreed

WINDOW, PEOPLE = "deployment-window", "key-personnel"
STATE = "ssm:GetCalendarState"
TOLD = ("stakeholders-notified", "status-page", "channel-notified")
"""What else needs to know when the window is."""
UNREAD = (PEOPLE, "rollback-plan", *TOLD, "digest-immutable[record]")
"""What else needs the promotion record."""


@fault("window-over", item=WINDOW)
def _(world: "World") -> None:
    """Window and backup window were last week."""
    world.agreed.agree(world.agreed.now - timedelta(days=7))


@fault("window-in-a-freeze", item=WINDOW)
def _(world: "World") -> None:
    """The window begins an hour into a freeze that promotion.toml declares."""
    _freeze(world.agreed, timedelta(hours=1), timedelta(days=9), backup=timedelta(days=20))


@fault("window-ends-in-a-freeze", item=WINDOW)
def _(world: "World") -> None:
    """The last minute of the window is the first of a freeze."""
    agreed = world.agreed
    _freeze(agreed, timedelta(hours=2, minutes=29), timedelta(days=9), backup=timedelta(days=20))


@fault("window-in-a-weekly-freeze", item=WINDOW)
def _(world: "World") -> None:
    """The window is in hours that are frozen every week."""
    from promotion.sandbox.world.agreed import ZONE

    start = (world.agreed.now + timedelta(hours=1)).astimezone(ZoneInfo(ZONE))
    weekly = {"start": f"{start:%a %H:%M}", "end": f"{start + timedelta(hours=3):%a %H:%M}"}
    world.agreed.freezes.append({"reason": "month-end", "zone": ZONE, "weekly": weekly})


@fault("window-in-a-freeze-of-another-zone", item=WINDOW)
def _(world: "World") -> None:
    """The freeze is declared in Auckland's time, in which it is another day."""
    from promotion.sandbox.world.agreed import local

    zone, now = "Pacific/Auckland", world.agreed.now
    start, end = (local(now + timedelta(hours=hours), zone)[:16] for hours in (1, 4))
    world.agreed.freezes.append({"reason": "inventory", "zone": zone, "start": start, "end": end})


@fault("window-in-a-recurring-calendar-event", item=WINDOW)
def _(world: "World") -> None:
    """An event of the iCalendar file that began two weeks ago recurs in the window."""
    from promotion.sandbox.world.agreed import calendar, event

    began = world.agreed.now + timedelta(hours=2) - timedelta(days=14)
    world.agreed.calendar = calendar(event(began, hours=1, summary="Billing run", rule="FREQ=WEEKLY"))


@fault("backup-in-a-calendar-event", item=WINDOW)
def _(world: "World") -> None:
    """The backup window is in an event of the iCalendar file."""
    from promotion.sandbox.world.agreed import calendar, event

    world.agreed.calendar = calendar(event(world.agreed.now + timedelta(hours=24), hours=4, summary="Fair"))


@fault("window-while-change-calendar-closed", item=WINDOW)
def _(world: "World") -> None:
    """The change calendar of AWS Systems Manager is closed when the window begins."""
    _close(world, timedelta(hours=1), timedelta(hours=3))


@fault("window-when-change-calendar-closes", item=WINDOW)
def _(world: "World") -> None:
    """The change calendar is open when the window begins, and closed before it ends."""
    _close(world, timedelta(hours=2, minutes=20), timedelta(hours=5))


@fault("window-with-the-offset-of-winter", item=WINDOW, falls_with=TOLD)
def _(world: "World") -> None:
    """The window is after clocks are put forward, and written with the offset from before."""
    forward, _ = _changes(world.agreed.now)
    start = forward + timedelta(days=2)
    world.agreed.agree(start)
    world.agreed.window["start"] = f"{start:%Y-%m-%dT%H:%M}+01:00"


@fault("window-that-clocks-skip", item=WINDOW, falls_with=TOLD)
def _(world: "World") -> None:
    """The window begins in an hour that clocks skip when they are put forward."""
    forward, _ = _changes(world.agreed.now)
    world.agreed.agree(forward)
    world.agreed.window["start"] = f"{forward:%Y-%m-%d}T02:30"


@fault("window-that-comes-twice", item=WINDOW, falls_with=TOLD)
def _(world: "World") -> None:
    """The window begins in an hour that occurs twice when clocks are put back, and does not say in which."""
    _, back = _changes(world.agreed.now)
    world.agreed.agree(back)
    world.agreed.window["start"] = f"{back:%Y-%m-%d}T02:30"


@fault("window-in-no-zone", item=WINDOW, falls_with=TOLD)
def _(world: "World") -> None:
    """The time zone of the window does not exist."""
    world.agreed.window["zone"] = "Europe/Wien"


@fault("window-too-short", item=WINDOW)
def _(world: "World") -> None:
    """The window is ten minutes long."""
    world.agreed.window["minutes"] = 10


@fault("window-too-long", item=WINDOW)
def _(world: "World") -> None:
    """The backup window is four hours long."""
    world.agreed.window["backup"]["minutes"] = 240


@fault("window-without-backup", item=WINDOW)
def _(world: "World") -> None:
    """There is no backup window."""
    del world.agreed.window["backup"]


@fault("backup-is-the-window", item=WINDOW)
def _(world: "World") -> None:
    """The backup window is the window."""
    world.agreed.window["backup"]["start"] = world.agreed.window["start"]


@fault("backup-before-the-window-ends", item=WINDOW)
def _(world: "World") -> None:
    """The backup window begins before the window is over."""
    from promotion.sandbox.world.agreed import local

    world.agreed.window["backup"]["start"] = local(world.agreed.now + timedelta(hours=2, minutes=15))


@fault("window-is-now", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """The window began five minutes ago."""
    world.agreed.agree(world.agreed.now - timedelta(minutes=5))


@fault("backup-is-now", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """The window was yesterday, and the backup window began five minutes ago."""
    world.agreed.agree(world.agreed.now - timedelta(days=1, minutes=5))


@fault("window-over-with-a-freeze", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """The window was yesterday, in a freeze that is over, and the backup window has not begun."""
    from promotion.sandbox.world.agreed import ZONE, local

    now = world.agreed.now
    world.agreed.agree(now - timedelta(hours=22))
    start, end = (local(now - timedelta(hours=hours))[:16] for hours in (30, 12))
    world.agreed.freezes.append({"reason": "fair", "zone": ZONE, "start": start, "end": end})


@fault("window-begins-as-a-freeze-ends", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """A freeze ends in the minute in which the window begins."""
    from promotion.sandbox.world.agreed import ZONE, local

    now = world.agreed.now
    start, end = local(now - timedelta(days=3))[:16], world.agreed.window["start"][:16]
    world.agreed.freezes.append({"reason": "fair", "zone": ZONE, "start": start, "end": end})


@fault("window-in-a-cancelled-event", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """An event in the window is in the iCalendar file as cancelled."""
    from promotion.sandbox.world.agreed import calendar, event

    now = world.agreed.now
    other = event(now + timedelta(days=50), hours=1, summary="Fair")
    world.agreed.calendar = calendar(event(now, hours=5, summary="Billing run", status="CANCELLED"), other)


@fault("window-over-a-clock-change", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """Clocks are put forward in the middle of the window, which is as long as any other."""
    forward, _ = _changes(world.agreed.now)
    world.agreed.freezes.clear()  # clocks change in a night from Saturday to Sunday, which may be a frozen one
    world.agreed.agree(forward - timedelta(minutes=15))


@fault("window-at-the-first-of-two", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """The window begins in an hour that occurs twice, and its offset says in which."""
    _, back = _changes(world.agreed.now)
    world.agreed.freezes.clear()  # clocks change in a night from Saturday to Sunday, which may be a frozen one
    world.agreed.agree(back)
    world.agreed.window["start"] = f"{back:%Y-%m-%d}T02:30+02:00"


@fault("change-calendar-closed-elsewhen", item=WINDOW, kind="clean")
def _(world: "World") -> None:
    """The change calendar closes when the window ends, and opens before the backup window begins."""
    _close(world, timedelta(hours=2, minutes=30), timedelta(hours=20))


wire_fault("change-calendar-denied", "The change calendar may not be read.", "deny", STATE, item=WINDOW)


wire_fault("change-calendar-throttled", "Reading the change calendar is throttled.", "throttle", STATE, item=WINDOW)


@fault("change-calendar-deleted", item=WINDOW, kind="blind")
def _(world: "World") -> None:
    """The change calendar that promotion.toml names is not there."""
    from promotion.sandbox.moto_patches.calendars import calendars

    calendars(world.prod.backend("ssm")).clear()


wire_fault("change-calendar-cut", "What the change calendar answers is cut off.", "truncate", STATE, item=WINDOW)


@fault("calendar-missing", item=WINDOW, kind="blind")
def _(world: "World") -> None:
    """There is no iCalendar file where promotion.toml says."""
    world.agreed.calendar = None


@fault("calendar-empty", item=WINDOW, kind="blind")
def _(world: "World") -> None:
    """The iCalendar file has no event, as when an export failed."""
    from promotion.sandbox.world.agreed import calendar

    world.agreed.calendar = calendar()


@fault("calendar-cut", item=WINDOW, kind="blind")
def _(world: "World") -> None:
    """The iCalendar file is cut off in the middle."""
    assert world.agreed.calendar
    world.agreed.calendar = world.agreed.calendar[: len(world.agreed.calendar) * 2 // 3]


@fault("calendar-is-a-page", item=WINDOW, kind="blind")
def _(world: "World") -> None:
    """The iCalendar file holds the page of a login."""
    world.agreed.calendar = "<!doctype html><title>Sign in</title>\n"


@fault("window-not-agreed-yet", item=WINDOW, kind="blind", falls_with=("status-page",))
def _(world: "World") -> None:
    """The window is as `promotion plan` writes it: empty."""
    world.agreed.window["start"] = world.agreed.window["backup"]["start"] = ""


@fault("record-missing", item=WINDOW, kind="blind", falls_with=(PEOPLE, *TOLD[:2]))
def _(world: "World") -> None:
    """Nobody has written a promotion record yet."""
    world.agreed.exists = False


@fault("record-malformed", item=WINDOW, kind="blind", falls_with=UNREAD)
def _(world: "World") -> None:
    """The promotion record is not TOML."""
    world.agreed.text = '<<<<<<< HEAD\nservice = "shop"\n'


@fault("record-with-an-unknown-key", item=WINDOW, kind="blind", falls_with=UNREAD)
def _(world: "World") -> None:
    """The promotion record has an unknown key, which would otherwise be ignored."""
    world.agreed.window["back-up"] = world.agreed.window.pop("backup")


@fault("record-of-another-service", item=WINDOW, kind="blind", falls_with=UNREAD)
def _(world: "World") -> None:
    """The promotion record is of another service, which was built into an image of the same name."""
    world.agreed.record["service"] = "stock"


@fault("record-of-another-image", item=WINDOW, falls_with=(PEOPLE, *TOLD[:2], "digest-immutable[record]"))
def _(world: "World") -> None:
    """The promotion record was copied from the last promotion, and still names that image."""
    world.agreed.record["digest"] = world.previous_digest


@fault("record-of-another-commit", item="digest-immutable")
def _(world: "World") -> None:
    """The promotion record names the commit of the previous image."""
    world.agreed.record["commit"] = world.releases[-2].commit


@fault("record-of-another-build", item="digest-immutable")
def _(world: "World") -> None:
    """The promotion record names the run that built the previous image."""
    before = world.github.repository.newest_run("build.yml", world.releases[-2].commit)
    world.agreed.record["build_run"] = before.id


@fault("record-with-commit-and-build", item="digest-immutable", kind="clean")
def _(world: "World") -> None:
    """The promotion record names the commit and the run that made the image."""
    commit = world.releases[-1].commit
    world.agreed.record.update(commit=commit, build_run=world.github.repository.newest_run("build.yml", commit).id)


@fault("approver-is-the-lead", item=PEOPLE)
def _(world: "World") -> None:
    """The approver is the deployment lead."""
    world.agreed.people["approver"] = world.agreed.people["lead"]


@fault("approver-is-the-lead-in-other-letters", item=PEOPLE)
def _(world: "World") -> None:
    """The approver is the deployment lead, in capitals and full-width letters."""
    world.agreed.people["approver"] = "@RELEASE-\N{FULLWIDTH LATIN CAPITAL LETTER L}EAD"


@fault("approver-is-the-lead-by-mail", item=PEOPLE)
def _(world: "World") -> None:
    """The approver is the deployment lead, named by the e-mail address."""
    world.agreed.people["approver"] = "Lead@Example.com"


@fault("approver-not-allowed", item=PEOPLE)
def _(world: "World") -> None:
    """The approver is not on the list of approvers."""
    world.agreed.people["approver"] = "developer"


@fault("approver-looks-allowed", item=PEOPLE)
def _(world: "World") -> None:
    """The approver's name has a Cyrillic letter where that of one who may approve has a Latin one."""
    world.agreed.people["approver"] = "release-\N{CYRILLIC SMALL LETTER A}pprover"


@fault("on-call-not-allowed", item=PEOPLE)
def _(world: "World") -> None:
    """The person on call is not on the list for it."""
    world.agreed.people["on_call"] = "developer"


@fault("nobody-on-call", item=PEOPLE)
def _(world: "World") -> None:
    """Lead and approver are named, and nobody is on call."""
    world.agreed.people["on_call"] = ""


@fault("people-in-other-letters", item=PEOPLE, kind="clean")
def _(world: "World") -> None:
    """People are named in capitals, with an @, and by an e-mail address."""
    world.agreed.people.update(lead="@Release-Lead", approver="APPROVER@example.com")


@fault("people-not-named-yet", item=PEOPLE, kind="blind")
def _(world: "World") -> None:
    """Nobody is named: the record is as `promotion plan` writes it."""
    world.agreed.people.update(lead="", on_call="", approver="")


def _freeze(agreed: "Agreed", start: timedelta, end: timedelta, *, backup: timedelta) -> None:
    """Declare a freeze, and have the backup window after it."""
    from promotion.sandbox.world.agreed import ZONE, local

    first, last = local(agreed.now + start)[:16], local(agreed.now + end)[:16]
    agreed.window["backup"]["start"] = local(agreed.now + backup)
    agreed.freezes.append({"reason": "audit", "zone": ZONE, "start": first, "end": last})


def _close(world: "World", start: timedelta, end: timedelta) -> None:
    now = world.agreed.now
    world.prod.freezes.events.append((now + start, now + end))


def _changes(now: datetime) -> tuple[datetime, datetime]:
    """Give when clocks in the EU are put forward and back next: 01:00 UTC on the last Sundays of March and October."""
    found = []
    for month in (3, 10):
        moments = []
        for year in (now.year, now.year + 1):
            last = datetime(year, month, 31, 1, tzinfo=UTC)
            moments.append(last - timedelta(days=(last.weekday() + 1) % 7))
        found.append(next(moment for moment in moments if moment > now + timedelta(days=2)))
    return found[0], found[1]
