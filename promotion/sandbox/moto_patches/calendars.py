"""SSM Change Calendar: whether a calendar lets changes through, now or at a time.

A backend's `calendars` hold them by name: when they are closed, or open, as spans of time.
Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCalendarState.html
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ssm.responses import SimpleSystemManagerResponse

from promotion.sandbox.moto_patches import operation


class InvalidDocument(ServiceException):
    """There is no such calendar."""

    code = "InvalidDocument"


@dataclass
class Calendar:
    """A change calendar. Its events turn it over: one that is open by default is closed during them."""

    open_by_default: bool = True
    events: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Start and end of each, with a time zone."""

    def is_open(self, at: datetime) -> bool:
        """Whether changes are let through at a moment."""
        return self.open_by_default != any(start <= at < end for start, end in self.events)

    def next_turn(self, at: datetime) -> datetime | None:
        """Give when that changes next, if it does."""
        turns = sorted(moment for event in self.events for moment in event if moment > at)
        return next((turn for turn in turns if self.is_open(turn) != self.is_open(at)), None)


def calendars(backend: Any) -> MutableMapping[str, Calendar]:
    """Give the calendars of an account and region by name. They may be changed, taken out and added."""
    found: MutableMapping[str, Calendar] = vars(backend).setdefault("calendars", {})
    return found


@operation(SimpleSystemManagerResponse)
def GetCalendarState(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell whether all named calendars let changes through: OPEN, or CLOSED if one does not."""
    at = datetime.fromisoformat(ask("AtTime")) if ask("AtTime") else datetime.now(UTC)
    named = []
    for name in ask("CalendarNames"):
        found = calendars(backend).get(name.rpartition("document/")[2] or name)
        if found is None:
            raise InvalidDocument(f"Document with name {name} does not exist.")
        named.append(found)
    turns = [turn for calendar in named if (turn := calendar.next_turn(at))]
    return {
        "State": "OPEN" if all(calendar.is_open(at) for calendar in named) else "CLOSED",
        "AtTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "NextTransitionTime": min(turns).strftime("%Y-%m-%dT%H:%M:%SZ") if turns else None,
    }
