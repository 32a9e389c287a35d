"""How a rollout begins: a version is published, a fleet is being launched, a workflow runs, people have agreed."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.world import people
from promotion.sandbox.world.names import GITHUB_REPOSITORY, RELEASES_BUCKET
from promotion.sandbox.world.releases import key_of
from promotion.sandbox.world.scenes.fleet import FleetPart
from promotion.sandbox.world.scenes.function import FunctionPart
from promotion.sandbox.world.scenes.play import Play
from promotion.sandbox.world.scenes.workflow import Workflow
from promotion.sandbox.world.timeline import Timeline
from promotion.sandbox.world.traffic import minute_of

if TYPE_CHECKING:
    from promotion.sandbox.world.building import World

BEFORE = 2
"""From how many minutes before T0 on the traffic is told to the second."""
WINDOW_OPENED = timedelta(minutes=5)
"""Before T0."""


def begin(world: "World", present: datetime, t0: datetime, requests: int) -> Play:
    """Let the rollout of the new image have begun at `t0`, with this many requests a minute of each target in prod."""
    prod, release = world.prod, world.releases[-1]
    prod.timeline = Timeline(minute_of(t0) - BEFORE)
    for flow in prod.flows.values():
        flow.requests = requests
    function = FunctionPart(prod, world.fronts["prod-lambda"].members, release, t0)
    etag = world.tools.backend("s3").get_object(RELEASES_BUCKET, key_of(release.digest)).etag.strip('"')
    fleet = FleetPart(prod, world.fronts["prod-ec2"].members, release, etag, t0)
    prod.timeline.fleets = fleet.fleets
    prod.digest = release.digest
    workflow = Workflow(world.github.repository, release, t0)
    _announce_earlier(world, present - t0)
    world.agreed.agree(t0.replace(tzinfo=UTC) - WINDOW_OPENED)
    home = f"https://github.com/{GITHUB_REPOSITORY}"
    world.agreed.record["links"]["promotion_run"] = f"{home}/actions/runs/{workflow.run.id}"
    people.let_act(prod)
    return Play(t0, function, fleet, workflow)


def _announce_earlier(world: "World", earlier: timedelta) -> None:
    """Let what was said before the promotion have been said before this one, too."""
    for issue in world.github.repository.issues.values():
        issue.at -= earlier
    for channel in world.channels.slack.channels.values():
        for message in channel.messages:
            message.at -= earlier
    agreed = world.agreed
    words, agreed.words = agreed.words, []
    for word in words:
        said = word.model_dump(exclude={"signature", "expires"})
        agreed.attest(**{**said, "at": word.at - earlier})
