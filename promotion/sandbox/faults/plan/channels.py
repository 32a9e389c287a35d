"""Faults of who was told: the team's channel, stakeholders' issues, the status page."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from promotion.sandbox.channels.slack import Channel
    from promotion.sandbox.channels.status_page import Maintenance
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.github.records import Issue

TEAM, PAGE = "channel-notified", "status-page"
HISTORY, ISSUES = "GET /slack/conversations.history", "GET /repos/*/issues"
SCHEDULED = "GET /statuspage/pages/*/incidents/scheduled"


@fault("team-not-told", item=TEAM)
def _(world: "World") -> None:
    """Nobody has said anything of this image in the team's channel."""
    del _channel(world).messages[-1]


@fault("team-told-of-another-image", item=TEAM)
def _(world: "World") -> None:
    """The announcement in the team's channel is of the image that runs in prod."""
    said = _channel(world).messages[-1]
    said.text = said.text.replace(_short(world.digest), _short(world.previous_digest))


@fault("team-told-long-ago", item=TEAM)
def _(world: "World") -> None:
    """The announcement is eight days old: it was for an earlier attempt."""
    _channel(world).messages[-1].at -= timedelta(days=8)


@fault("team-told-of-another-window", item=TEAM)
def _(world: "World") -> None:
    """The gate's own announcement in the channel is for a window that has been moved since."""
    said = _channel(world).messages[-1]
    key = f"promotion:{_short(world.digest)}:planned-2026-01-01T08:00Z"
    said.text, said.metadata = f"{said.text} [{key}]", {"event_type": "promotion", "event_payload": {"key": key}}


