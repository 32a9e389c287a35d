"""The run of promote.yml that a rollout belongs to, and what GitHub records of the deployment."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.github.records import DeploymentStatus
from promotion.sandbox.world.pipeline import LEAD

if TYPE_CHECKING:
    from promotion.sandbox.github import Repository
    from promotion.sandbox.world.image import Release

WORKFLOW = "promote.yml"
CHECKS = timedelta(seconds=90)
"""How long the run was at it when it created the deployments."""
LASTS = timedelta(minutes=6)
"""How long it then waits for them."""
STOPS_WITHIN = 4
"""Seconds."""


class Workflow:
    """The run, which is over a while after the traffic has moved, if nobody cancels it. Times are UTC without a zone."""

    def __init__(self, repository: "Repository", release: "Release", t0: datetime) -> None:
        self._repository = repository
        self._over = t0 + LASTS
        started = (t0 - CHECKS).replace(tzinfo=UTC)
        self.run = repository.add_run(
            WORKFLOW,
            release.commit,
            started,
            jobs={"check": "success", "deploy": None},
            status="in_progress",
            conclusion=None,
            event="workflow_dispatch",
            title=f"Promote {release.version}",
            inputs={"digest": release.digest},
            stops_within=STOPS_WITHIN,
        )
        self.run.attempt.seconds = (CHECKS + LASTS).total_seconds()
        self._deployment = repository.deploy("prod", release.commit, t0.replace(tzinfo=UTC), LEAD)
        self._say("in_progress", t0)

    def show(self, now: datetime) -> None:
        """Let GitHub show how it is at a moment."""
        moment = now.replace(tzinfo=UTC)
        self.run.settle(moment)
        if self.run.attempt.status == "in_progress" and now >= self._over and self.run.cancelled is None:
            self.run.end("success")
            self._say("success", self._over)

    def moments(self) -> list[datetime]:
        """Give when it is over."""
        return [self._over]

    def cancel(self, at: datetime) -> None:
        """Have it cancelled at a moment."""
        self.run.cancelled = at.replace(tzinfo=UTC)
        self.run.attempt.seconds = (at - self._over + LASTS + CHECKS).total_seconds() + STOPS_WITHIN
        self._say("error", at)

    def _say(self, state: str, at: datetime) -> None:
        said = DeploymentStatus(self._repository.new_id(), state, at.replace(tzinfo=UTC), LEAD)
        self._deployment.statuses.append(said)
