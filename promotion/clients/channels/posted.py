"""What was found of a message in one place. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from promotion.record.receipt import Receipt
from promotion.unknown import Reason, Unknown


class PostedState(StrEnum):
    """Whether the message is there."""

    THERE = "there"
    ABSENT = "absent"
    NOT_READABLE = "not-readable"
    """The place takes messages and gives none back; only a receipt could tell."""
    UNCLEAR = "unclear"
    """It is unknown; `message` says why."""


@dataclass(frozen=True)
class Told:
    """One place where people are told."""

    name: str
    kind: str
    found: PostedState
    at: str | None = None
    """When it was said: UTC, as in the record."""
    by: str | None = None
    id: str | None = None
    """What the place calls the message."""
    message: str = ""
    """Why it could not be told, in a sentence."""
    reason: str | None = None
    receipt: Receipt | None = None
    """Of this run's or an earlier run's posting."""

    @property
    def there(self) -> bool:
        """Whether people were told, by what was read or by a receipt."""
        return self.found is PostedState.THERE or (self.receipt is not None and self.receipt.done)

    @classmethod
    def unclear(cls, name: str, kind: str, unknown: Unknown) -> "Told":
        """A place that could not be looked at."""
        return cls(name, kind, PostedState.UNCLEAR, message=unknown.message, reason=str(unknown.reason))


def raise_if_unclear(told: Told) -> None:
    """Raise Unknown for a place that could not be looked at."""
    if told.found is PostedState.UNCLEAR:
        raise Unknown(Reason(told.reason or Reason.ERROR), told.message)
