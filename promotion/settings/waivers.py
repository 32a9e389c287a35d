"""What a team lets through for a while although it failed, and who answers for that."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict

LONGEST = timedelta(days=30)
UNWAIVABLE = ("image-signed", "digest-immutable", "no-secrets-in-logs")
"""Items that say which image this is and what is known to the world: letting them through lets everything through."""


class Waiver(Strict):
    """One failure that may be let through, for one image, until a day."""

    item: str = Field(min_length=1)
    """Id of the item."""
    subject: str | None = None
    """The one subject it is about, as the report names it; every subject of the item if empty."""
    digest: str | None = Field(default=None, pattern="^sha256:[0-9a-f]{64}$")
    """The one image it is for."""
    version: str | None = Field(default=None, min_length=1)
    """The release it is for, as the image's label `org.opencontainers.image.version` says."""
    reason: str = Field(min_length=10)
    owner: str = Field(min_length=1)
    """Who fixes it."""
    approver: str = Field(min_length=1)
    """Who agreed that it may wait; somebody else than the owner."""
    granted: date
    expires: date
    """The last day on which it counts, in UTC; at most 30 days after it was granted."""

    @model_validator(mode="after")
    def _is_one_that_may_be_given(self) -> Self:
        if self.item in UNWAIVABLE:
            raise ValueError(f"{self.item} cannot be waived, nor can {' and '.join(_others(self.item))}: fix it")
        if (self.digest is None) == (self.version is None):
            raise ValueError("a waiver is for one image: give either `digest` or `version`")
        if self.approver.strip().casefold() == self.owner.strip().casefold():
            raise ValueError(f"{self.owner} is both owner and approver: somebody else must approve")
        if self.expires < self.granted:
            raise ValueError(f"it expires on {self.expires}, before it was granted on {self.granted}")
        if self.expires - self.granted > LONGEST:
            raise ValueError(
                f"it runs from {self.granted} to {self.expires}; expected at most {LONGEST.days} days: grant it "
                "again when it ends"
            )
        return self


def _others(item: str) -> list[str]:
    return [other for other in UNWAIVABLE if other != item]
