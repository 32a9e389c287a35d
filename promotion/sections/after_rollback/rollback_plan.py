"""What is to be done at one target so that an image no longer serves there. Pure.

StopDeployment stops what is in progress; what has ended is taken back by another deployment of what was there before
(https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html). That nothing was found
to stop does not say that nothing serves: so it is looked who does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from promotion.clients.aws.enums import Outcome
from promotion.core.sentences import first_of
from promotion.sections.after_rollback.found_deployments import Brought

TO_COME = timedelta(seconds=60)
"""How long after a deployment has failed or was stopped CodeDeploy may take to begin its rollback."""


class RollbackStep(StrEnum):
    """What is to be done."""

    NOTHING = "nothing: the image is not in service there"
    AWAIT = "a rollback is in progress, or about to start"
    STOP = "stop the deployment, with rollback"
    REDEPLOY = "deploy the previous revision"
    LEAVE = "leave it to a person, and roll back the other targets"
    REFUSE = "leave it to a person, and roll back no target"


@dataclass(frozen=True)
class Serves:
    """Who gets the traffic of a target."""

    ours: tuple[str, ...] = ()
    """What of the image does: `version 6`, or instances."""
    others: tuple[str, ...] = ()
    """What else does, in words."""
    current: str = ""
    """The version of the function that the alias is on; empty if it is not a function's."""
    unknown: str = ""
    """Why it could not be told; empty if it could."""

    def describe(self) -> str:
        """Who serves, in a few words."""
        return first_of(self.others, len(self.others)) or "nothing"


@dataclass(frozen=True)
class RollbackPlan:
    """What is to be done at a target, and why."""

    brought: Brought
    step: RollbackStep
    why: str = ""
    """A sentence without its end."""
    id: str | None = None
    """The deployment that it is about."""

    @property
    def acts(self) -> bool:
        """Whether something is to be changed."""
        return self.step in (RollbackStep.STOP, RollbackStep.REDEPLOY)


def rollback_plan(brought: Brought, look: Callable[[], Serves], now: datetime) -> RollbackPlan:
    """Decide what is to be done at a target. `look` looks who serves there, where that matters."""
    deployment = brought.deployment
    if deployment is None:
        return _nothing_found(brought, look)
    if (found := _of_rollback(brought)) is not None:
        return found
    if (found := _of_later(brought, look)) is not None:
        return found
    if deployment.outcome is Outcome.UNFINISHED:
        return RollbackPlan(brought, RollbackStep.STOP, f"{deployment.id} is in progress", deployment.id)
    begins = brought.rollback is None and deployment.outcome is Outcome.FAILED
    if begins and deployment.completed is not None and now < deployment.completed + TO_COME:
        return RollbackPlan(
            brought, RollbackStep.AWAIT, f"{deployment.describe()}: its rollback may be about to start", deployment.id
        )
    return _over(brought, look())


def _nothing_found(brought: Brought, look: Callable[[], Serves]) -> RollbackPlan:
    """No deployment has brought the image in the last days: that alone says nothing about who serves."""
    target = brought.target
    if brought.under_way:
        other = brought.under_way[0]
        return RollbackPlan(
            brought,
            RollbackStep.LEAVE,
            f"{other.describe()} at {target} and deploys another image, and no deployment of this one was found: "
            "check in CodeDeploy what it deploys, and stop it manually if it must not continue",
            other.id,
        )
    serves = look()
    if serves.unknown:
        return RollbackPlan(
            brought,
            RollbackStep.REFUSE,
            f"no deployment of this image to {target} was found, and it is unknown whether it is in service there "
            f"({serves.unknown}): check it manually",
        )
    if serves.ours:
        return RollbackPlan(
            brought,
            RollbackStep.REFUSE,
            f"{first_of(serves.ours, len(serves.ours))} of {target} runs this image and receives traffic, but no "
            "deployment of the last seven days deployed it: shift the traffic manually",
        )
    return RollbackPlan(
        brought,
        RollbackStep.NOTHING,
        f"no deployment has deployed this image to {target}, and {serves.describe()} is in service there: there is "
        "nothing to stop",
    )


def _of_rollback(brought: Brought) -> RollbackPlan | None:
    """A rollback that is there is enough, unless it has failed and can be made up for."""
    deployment, rollback = brought.deployment, brought.rollback
    assert deployment is not None
    if rollback is None:
        return None
    if rollback.outcome is not Outcome.FAILED:
        step = RollbackStep.AWAIT if rollback.outcome is Outcome.UNFINISHED else RollbackStep.NOTHING
        return RollbackPlan(brought, step, f"{deployment.id} is rolled back by {rollback.id}", rollback.id)
    if brought.redeployed:
        return RollbackPlan(
            brought,
            RollbackStep.REFUSE,
            f"{rollback.describe()}, which was to roll back {deployment.id}; it is not tried again: a person must "
            "decide, in CodeDeploy",
            rollback.id,
        )
    return None


def _of_later(brought: Brought, look: Callable[[], Serves]) -> RollbackPlan | None:
    """What people have deployed since is theirs."""
    deployment = brought.deployment
    assert deployment is not None
    if not brought.later:
        return None
    newest = brought.later[-1]
    if newest.outcome is Outcome.UNFINISHED:
        return RollbackPlan(
            brought,
            RollbackStep.LEAVE,
            f"{newest.describe()}, which was created after {deployment.id}: it is left unchanged; check what it "
            "deploys, and stop it manually if it must not continue",
            newest.id,
        )
    serves = look() if newest.outcome is Outcome.SUCCEEDED else None
    if serves is not None and not serves.ours and not serves.unknown:
        return RollbackPlan(brought, RollbackStep.NOTHING, f"{newest.id} was deployed after {deployment.id}", newest.id)
    return None


def _over(brought: Brought, serves: Serves) -> RollbackPlan:
    """The deployment has ended, and nothing takes it back."""
    deployment = brought.deployment
    assert deployment is not None
    if serves.unknown:
        return RollbackPlan(
            brought,
            RollbackStep.REFUSE,
            f"{deployment.describe()}, and it is unknown what is in service at {brought.target} "
            f"({serves.unknown}): a person must decide, in CodeDeploy",
            deployment.id,
        )
    if not serves.ours:
        return RollbackPlan(
            brought,
            RollbackStep.NOTHING,
            f"{deployment.describe()}, and nothing of this image receives traffic at {brought.target}: "
            f"{serves.describe()} does",
            deployment.id,
        )
    return RollbackPlan(
        brought, RollbackStep.REDEPLOY, f"{deployment.describe()}, so it can no longer be stopped", deployment.id
    )
