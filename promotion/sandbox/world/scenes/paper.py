"""What people have written down after a rollout, or after its rollback."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.channels.slack import Message
from promotion.sandbox.world.names import GITHUB_REPOSITORY, SERVICE
from promotion.sandbox.world.notices import LABEL, TEAM
from promotion.sandbox.world.pipeline import DEVELOPER, LEAD, ON_CALL

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.world.building import World
    from promotion.sandbox.world.scenes.play import Play

INCIDENT = "incident"
"""The label of incident tickets."""
ERRORS = 0.03
"""The share of its requests that the version failed which was rolled back."""
NOTES = "Sorts the orders of a customer by date. Nothing was migrated; no setting is new."
REASON = "Version 6 of the function failed 3 % of its requests during the canary."


def write_notes(world: "World") -> None:
    """Write the deployment notes."""
    world.agreed.record["notes"] = NOTES


def write_rollback(world: "World", play: "Play") -> None:
    """Write why it was rolled back: in the record, in a ticket, to the team."""
    stopped = play.function.stopped
    assert stopped
    world.prod.flows["lambda"].versions[play.function.new] = {"errors": ERRORS}
    at = stopped.replace(tzinfo=UTC) + timedelta(minutes=2)
    short = world.digest.removeprefix("sha256:")[:12]
    what = f"{SERVICE} {world.releases[-1].version} ({short}) was rolled back in prod"
    repository = world.github.repository
    body = f"{REASON}\n\nImage: {world.digest}\nRolled back to: {world.previous_digest}"
    ticket = repository.add_issue(what, at, LEAD, body=body, labels=(INCIDENT, LABEL), assignees=(ON_CALL,))
    link = f"https://github.com/{GITHUB_REPOSITORY}/issues/{ticket.number}"
    world.channels.slack.channels[TEAM].messages.append(Message(at, f"{what}: {link}", LEAD))
    fix = repository.add_issue("Orders without a date fail", at, DEVELOPER, body="Seen in the canary.")
    world.agreed.record |= _written(at, link, f"https://github.com/{GITHUB_REPOSITORY}/issues/{fix.number}")


def _written(at: "datetime", ticket: str, fix: str) -> dict[str, Any]:
    meeting = {"date": (at + timedelta(days=2)).date(), "owner": LEAD}
    return {
        "incidents": [{"what": REASON, "at": at - timedelta(minutes=2), "link": ticket}],
        "post_mortem": meeting,
        "rollback": {
            "reason": REASON,
            "ticket": ticket,
            "rca": meeting,
            "remediation": {
                "owner": DEVELOPER,
                "text": "Orders without a date get that of their payment.",
                "link": fix,
            },
        },
    }
