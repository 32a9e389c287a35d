"""What a person said, in place of what a machine sees: it is shown with a name, and never as passed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Attestation:
    """A person's word for an item: who gave it, when, and what was said."""

    by: str
    at: str
    """UTC, as in the record: `2026-05-04T09:30:00Z`."""
    statement: str
    link: str | None = None
    signed: bool = False
    """Whether a signature by a key of that person was verified."""

    def as_json(self) -> Mapping[str, Any]:
        """As it stands under its item in the record."""
        return asdict(self)


class Attested(Exception):  # noqa: N818 - it is not an error: it is an answer
    """Raised while judging: no machine looked, but somebody who may has given their word."""

    def __init__(self, attestation: Attestation) -> None:
        self.attestation = attestation
        super().__init__(f"{attestation.by} at {attestation.at}: {attestation.statement}")


class NotApplicable(Exception):  # noqa: N818 - it is not an error: it is an answer
    """Raised while judging: the item was declared not to apply, with a reason, and what was seen does not contradict."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
