"""Faults of what people say and write down after a rollback: the team's channel, reason, ticket, analysis, remediation."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.after_rollback.after_rollback import TEAM, written

if TYPE_CHECKING:
    from promotion.sandbox.channels.slack import Message
    from promotion.sandbox.faulted_world import Seeded as World

REASON, TICKET, ANALYSIS, REMEDIATION = (
    "reason-documented",
    "incident-ticket",
    "rca-scheduled",
    "remediation-planned",
)
STRANGER = "somebody-else"
"""Who may not attest anything."""
HISTORY, ISSUES, ISSUE = "GET /slack/conversations.history", "GET /repos/*/issues", "GET /repos/*/issues/*"


@fault("team-told-of-another-rollback", item=TEAM)
def _(world: "World") -> None:
    """The message in the team's channel is of the rollback of the image before."""
    said = _told(world)
    said.text = said.text.replace(_short(world.digest), _short(world.previous_digest))
    said.metadata = None


@fault("team-told-of-rollback-long-ago", item=TEAM)
def _(world: "World") -> None:
    """The message is eight days old: the image was rolled back once before."""
    _told(world).at -= timedelta(days=8)


@fault("team-told-attested", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """The team was told in a call, and the lead attests it."""
    world.channels.slack.channels[_channel()].messages.pop()
    world.agreed.attest(TEAM, statement="Told in the daily call, everybody was there.")


@fault("team-told-of-rollback-many-messages-ago", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """Fifty messages followed the one about the rollback, and Slack gives seven a page."""
    from promotion.sandbox.channels.slack import Message

    channel = world.channels.slack.channels[_channel()]
    said = channel.messages[-1]
    channel.messages += [Message(said.at + timedelta(seconds=n), f"message {n}", "U2") for n in range(1, 51)]
    world.channels.slack.page = 7


@fault("team-channel-throttled", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """Slack answers 429."""
    world.edges["channels"].throttle(HISTORY)


@fault("reason-is-a-placeholder", item=REASON)
def _(world: "World") -> None:
    """The reason in the promotion record is the placeholder TBD."""
    written(world)["reason"] = "TBD"


@fault("reason-without-words", item=REASON)
def _(world: "World") -> None:
    """The reason is three dots."""
    written(world)["reason"] = "…"


@fault("reason-attested-by-a-stranger", item=REASON)
def _(world: "World") -> None:
    """The record does not say why, and somebody who may not attest it says that it is written down."""
    written(world)["reason"] = ""
    world.agreed.attest(REASON, by=STRANGER, signature="", statement="It is in the ticket.")


@fault("reason-in-many-lines", item=REASON, kind="clean")
def _(world: "World") -> None:
    """The reason is a text of several paragraphs."""
    written(world)["reason"] = "Orders with a voucher failed.\n\n" + "The total was computed before the voucher. " * 20


@fault("incident-ticket-not-reachable", item=TICKET, kind="blind")
def _(world: "World") -> None:
    """The ticket is in another tracker, whose host name cannot be resolved from here."""
    written(world)["ticket"] = written(world)["ticket"].replace("/shop/", "/shopp/")


@fault("incident-ticket-mistyped", item=TICKET)
def _(world: "World") -> None:
    """The record links to an issue with a number that no issue has."""
    written(world)["ticket"] = f"{written(world)['ticket']}99"


@fault("incident-ticket-attested-by-a-stranger", item=TICKET)
def _(world: "World") -> None:
    """The record links to no ticket, and somebody who may not attest it says that there is one."""
    written(world)["ticket"] = ""
    world.agreed.attest(TICKET, by=STRANGER, signature="", statement="It is in our own tracker.")


@fault("analysis-result-gone", item=ANALYSIS)
def _(world: "World") -> None:
    """The root cause analysis was held yesterday, and the link to its result answers 404."""
    _held(world, f"{written(world)['ticket']}99")


@fault("analysis-attested-by-a-stranger", item=ANALYSIS)
def _(world: "World") -> None:
    """Nobody has set a date, and somebody who may not attest it says that there is one."""
    del written(world)["rca"]
    world.agreed.attest(ANALYSIS, by=STRANGER, signature="", statement="It is on Thursday.")


@fault("analysis-held", item=ANALYSIS, kind="clean")
def _(world: "World") -> None:
    """The root cause analysis was held yesterday, and links to its result."""
    _held(world, written(world)["ticket"])


@fault("analysis-today", item=ANALYSIS, kind="clean")
def _(world: "World") -> None:
    """The root cause analysis is today."""
    written(world)["rca"] = {**written(world)["rca"], "date": world.agreed.now.date()}


@fault("analysis-attested", item=ANALYSIS, kind="clean")
def _(world: "World") -> None:
    """The record has no date, and the lead attests that there is one."""
    del written(world)["rca"]
    world.agreed.attest(ANALYSIS, statement="Thursday at ten, by release-lead.")


@fault("aftermath-issues-unreadable", item=ANALYSIS, kind="blind", falls_with=(TICKET,))
def _(world: "World") -> None:
    """The analysis links to an issue, and the gate's token may not read issues."""
    _held(world, written(world)["ticket"])
    world.edges["github"].deny(ISSUE)


@fault("remediation-link-gone", item=REMEDIATION)
def _(world: "World") -> None:
    """The remediation is an issue that has been deleted."""
    written(world)["remediation"] = {"owner": "developer", "link": f"{written(world)['ticket']}99"}


@fault("remediation-given-up", item=REMEDIATION)
def _(world: "World") -> None:
    """The promotion record names no remediation, and the issue about it was closed as not planned."""
    from promotion.record.receipts import key_of

    del written(world)["remediation"]
    body = f"Orders without a date get that of their payment.\n\n[{key_of(world.digest, 'remediation')}]"
    issue = world.github.repository.add_issue(
        "Remediation: orders without a date", world.agreed.now, "release-lead", body=body, assignees=("developer",)
    )
    issue.state, issue.closed_as, issue.closed_at = "closed", "not_planned", issue.at


@fault("remediation-issues-unreadable", item=REMEDIATION, kind="blind")
def _(world: "World") -> None:
    """The promotion record names no remediation, and the gate's token may not list issues."""
    del written(world)["remediation"]
    world.edges["github"].deny(ISSUES)


def _channel() -> str:
    from promotion.sandbox.world.notices import TEAM as CHANNEL

    return CHANNEL


def _told(world: "World") -> "Message":
    """Give the message about the rollback."""
    return world.channels.slack.channels[_channel()].messages[-1]


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _held(world: "World", link: str) -> None:
    """Have the root cause analysis have been yesterday, with a link to its result."""
    day = (world.agreed.now - timedelta(days=1)).date()
    written(world)["rca"] = {**written(world)["rca"], "date": day, "link": link}
