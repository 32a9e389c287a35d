"""The incident's issue: one for each image that is taken back, known again by its key. This module does I/O.

https://docs.github.com/en/rest/issues/issues: labels of somebody without push access are dropped in silence, so an issue
is looked for by its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from promotion.acting.finding import LOOK_BACK
from promotion.acting.journal import Journal
from promotion.acting.receipt import Receipt, State
from promotion.acting.stopping import key_of
from promotion.acting.trying import tried
from promotion.clock import Clock, stamp
from promotion.github.client import GitHubClient
from promotion.github.fields import Fields
from promotion.github.writing import write
from promotion.unknown import Reason, Unknown

_READ, _WRITE = "issues: read", "issues: write"


@dataclass(frozen=True)
class Ticket:
    """An issue about an incident."""

    number: int
    link: str
    state: str
    """`open` or `closed`."""
    title: str = ""

    @classmethod
    def read(cls, answer: object, what: str) -> "Ticket":
        """Read an issue. Raises Unknown, malformed."""
        fields = Fields(answer, what)
        return cls(
            fields.number("number"), fields.text("html_url"), fields.text("state"), fields.text_if_any("title") or ""
        )


def find_ticket(client: GitHubClient, digest: str, clock: Clock) -> Ticket | None:
    """Find the issue that has the key of this image's incident in its text. Raises what `GitHubClient.listed` does."""
    since = (clock.now() - LOOK_BACK - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = client.listed("/issues", "issues", permission=_READ, query={"state": "all", "since": since})
    mark = f"[{_key(digest)}]"
    for entry in sorted(filter(_is_issue, entries), key=lambda one: int(one.get("number", 0))):
        if mark in str(entry.get("body") or ""):
            return Ticket.read(entry, "an issue")
    return None


def open_ticket(
    client: GitHubClient,
    digest: str,
    title: str,
    lines: Sequence[str],
    labels: Sequence[str],
    journal: Journal,
    clock: Clock,
) -> Receipt:
    """Open the issue of an image's incident, unless it is there; where one cannot look for it, none is opened."""
    asked = Receipt(_key(digest), "incident ticket opened", State.ALREADY, stamp(clock.now()))
    found = tried("issues", lambda: find_ticket(client, digest, clock))
    if isinstance(found, Unknown):
        return replace(asked, state=State.FAILED, message=f"no ticket was opened, as it may be there: {found.message}")
    if found is not None:
        return journal.keep(replace(asked, id=f"#{found.number}", link=found.link))
    journal.begin(asked)
    tree = {"title": title[:200], "body": "\n".join((*lines, "", f"[{asked.key}]")), "labels": list(labels)}
    made = tried(
        "a new issue",
        lambda: Ticket.read(write(client, "POST", "/issues", tree, "a new issue", permission=_WRITE), "a new issue"),
    )
    if isinstance(made, Unknown):
        sure = made.reason in (Reason.ACCESS_DENIED, Reason.THROTTLED, Reason.NO_DATA)
        return journal.keep(replace(asked, state=State.FAILED if sure else State.UNCLEAR, message=made.message))
    return journal.keep(replace(asked, state=State.DONE, id=f"#{made.number}", link=made.link))


def _key(digest: str) -> str:
    return key_of(digest, "incident")


def _is_issue(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry, dict) and "pull_request" not in entry
