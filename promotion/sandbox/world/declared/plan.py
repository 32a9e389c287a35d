"""What promotion.toml says of people, windows, freezes, and the promotion record; the files it names go beside it."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.people.promotion_record import path_of
from promotion.people.toml_writer import value, word
from promotion.sandbox.world.agreed import EMAILS
from promotion.sandbox.world.names import FREEZES
from promotion.sandbox.world.pipeline import APPROVER, LEAD, ON_CALL

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.agreed import Agreed
    from promotion.sandbox.world.building import World

RECORD, CALENDAR, SIGNERS = "promotions/{short}.toml", "freezes.ics", "allowed_signers"


def toml(world: "World", places: "Places") -> str:
    """Write the tables of promotion.toml."""
    agreed, folder = world.agreed, Path(places.ca_file).parent
    if agreed.digest != world.digest:
        agreed.follow(world.digest)
    _write(agreed, folder)
    people = {
        "leads": [LEAD, f"{APPROVER} <{EMAILS[APPROVER]}>"],
        "on_call": [ON_CALL],
        "approvers": [f"{APPROVER} <{EMAILS[APPROVER]}>", f"{LEAD} <{EMAILS[LEAD]}>"],
    }
    # Without what reads it, the declaration would leave the item unknown wherever the sandbox is tried out.
    readable = find_spec("icalendar") is not None and find_spec("recurring_ical_events") is not None
    freezes = [f"[[plan.freezes]]\n{_lines(freeze)}" for freeze in agreed.freezes]
    settings = {
        "record": str(folder / RECORD),
        **({"calendar": str(folder / CALENDAR)} if readable else {}),
        "change_calendars": [FREEZES],
        "people": people,
        "rollback_plan": {"path": "docs/rollback.md", "max_age_days": agreed.max_age_days},
        "attestations": {
            "allowed_signers": str(folder / SIGNERS),
            "items": {item: {"signed": True} for item in agreed.signed},
        },
    }
    return "\n\n".join([f"[plan]\n{_lines(settings)}", *freezes])


def _write(agreed: "Agreed", folder: Path) -> None:
    (folder / SIGNERS).write_text(agreed.allowed_signers, encoding="ascii")
    if agreed.calendar is not None:
        (folder / CALENDAR).write_text(agreed.calendar, encoding="utf-8", newline="")
    if agreed.exists:
        path = folder / path_of(RECORD, agreed.digest)
        path.parent.mkdir(exist_ok=True)
        whole = "\n".join([_lines(agreed.record), "", *(word(said) for said in agreed.words)])
        path.write_text(whole if agreed.text is None else agreed.text, encoding="utf-8")


def _lines(table: object) -> str:
    assert isinstance(table, dict)
    return "\n".join(f"{name} = {value(thing)}" for name, thing in table.items())
