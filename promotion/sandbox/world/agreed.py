"""What the world's people have agreed on and written down: the promotion record, freezes, who may sign."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from promotion.sandbox.world import ssh
from promotion.sandbox.world.names import GITHUB_REPOSITORY, SERVICE
from promotion.sandbox.world.pipeline import APPROVER, LEAD, ON_CALL

if TYPE_CHECKING:
    from promotion.people.promotion_record import Word
    from promotion.sandbox.github import Repository
    from promotion.sandbox.world.image import Release

ZONE = "Europe/Vienna"
EMAILS = {LEAD: "lead@example.com", ON_CALL: "on-call@example.com", APPROVER: "approver@example.com"}


@dataclass(repr=False)
class Agreed:
    """Everything in it may be changed until the world goes live."""

    digest: str
    now: datetime
    """When the world was built: UTC."""
    record: dict[str, Any]
    """The promotion record but for its attestations, as TOML has it."""
    words: "list[Word]" = field(default_factory=list)
    """Its attestations."""
    text: str | None = None
    """What is in its file in place of all that."""
    exists: bool = True
    """Whether there is such a file."""
    freezes: list[dict[str, Any]] = field(default_factory=list)
    """`[[plan.freezes]]`."""
    calendar: str | None = ""
    """The iCalendar file; None: there is none, though it is declared."""
    signed: list[str] = field(default_factory=list)
    """Items whose attestations must be signed."""
    allowed_signers: str = ""
    max_age_days: float = 180
    """The oldest that the rollback plan may be."""

    @property
    def window(self) -> dict[str, Any]:
        """The window in the record."""
        window: dict[str, Any] = self.record["window"]
        return window

    @property
    def people(self) -> dict[str, str]:
        """The people in the record."""
        people: dict[str, str] = self.record["people"]
        return people

    def agree(self, start: datetime, *, minutes: int = 30) -> None:
        """Have the window begin at an instant, and the backup a day later."""
        self.window.update(start=local(start), minutes=minutes)
        self.window["backup"]["start"] = local(start + timedelta(days=1))

    def attest(self, item: str, by: str = LEAD, **changes: Any) -> "Word":
        """Have somebody attest an item, signed with their key where ssh-keygen is there to verify it; keep the word.

        `changes` are fields of `Word`; `signature=""` leaves it unsigned.
        """
        from promotion.clients.ssh_keygen import NAMESPACE
        from promotion.people.promotion_record import Word
        from promotion.people.signing import message

        at = changes.pop("at", self.now - timedelta(minutes=10)).replace(microsecond=0)
        fields = {"digest": self.digest, "expires": at + timedelta(days=7), "statement": "Done.", **changes}
        word = Word(item=item, by=by, at=at, **fields)
        if "signature" not in changes and shutil.which("ssh-keygen"):
            word = word.model_copy(update={"signature": ssh.sign(message(word), ssh.key_of(by), NAMESPACE)})
        self.words.append(word)
        return word

    def follow(self, digest: str) -> None:
        """Have everything be of another image, if that is promoted after all; what names yet another one stays so."""
        before, self.digest = self.digest, digest
        if self.record["digest"] == before:
            self.record["digest"] = digest
        words, self.words = self.words, []
        for word in words:
            said = word.model_dump(exclude={"signature"} if word.signature else set())
            self.attest(**{**said, "digest": digest if word.digest == before else word.digest})


def local(moment: datetime, zone: str = ZONE) -> str:
    """Write an instant as people there do; with its offset where clocks are put back."""
    there = moment.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return there.strftime("%Y-%m-%dT%H:%M") + (f"{there:%z}"[:3] + ":00" if twice else "")


def agree(release: "Release", repository: "Repository", started: datetime) -> Agreed:
    """Write the record of a promotion in two hours, announced in an issue; `started` is UTC without a zone."""
    now = started.replace(tzinfo=UTC)
    notice = repository.add_issue(
        f"Promotion of {SERVICE} {release.version}", now - timedelta(minutes=30), LEAD, body=f"Image {release.digest}"
    )
    home = f"https://github.com/{GITHUB_REPOSITORY}"
    announcement = f"{home}/issues/{notice.number}"
    record: dict[str, Any] = {
        "digest": release.digest,
        "service": SERVICE,
        "notes": "",
        "window": {"start": "", "zone": ZONE, "minutes": 30, "backup": {"start": "", "minutes": 30}},
        "people": {"lead": LEAD, "on_call": ON_CALL, "approver": APPROVER},
        "links": {
            "rollback_plan": f"{home}/blob/{release.commit}/docs/rollback.md",
            "announcement": announcement,
        },
    }
    agreed = Agreed(release.digest, now, record)
    agreed.agree(now + timedelta(hours=2))
    year_end, weekly = now + timedelta(days=60), now + timedelta(days=4)
    agreed.freezes += [
        {
            "reason": "year-end close",
            "zone": ZONE,
            "start": local(year_end)[:16],
            "end": local(year_end + timedelta(days=14))[:16],
        },
        {
            "reason": "stocktaking",
            "zone": ZONE,
            "weekly": {"start": f"{weekly:%a} 16:00", "end": f"{weekly + timedelta(days=1):%a} 08:00"},
        },
    ]
    agreed.calendar = calendar(event(now - timedelta(days=11), hours=2, summary="Billing run", rule="FREQ=WEEKLY"))
    agreed.allowed_signers = "".join(
        ssh.allowed_signer(f"{person},{email}", ssh.key_of(person)) for person, email in EMAILS.items()
    )
    agreed.attest("stakeholders-notified", LEAD, statement="Told everybody by mail.", link=announcement)
    return agreed


def calendar(*events: str) -> str:
    """Write an iCalendar file (RFC 5545)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//freezes//EN", *events, "END:VCALENDAR"]
    return "\r\n".join(lines) + "\r\n"


def event(start: datetime, *, hours: float, summary: str, rule: str | None = None, status: str = "CONFIRMED") -> str:
    """Write an event, recurring if there is a rule."""
    form = "%Y%m%dT%H%M%SZ"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{summary.replace(' ', '-').lower()}@example.com",
        f"DTSTAMP:{start.astimezone(UTC):{form}}",
        f"DTSTART:{start.astimezone(UTC):{form}}",
        f"DTEND:{(start + timedelta(hours=hours)).astimezone(UTC):{form}}",
        f"SUMMARY:{summary}",
        f"STATUS:{status}",
        *([f"RRULE:{rule}"] if rule else []),
        "END:VEVENT",
    ]
    return "\r\n".join(lines)
