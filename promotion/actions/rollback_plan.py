"""What is to be done at one target so that an image no longer serves there. Pure.

StopDeployment stops what goes on; what has ended is taken back by another deployment of what was there before
(https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html). That nothing was found
to stop does not say that nothing serves: so it is looked who does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from promotion.actions.found_deployments import Brought
from promotion.clients.aws.enums import Outcome
from promotion.core.sentences import first_of

TO_COME = timedelta(seconds=60)
"""How long after a deployment has failed or was stopped CodeDeploy may take to begin its rollback."""


class RollbackStep(StrEnum):
    """What is to be done."""

    NOTHING = "nothing: the image does not serve there"
    AWAIT = "a rollback goes on, or is about to begin"
    STOP = "stop the deployment, with rollback"
    REDEPLOY = "deploy what was there before"
    LEAVE = "leave it to a person, and take back the other targets"
    REFUSE = "leave it to a person, and take back no target"


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
        return RollbackPlan(brought, RollbackStep.STOP, f"{deployment.id} goes on", deployment.id)
    begins = brought.rollback is None and deployment.outcome is Outcome.FAILED
    if begins and deployment.completed is not None and now < deployment.completed + TO_COME:
        return RollbackPlan(
            brought, RollbackStep.AWAIT, f"{deployment.describe()}: its rollback may be about to begin", deployment.id
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
            f"{other.describe()} at {target} and brings another image, and no deployment that brought this one was found: "
            "see in CodeDeploy what it brings, and stop it by hand if it must not go on",
            other.id,
        )
    serves = look()
    if serves.unknown:
        return RollbackPlan(
            brought,
            RollbackStep.REFUSE,
            f"no deployment that brought this image to {target} was found, and whether it serves there could not be told "
            f"({serves.unknown}): look at it by hand",
        )
    if serves.ours:
        return RollbackPlan(
            brought,
            RollbackStep.REFUSE,
            f"{first_of(serves.ours, len(serves.ours))} of {target} runs this image and gets traffic, and no deployment of "
            "the last seven days brought it: move the traffic by hand",
        )
    return RollbackPlan(
        brought,
        RollbackStep.NOTHING,
        f"no deployment has brought this image to {target}, and {serves.describe()} serves there: there is nothing to stop",
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
            f"{rollback.describe()}, which was to take {deployment.id} back, and is not tried again: a person has to decide, "
            "by hand, in CodeDeploy",
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
            f"{newest.describe()}, which somebody made after {deployment.id}: it is left alone; see what it brings, and stop "
            "it by hand if it must not go on",
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
            f"{deployment.describe()}, and who serves at {brought.target} could not be told ({serves.unknown}): a person must "
            "decide, in CodeDeploy",
            deployment.id,
        )
    if not serves.ours:
        return RollbackPlan(
            brought,
            RollbackStep.NOTHING,
            f"{deployment.describe()}, and nothing of this image gets traffic at {brought.target}: {serves.describe()} does",
            deployment.id,
        )
    return RollbackPlan(
        brought, RollbackStep.REDEPLOY, f"{deployment.describe()}, so that it cannot be stopped any more", deployment.id
    )
