"""The promotion record: one TOML file a promotion, reviewed by people like code. Pure."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from promotion.settings.local_time import WrittenTime
from promotion.settings.strict import Strict

DIGEST = r"^sha256:[0-9a-f]{64}$"


class RecordError(ValueError):
    """A promotion record that cannot be read; the message is one sentence for each mistake, one a line."""


def _one_line(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in text):
        raise ValueError("it must be a single line without control characters")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
Link = Annotated[str, AfterValidator(_one_line), Field(pattern=r"^$|^https?://[^\s/@]+(/\S*)?$")]
"""A web address without a user or a password, or empty."""


class Backup(Strict):
    """The other time, if the deployment cannot be in the first window."""

    start: WrittenTime
    """Local time in the window's zone; with an offset where the clocks make it happen twice."""
    minutes: int = Field(default=30, gt=0)


class DeploymentWindow(Strict):
    """When it is deployed."""

    start: WrittenTime
    """Local time in `zone`; with an offset where the clocks make it happen twice."""
    zone: Line
    """A name of the IANA time zone database."""
    minutes: int = Field(default=30, gt=0)
    backup: Backup | None = None


class People(Strict):
    """Who does it, who is there if it goes wrong, who says that it may go on. Empty: not named yet."""

    lead: Line = ""
    on_call: Line = ""
    approver: Line = ""


class Links(Strict):
    """Where what is said of the promotion can be found. Empty: nowhere yet."""

    rollback_plan: Link = ""
    announcement: Link = ""
    """The message that tells stakeholders of the window."""
    channel: Link = ""
    """The message in the team's channel."""
    status_page: Link = ""
    """The scheduled maintenance."""
    promotion_run: Link = ""
    """The run of the workflow that promotes."""


class Word(Strict):
    """A person's word for one item of the checklist and one image."""

    item: str = Field(pattern="^[a-z0-9-]+$")
    digest: str = Field(pattern=DIGEST)
    by: Line = Field(min_length=1)
    at: AwareDatetime
    expires: AwareDatetime
    statement: Line = Field(min_length=1)
    link: Link = ""
    signature: str = ""
    """Of the attestation's message (`promotion.people.signing.message`), as `ssh-keygen -Y sign` writes it."""


class Incident(Strict):
    """Something that went wrong."""

    what: Line = Field(min_length=1)
    at: AwareDatetime | None = None
    link: Link = ""


class Meeting(Strict):
    """When something is talked about, and who sees to it."""

    date: date
    owner: Line = Field(min_length=1)
    link: Link = ""


class Remediation(Strict):
    """What is done so that it does not happen again."""

    owner: Line = Field(min_length=1)
    text: str = ""
    link: Link = ""


class RecordedRollback(Strict):
    """Why it was taken back, and what follows."""

    reason: str = ""
    ticket: Link = ""
    rca: Meeting | None = None
    """The root cause analysis."""
    remediation: Remediation | None = None


class PromotionRecord(Strict):
    """Everything that people say of one promotion."""

    digest: str = Field(pattern=DIGEST)
    service: Line = Field(min_length=1)
    commit: str = Field(default="", pattern=r"^$|^[0-9a-f]{40}([0-9a-f]{24})?$")
    build_run: int | None = Field(default=None, gt=0)
    window: DeploymentWindow | None = None
    people: People = People()
    links: Links = Links()
    notes: str = ""
    """The deployment notes."""
    issues: tuple[Link, ...] = ()
    """What customers reported."""
    incidents: tuple[Incident, ...] = ()
    post_mortem: Meeting | None = None
    rollback: RecordedRollback | None = None
    attestations: tuple[Word, ...] = ()


@dataclass(frozen=True)
class RecordLook:
    """The promotion record as it was found."""

    name: str
    """The file, as people know it: `promotions/a8169da8c9ee.toml`."""
    record: PromotionRecord | None
    """None if there is no such file yet."""


def path_of(template: str, digest: str) -> str:
    """Give the path of a promotion's record."""
    hexadecimal = digest.removeprefix("sha256:")
    return template.replace("{short}", hexadecimal[:12]).replace("{digest}", hexadecimal)


def parse_promotion_record(text: str) -> PromotionRecord:
    """Read a record. Raises RecordError with every mistake in it."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise RecordError(f"it is not TOML: {mistake}") from None
    try:
        return PromotionRecord.model_validate(_without_blanks(tree))
    except ValidationError as mistakes:
        raise RecordError("\n".join(_sentence(dict(error)) for error in mistakes.errors(include_url=False))) from None


def _without_blanks(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what `promotion plan` writes for people to fill in: a window without a start is none yet."""
    found = dict(tree)
    window = found.get("window")
    if isinstance(window, Mapping):
        window = dict(window)
        backup = window.get("backup")
        if isinstance(backup, Mapping) and backup.get("start") == "":
            del window["backup"]
        found["window"] = window
        if window.get("start") == "":
            del found["window"]
    return found


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "the record"
    if error["type"] == "missing":
        return f"{where} is missing"
    if error["type"] == "extra_forbidden":
        return f"{where} is not a key of a promotion record"
    return f"{where}: {str(error['msg']).removeprefix('Value error, ')}"