@fault("team-told-many-messages-ago", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """Fifty messages followed the announcement, and Slack gives seven a page."""
    from promotion.sandbox.channels.slack import Message

    channel, slack = _channel(world), world.channels.slack
    said = channel.messages[-1]
    channel.messages += [Message(said.at + timedelta(seconds=10 * n), f"message {n}", "U2") for n in range(1, 51)]
    slack.page = 7


@fault("team-told-by-commit", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """The announcement names the commit in place of the image."""
    said = _channel(world).messages[-1]
    world.agreed.record["commit"] = world.releases[-1].commit
    said.text = f"shop at {world.releases[-1].commit[:12]} goes to prod"


@fault("slack-app-not-invited", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """The gate's app is not a member of the channel."""
    _channel(world).member = False


@fault("slack-token-revoked", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """Slack no longer knows the gate's token."""
    world.channels.slack.token = "xoxb-another"


@fault("slack-scope-missing", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """The gate's app may post, but not read."""
    world.channels.slack.scopes.discard("channels:history")


@fault("slack-channel-gone", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """There is no channel of that id."""
    world.channels.slack.channels.clear()


@fault("slack-throttled", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """Slack answers 429."""
    world.edges["channels"].throttle(HISTORY)


@fault("slack-answer-cut", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """Slack's answer is cut off in the middle, though it is announced as whole."""
    world.edges["channels"].truncate(HISTORY)


@fault("slack-behind-a-proxy", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """A proxy answers in Slack's place."""
    world.edges["channels"].fail(HISTORY, 502)


@fault("issue-missing", item=TEAM)
def _(world: "World") -> None:
    """There is no issue that announces the promotion."""
    del world.github.repository.issues[_issue(world).number]


@fault("issue-of-another-image", item=TEAM)
def _(world: "World") -> None:
    """The issue announces the image that runs in prod."""
    issue = _issue(world)
    issue.body = str(issue.body).replace(world.digest, world.previous_digest)
    issue.body = issue.body.replace(_short(world.digest), _short(world.previous_digest))


@fault("issue-comment-tells", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """The issue is of all releases, and a comment on it announces this one."""
    from promotion.sandbox.github.records import Comment

    issue, repository = _issue(world), world.github.repository
    issue.comments.append(Comment(repository.new_id(), str(issue.body), "release-lead", issue.at))
    issue.body = "Releases of shop"


@fault("issue-closed", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """The issue that announced the promotion has been closed."""
    issue = _issue(world)
    issue.state, issue.closed_at = "closed", issue.at + timedelta(minutes=5)


@fault("issues-unreadable", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """The gate's token may not read issues."""
    world.edges["github"].deny(ISSUES)


@fault("issues-throttled", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """GitHub answers 429 when asked for issues."""
    world.edges["github"].throttle(ISSUES)


@fault("no-maintenance-scheduled", item=PAGE)
def _(world: "World") -> None:
    """The status page announces nothing."""
    world.channels.status_page.planned = list


@fault("maintenance-of-another-day", item=PAGE)
def _(world: "World") -> None:
    """The maintenance on the status page is a day after the window."""
    _maintain(world, lambda one: _move(one, timedelta(days=1), timedelta(days=1)))


@fault("maintenance-too-short", item=PAGE)
def _(world: "World") -> None:
    """The maintenance on the status page ends ten minutes before the window does."""
    _maintain(world, lambda one: _move(one, timedelta(), timedelta(minutes=-10)))


@fault("maintenance-of-another-component", item=PAGE)
def _(world: "World") -> None:
    """The maintenance names another component than the service."""
    _maintain(world, lambda one: setattr(one, "components", ["shop-web"]))


@fault("maintenance-completed", item=PAGE)
def _(world: "World") -> None:
    """The maintenance was completed before the promotion began."""
    _maintain(world, lambda one: setattr(one, "status", "completed"))


@fault("maintenance-in-progress", item=PAGE, kind="clean")
def _(world: "World") -> None:
    """The maintenance has been begun already."""
    _maintain(world, lambda one: setattr(one, "status", "in_progress"))


@fault("maintenance-longer", item=PAGE, kind="clean")
def _(world: "World") -> None:
    """The maintenance begins an hour before the window and ends an hour after it."""
    _maintain(world, lambda one: _move(one, timedelta(hours=-1), timedelta(hours=1)))


@fault("status-page-token-wrong", item=PAGE, kind="blind")
def _(world: "World") -> None:
    """The status page does not know the gate's token."""
    world.channels.status_page.token = "another"


@fault("status-page-throttled", item=PAGE, kind="blind")
def _(world: "World") -> None:
    """The status page answers 429."""
    world.edges["channels"].throttle(SCHEDULED)


@fault("status-page-answer-cut", item=PAGE, kind="blind")
def _(world: "World") -> None:
    """Half of the status page's answer is missing."""
    world.edges["channels"].cut(SCHEDULED)


@fault("status-page-of-another-id", item=PAGE, kind="blind")
def _(world: "World") -> None:
    """There is no status page of that id."""
    world.channels.status_page.page = "another"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _channel(world: "World") -> "Channel":
    (channel,) = world.channels.slack.channels.values()
    return channel


def _issue(world: "World") -> "Issue":
    from promotion.sandbox.world.notices import LABEL

    return next(one for one in world.github.repository.issues.values() if LABEL in one.labels)


def _maintain(world: "World", change: "Callable[[Maintenance], object]") -> None:
    """Change the scheduled maintenance, whenever it is read."""
    page, planned = world.channels.status_page, world.channels.status_page.planned

    def changed() -> "list[Maintenance]":
        found = planned()
        for one in found:
            change(one)
        return found

    page.planned = changed


def _move(one: "Maintenance", start: timedelta, end: timedelta) -> None:
    one.start += start
    one.end += end


@fault("sns-topic-there", item=TEAM, kind="clean")
def _(world: "World") -> None:
    """There is also a topic that the gate's role may publish to."""
    from promotion.sandbox.world.people import allow, policy

    world.prod.client("sns").create_topic(Name="releases")
    world.prod.client("iam").put_role_policy(
        RoleName="promotion-checker", PolicyName="tell", PolicyDocument=policy(allow("sns:Publish", "*"))
    )
