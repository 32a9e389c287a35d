"""Who was told of the planned promotion: the team in Slack, stakeholders in an issue, everybody on the status page."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.channels import Channels
from promotion.sandbox.channels.slack import Channel, Message, Slack
from promotion.sandbox.channels.status_page import Maintenance, StatusPage
from promotion.sandbox.channels.teams import Teams
from promotion.sandbox.world.pipeline import LEAD

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.github import Repository
    from promotion.sandbox.world.agreed import Agreed
    from promotion.sandbox.world.image import Release

TEAM = "C0RELEASES1"
SLACK_TOKEN, TEAMS_SIGNATURE, STATUSPAGE_TOKEN = "xoxb-sandbox", "sandbox-signature", "sandbox-status-page"
PAGE, COMPONENTS = "shopstatus", ["shop-api", "shop-web"]
LABEL = "promotion"


def post_notices(agreed: "Agreed", release: "Release", repository: "Repository", now: "datetime") -> Channels:
    """Have everybody told; `now` is UTC without a zone."""
    at = now.replace(tzinfo=UTC) - timedelta(minutes=25)
    short = release.digest.removeprefix("sha256:")[:12]
    said = f"shop {release.version} ({short}) goes to prod, see the promotion record for the window"
    slack = Slack(
        SLACK_TOKEN, [Channel(TEAM, [Message(at - timedelta(days=2), "good morning", "U1"), Message(at, said, LEAD)])]
    )
    repository.add_issue(
        f"shop {release.version} goes to prod", at, LEAD, body=f"{said}.\n\nImage: {release.digest}", labels=(LABEL,)
    )
    page = StatusPage(PAGE, STATUSPAGE_TOKEN, COMPONENTS)
    page.planned = lambda: _planned(agreed)
    return Channels(slack, Teams(TEAMS_SIGNATURE), page, release.digest)


def follow(channels: Channels, repository: "Repository", digest: str) -> None:
    """Have what was said be of another image, if that is promoted after all."""
    before, after = (each.removeprefix("sha256:") for each in (channels.digest, digest))
    if before == after:
        return
    for channel in channels.slack.channels.values():
        for said in channel.messages:
            said.text = said.text.replace(before[:12], after[:12])
    for issue in repository.issues.values():
        issue.body = str(issue.body).replace(before, after).replace(before[:12], after[:12])
    channels.digest = digest


def _planned(agreed: "Agreed") -> list[Maintenance]:
    """Give maintenance for the window that is agreed, if there is one that can be read."""
    from pydantic import ValidationError

    from promotion.people.promotion_record import DeploymentWindow, RecordError
    from promotion.sections.plan.window import times
    from promotion.settings.local_time import LocalTimeError

    try:
        main = times(DeploymentWindow.model_validate(agreed.window)).main
    except (LocalTimeError, RecordError, ValidationError, KeyError):
        return []
    return [Maintenance("m-planned", "shop is updated", main.start, main.end, "scheduled", COMPONENTS[:1])]
