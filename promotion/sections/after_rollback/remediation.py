"""The issue about what is done so that it does not happen again: what it says, and whether it is a plan. Pure."""

from promotion.clients.channels.message import SHORT
from promotion.clients.github.issues import Draft
from promotion.people.promotion_record import PromotionRecord
from promotion.record.receipts import key_of
from promotion.sections.after_rollback.evidence import TicketLook
from promotion.unknown import Reason, Unknown


def key(digest: str) -> str:
    """Name the issue of an image."""
    return key_of(digest, "remediation")


def draft(service: str, digest: str, reason: str, record: PromotionRecord | None, incident: str) -> Draft:
    """Write the issue. `reason` says why the image was taken back, `incident` is the address of the incident's ticket."""
    return Draft(
        key(digest),
        "remediation issue opened",
        f"Remediation: {service} {digest.removeprefix('sha256:')[:SHORT]} was rolled back in prod",
        (
            f"Image: {digest}",
            f"Why it was rolled back: {reason}",
            f"Owner: {_owner(record)}",
            "The assignee of this issue documents here what is done to prevent a recurrence.",
        ),
        links=(("The incident", incident),),
    )


def planned(look: TicketLook) -> str | None:
    """Judge the issue; None if there is none.

    What the gate has opened is a reminder, and no plan: it becomes one when somebody takes it on. Raises Unknown,
    awaits-person, until then, and what kept the issue from being looked for or opened; AssertionError for an issue that
    was closed undone.
    """
    look.require_seen()
    issue = look.ticket
    if issue is None:
        if look.receipt is None:
            return None
        if not look.receipt.done:
            raise Unknown(Reason.ERROR, f"no issue about the remediation was opened: {look.receipt.message}")
        number, link = look.receipt.id or "", look.receipt.link or ""
        raise Unknown(Reason.AWAITS_PERSON, f"issue {number} about the remediation was opened: {_assign(link)}")
    who = ", ".join(issue.assignees)
    if issue.state == "closed":
        assert issue.closed_as in ("", "completed"), (
            f"issue #{issue.number} about the remediation was closed as {issue.closed_as.replace('_', ' ')}, and "
            f"the promotion record has no other: reopen {issue.link}, or write [rollback.remediation]"
        )
        return f"issue {issue.number}, done{f' by {who}' if who else ''}"
    if not who:
        raise Unknown(
            Reason.AWAITS_PERSON,
            f"issue #{issue.number} about the remediation has no owner yet: {_assign(issue.link)}",
        )
    return f"issue {issue.number}, {who}"


def not_linked(look: TicketLook) -> str:
    """Say why an issue is not opened that could not be linked to the incident's ticket."""
    unseen = "" if look.unseen is None else look.unseen.said
    refused = "" if look.receipt is None else look.receipt.message
    return f"there is no incident ticket to link it to: {unseen or refused or 'none was found'}"


def _assign(link: str) -> str:
    return f"assign {link} to its owner, or write [rollback.remediation] with owner and text"


def _owner(record: PromotionRecord | None) -> str:
    """Whom to ask while nobody is assigned."""
    analysis = None if record is None or record.rollback is None else record.rollback.rca
    if analysis is not None:
        return f"{analysis.owner}, who owns the root cause analysis, until this is assigned"
    lead = "" if record is None else record.people.lead
    return f"{lead}, who leads the promotion, until this is assigned" if lead else "nobody yet: assign this issue"
