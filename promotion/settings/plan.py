"""The deployment plan: where the promotion record is kept, who may do what, when nothing may be deployed."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from promotion.settings.local_time import WeekTime, WrittenTime, zone
from promotion.settings.people import require_name
from promotion.settings.strict import Strict

RECORD = "promotions/{short}.toml"


def _person(name: str) -> str:
    return require_name(name)


def _zone(name: str) -> str:
    zone(name)
    return name


def _week_time(text: str) -> str:
    WeekTime.parse(text)
    return text


Person = Annotated[str, AfterValidator(_person)]
"""A login, an e-mail address, or both: `release-lead <lead@example.com>`."""
Zone = Annotated[str, AfterValidator(_zone)]
"""A name of the IANA time zone database: `Europe/Vienna`."""


class WindowLength(Strict):
    """How long a deployment window must be."""

    minutes: int = Field(default=30, gt=0)
    """About this many minutes."""
    tolerance: int = Field(default=10, ge=0)
    """The tolerance, in minutes more or less."""


class PeopleSettings(Strict):
    """Who may be named for what in a promotion record."""

    leads: tuple[Person, ...] = ()
    on_call: tuple[Person, ...] = ()
    approvers: tuple[Person, ...] = ()

    @property
    def everybody(self) -> tuple[Person, ...]:
        """Everyone who is named for anything."""
        return tuple(dict.fromkeys((*self.leads, *self.on_call, *self.approvers)))


class Weekly(Strict):
    """From a weekday and time to another, every week."""

    start: Annotated[str, AfterValidator(_week_time)]
    """`Fri 16:00`: the day in English, at least its first three letters, and the time of day."""
    end: Annotated[str, AfterValidator(_week_time)]


class Freeze(Strict):
    """A time in which nothing is deployed: once, or every week."""

    reason: str = Field(min_length=1)
    zone: Zone
    start: WrittenTime | None = None
    """Local time in `zone`: 2026-12-18T18:00:00, or "2026-12-18T18:00"."""
    end: WrittenTime | None = None
    weekly: Weekly | None = None

    @model_validator(mode="after")
    def _once_or_weekly(self) -> Self:
        once = self.start is not None and self.end is not None
        if once == (self.weekly is not None) or (self.start is None) != (self.end is None):
            raise ValueError("a freeze needs either `start` and `end`, or `weekly`")
        if self.start is not None and self.end is not None:
            if self.start.tzinfo is not None or self.end.tzinfo is not None:
                raise ValueError("write `start` and `end` in the local time of `zone`, without an offset")
            if self.end <= self.start:
                raise ValueError("`end` is not after `start`")
        return self


class RollbackPlan(Strict):
    """The document that says how to go back."""

    path: str = Field(min_length=1, pattern="^[^/]")
    """File in the repository of `[github]`; it is read at the commit that is promoted."""
    max_age_days: float = Field(default=180, gt=0)
    """The longest ago it may have been changed, or reviewed by a person's word, in days."""
    must_name: tuple[str, ...] | None = None
    """Words that it must contain; if not given, the service and the names of prod's targets."""
    owner: str = Field(default="owner", min_length=1)
    """The word before the owner's name: `Owner: release-lead`."""


class ItemRules(Strict):
    """What holds for attestations of one item, where it is other than for the rest."""

    by: tuple[Person, ...] | None = None
    signed: bool | None = None
    max_age_days: float | None = Field(default=None, gt=0)


class AttestationRules(Strict):
    """Whose word counts where a person may attest, how long, and whether it must be signed."""

    by: tuple[Person, ...] | None = None
    """Who may attest; if not given, everybody in `[plan.people]`."""
    signed: bool = False
    """Whether an attestation must be signed with an SSH key."""
    max_age_days: float = Field(default=7, gt=0)
    """How long an attestation holds, in days."""
    allowed_signers: str | None = None
    """File in the ALLOWED SIGNERS format of ssh-keygen(1), relative to promotion.toml."""
    items: dict[str, ItemRules] = {}
    """By an item's id, what is other for it."""

    @model_validator(mode="after")
    def _signers_are_known(self) -> Self:
        signed = self.signed or any(rules.signed for rules in self.items.values())
        if signed and self.allowed_signers is None:
            raise ValueError("attestations must be signed, but `allowed_signers` is not set")
        return self


class Plan(Strict):
    """What a promotion record is judged by."""

    record: str = Field(default=RECORD, min_length=1)
    """The file that is reviewed for each promotion, relative to promotion.toml. `{short}` stands for the first 12 hex
    digits of the image digest, `{digest}` for all 64."""
    window: WindowLength = WindowLength()
    people: PeopleSettings = PeopleSettings()
    freezes: tuple[Freeze, ...] = ()
    calendar: str | None = None
    """An iCalendar file (RFC 5545) of freezes, relative to promotion.toml; needs the extra `calendar`."""
    change_calendars: tuple[str, ...] = ()
    """Names or ARNs of change calendars in AWS Systems Manager, asked in prod's account; each must be open."""
    rollback_plan: RollbackPlan | None = None
    attestations: AttestationRules = AttestationRules()

    @field_validator("record")
    @classmethod
    def _one_a_promotion(cls, path: str) -> str:
        if not path.endswith(".toml"):
            raise ValueError("a promotion record is a TOML file: its name must end in .toml")
        return path
