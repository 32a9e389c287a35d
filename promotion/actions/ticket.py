"""Issues about an image that is taken back: one for each purpose, known again by its key. This module does I/O.

https://docs.github.com/en/rest/issues/issues: labels of somebody without push access are dropped in silence, so an issue
is looked for by its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from promotion.clients.github.client import GitHubClient
from promotion.clients.github.issues import Draft, Ticket
from promotion.clients.github.writing import write
from promotion.core.attempt import tried
from promotion.core.clock import Clock, stamp
from promotion.core.markdown_text import plain
from promotion.core.visible_text import shown
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import key_of
from promotion.sections.after_rollback.find_deployments import LOOK_BACK
from promotion.unknown import Reason, Unknown

_READ, _WRITE = "issues: read", "issues: write"
_LINE = 2000
"""Characters of one line of an issue."""


def find_ticket(client: GitHubClient, digest: str, clock: Clock) -> Ticket | None:
    """Find the issue of this image's incident. Raises what `find_issue` does."""
    return find_issue(client, key_of(digest, "incident"), clock)


def find_issue(client: GitHubClient, key: str, clock: Clock) -> Ticket | None:
    """Find the issue that has a key in its text. Raises what `GitHubClient.listed` does, and Unknown, malformed."""
    since = (clock.now() - LOOK_BACK - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = client.listed("/issues", "issues", permission=_READ, query={"state": "all", "since": since})
    mark = f"[{key}]"
    for entry in sorted(filter(_is_issue, entries), key=lambda one: int(one.get("number", 0))):
        if mark in str(entry.get("body") or ""):
            return Ticket.parse(entry, "an issue")
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
    """Open the issue of an image's incident, unless it is there. As `open_issue`."""
    return open_issue(
        client, Draft(key_of(digest, "incident"), "incident ticket opened", title, lines, labels), journal, clock
    )


def open_issue(client: GitHubClient, draft: Draft, journal: Journal, clock: Clock) -> Receipt:
    """Open an issue, unless it is there; where one cannot look for it, none is opened.

    Raises Unknown where the journal cannot be written: then nothing is done.
    """
    asked = Receipt(draft.key, draft.what, ActionState.ALREADY, stamp(clock.now()))
    found = tried("issues", lambda: find_issue(client, draft.key, clock))
    if isinstance(found, Unknown):
        return replace(
            asked,
            state=ActionState.FAILED,
            message=f"no issue was opened, because one may exist already: {found.message}",
        )
    if found is not None:
        return journal.keep(replace(asked, id=f"#{found.number}", link=found.link))
    journal.begin(asked)
    title = " ".join(shown(draft.title).split())[:200]
    tree = {"title": title, "body": _markdown(draft), "labels": list(draft.labels)}
    made = tried(
        "a new issue",
        lambda: Ticket.parse(write(client, "POST", "/issues", tree, "a new issue", permission=_WRITE), "a new issue"),
    )
    if isinstance(made, Unknown):
        sure = made.reason in (Reason.ACCESS_DENIED, Reason.THROTTLED, Reason.NO_DATA)
        return journal.keep(
            replace(asked, state=ActionState.FAILED if sure else ActionState.UNCLEAR, message=made.message)
        )
    return journal.keep(replace(asked, state=ActionState.DONE, id=f"#{made.number}", link=made.link))


def _markdown(draft: Draft) -> str:
    """Write the issue's text so that nothing in it is markup, but for its links. Two spaces end a line."""
    lines = [plain(line, _LINE) for line in draft.lines]
    links = [f"[{plain(words, _LINE)}](<{_address(address)}>)" for words, address in draft.links]
    return "  \n".join((*lines, *links)) + f"\n\n[{draft.key}]"


def _address(address: str) -> str:
    return address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")


def _is_issue(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry, dict) and "pull_request" not in entry
