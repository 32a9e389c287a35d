"""Deployments as CodeDeploy tells them, and what is wrong with one, in sentences.

Pure. Shapes follow the CodeDeploy API reference
(https://docs.aws.amazon.com/codedeploy/latest/APIReference/: API_DeploymentInfo, API_InstanceTarget, API_LambdaTarget).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.enums import CREATOR, DEPLOYMENT_STATUS, EVENT_STATUS, TARGET_STATUS, Origin, Outcome, Step
from promotion.unknown import Reason, Unknown

_UNDOES = re.compile(r"\[promotion:[0-9a-f]{12}:undoes:(d-[0-9A-Za-z]+)\]")
"""The key in the description of a deployment with which the gate takes another one back."""


@dataclass(frozen=True)
class LifecycleEvent:
    """One step of a deployment on one target."""

    name: str
    status: str
    trouble: str = ""
    """What CodeDeploy's diagnostics say: error code, script and message."""
    began: datetime | None = None
    ended: datetime | None = None
    """CodeDeploy's startTime and endTime; None while there is none."""


@dataclass(frozen=True)
class DeploymentTarget:
    """One instance or one Lambda function in a deployment."""

    id: str
    status: str
    events: tuple[LifecycleEvent, ...]
    label: str | None = None
    """`Blue` (original) or `Green` (replacement) in a blue/green deployment to EC2."""
    function: str | None = None
    alias: str | None = None
    current_version: str | None = None
    target_version: str | None = None

    @property
    def is_original(self) -> bool:
        """Whether it is one of the instances that were replaced."""
        return self.label == "Blue"

    def problems(self) -> Iterator[str]:
        """A sentence for each thing that did not succeed on this target.

        Raises Unknown for a status that CodeDeploy could not tell, or that is not known here.
        """
        for event in self.events:
            if (
                _told(EVENT_STATUS.of(event.status, f"{event.name} of {self.id}"), event.name, self.id)
                is not Step.SUCCEEDED
            ):
                yield f"{self.id}: {event.name} is {event.status}{f' ({event.trouble})' if event.trouble else ''}"
        if (
            _told(TARGET_STATUS.of(self.status, f"the status of {self.id}"), "the deployment", self.id)
            is not Step.SUCCEEDED
        ):
            yield f"{self.id} is {self.status}"
        if not self.events:
            yield f"{self.id} has no lifecycle event"


@dataclass(frozen=True)
class Revision:
    """What a deployment installs, and where that is kept (API_RevisionLocation)."""

    kind: str = ""
    """`S3`, `AppSpecContent`, `String`, `GitHub`."""
    bucket: str = ""
    key: str = ""
    version: str | None = None
    """The version of the object, where one was named."""
    etag: str | None = None
    """What the object's ETag must be, where that was said."""
    sha256: str | None = None
    """Of an AppSpec that CodeDeploy keeps itself, in hex."""

    def describe(self) -> str:
        """The revision in a few words."""
        return f"s3://{self.bucket}/{self.key}" if self.kind == "S3" else f"the {self.kind} {(self.sha256 or '')[:12]}"


@dataclass(frozen=True)
class Deployment:
    """One deployment of a deployment group."""

    id: str
    status: str
    creator: str
    created: datetime
    completed: datetime | None
    config: str
    revision: str
    """S3 location `bucket/key`, or what the AppSpec content is."""
    error: str = ""
    """Code and message that CodeDeploy gives for its end."""
    rolled_back_by: str | None = None
    """The deployment that rolled this one back."""
    rolls_back: str | None = None
    """The deployment that this one rolls back."""
    source: Revision = Revision()
    waits_to_terminate: bool = False
    """Whether all that is left of it is to terminate the instances that it replaced: its traffic has moved."""
    by_gate: bool = False
    """Whether the gate made it, to undo another one: it has its key in the description."""

    @property
    def origin(self) -> Origin:
        """Why there is this deployment. Raises Unknown for a creator that is not known here."""
        if self.rolls_back is not None:
            return Origin.ROLLBACK
        return CREATOR.of(self.creator, f"the creator of deployment {self.id} of {self.created:%Y-%m-%d %H:%M}Z")

    @property
    def outcome(self) -> Outcome:
        """What became of it. Raises Unknown for a status that is not known here."""
        return DEPLOYMENT_STATUS.of(self.status, f"the status of deployment {self.id}")

    @property
    def is_rollback(self) -> bool:
        """Whether it was made to undo another deployment: by CodeDeploy, by CloudFormation, or by the gate."""
        return self.origin is Origin.ROLLBACK

    @property
    def follows_scaling(self) -> bool:
        """Whether CodeDeploy made it because instances came or go: it brings no revision that was not there."""
        return self.origin in (Origin.SCALING, Origin.TERMINATION)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still in progress."""
        return self.outcome is Outcome.UNFINISHED

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.outcome is Outcome.SUCCEEDED

    def describe(self) -> str:
        """The deployment in a few words."""
        why = f" ({self.error})" if self.error else ""
        return f"deployment {self.id} of {self.created:%Y-%m-%d %H:%M}Z is {self.status}{why}"


def undo_key(digest: str, deployment: str) -> str:
    """Give the key, in the description of a deployment, by which it is known to take another one of an image back."""
    return f"promotion:{digest.removeprefix('sha256:')[:12]}:undoes:{deployment}"


def undone_in(description: str) -> str | None:
    """Read which deployment one with this description takes back; None if it has no such key."""
    found = _UNDOES.search(description)
    return None if found is None else found[1]


def rollback_of(deployment: Deployment, newest_first: Sequence[Deployment]) -> Deployment | None:
    """Find the newest deployment that undoes another one; None if there is none.

    CodeDeploy and the gate say which one they undo. CloudFormation does not: its rollback undoes the one before it.
    """
    linked = [one for one in newest_first if deployment.id == one.rolls_back or one.id == deployment.rolled_back_by]
    if linked:
        return linked[0]
    return next((one for one in newest_first if undone_by(one, newest_first) == deployment), None)


def undone_by(rollback: Deployment, newest_first: Sequence[Deployment]) -> Deployment | None:
    """Find the deployment that a rollback undoes, if it is one of these: what it says, else the one before it."""
    if not rollback.is_rollback:
        return None
    if rollback.rolls_back is not None:
        return next((one for one in newest_first if one.id == rollback.rolls_back), None)
    linked = next((one for one in newest_first if one.rolled_back_by == rollback.id), None)
    older = (one for one in newest_first if one.created < rollback.created and one.origin is Origin.RELEASE)
    return linked or next(older, None)


def _told(step: Step, what: str, target: str) -> Step:
    if step is Step.UNTOLD:
        raise Unknown(
            Reason.NO_DATA,
            f"CodeDeploy does not know how {what} ended on {target}: check whether the agent runs there, then run again",
        )
    return step


@dataclass(frozen=True)
class DeploymentHistory:
    """The newest deployment of a group, and what Auto Scaling added since."""

    newest: Deployment
    """Made by a person, a pipeline or a rollback; never by Auto Scaling."""
    added_later: tuple[Deployment, ...] = ()
    last_good: Deployment | None = None
    """The newest that succeeded, where it was looked for: what a rollback deploys again."""
    added_since_good: tuple[Deployment, ...] = ()
    """Made by Auto Scaling since then."""
