"""Stop a deployment with rollback, once. This module does I/O.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_StopDeployment.html: with `autoRollbackEnabled` CodeDeploy
deploys what was there before once more, as a deployment with an id of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from promotion.actions.found_deployments import Brought
from promotion.clients.channels.message import SHORT
from promotion.core.attempt import tried
from promotion.core.clock import Clock, stamp
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.unknown import Reason, Unknown

_CERTAIN = frozenset({Reason.ACCESS_DENIED, Reason.THROTTLED, Reason.NO_DATA, Reason.NOT_DECLARED, Reason.ERROR})
"""Refusals: after any other trouble nobody knows whether the call was heard."""


def key_of(digest: str, what: str) -> str:
    """Name an act for an image."""
    return f"promotion:{digest.removeprefix('sha256:')[:SHORT]}:{what}"


def stop_with_rollback(
    codedeploy: Any, brought: Brought, troubles: Sequence[str], digest: str, journal: Journal, clock: Clock
) -> Receipt:
    """Stop the deployment of an image at one target, and have CodeDeploy roll it back.

    `codedeploy` is boto3's client, `troubles` says why the previous version is not fit to go back to. ALREADY where the
    deployment is being rolled back, or there is none; REFUSED where there is nothing to go back to, or the deployment is
    over and StopDeployment can do nothing any more; FAILED or UNCLEAR with what CodeDeploy answered. Raises Unknown
    where the journal cannot be written: then nothing is done.
    """
    asked = Receipt(
        key_of(digest, f"stop:{brought.target}"),
        f"rollback of {brought.target} started",
        ActionState.ALREADY,
        stamp(clock.now()),
    )
    deployment = brought.deployment
    if deployment is None:
        return replace(
            asked, message=f"no deployment has deployed this image to {brought.target}: there is nothing to stop"
        )
    if brought.rollback is not None:
        return replace(
            asked, id=brought.rollback.id, message=f"{deployment.id} is rolled back by {brought.rollback.id}"
        )
    if not deployment.is_unfinished:
        return _over(asked, brought, journal)
    if troubles:
        return replace(
            asked, state=ActionState.REFUSED, id=deployment.id, message=refusal(deployment.id, brought.target, troubles)
        )
    journal.begin(replace(asked, key=_of(asked, deployment.id)))
    answer = tried(
        f"StopDeployment of {deployment.id}",
        lambda: codedeploy.stop_deployment(deploymentId=deployment.id, autoRollbackEnabled=True),
    )
    if isinstance(answer, Unknown):
        if "DeploymentAlreadyCompletedException" in answer.message:
            # It ended between the look and the call, or this is botocore's second try of a call that was heard.
            done = replace(
                asked,
                id=deployment.id,
                message=f"{deployment.id} ended just before it could be stopped: check its status in CodeDeploy",
            )
        else:
            state = ActionState.FAILED if answer.reason in _CERTAIN else ActionState.UNCLEAR
            done = replace(asked, state=state, id=deployment.id, message=_why(answer, deployment.id))
    else:
        done = replace(
            asked, state=ActionState.DONE, id=deployment.id, message=f"{deployment.id} was stopped, with rollback"
        )
    journal.keep(replace(done, key=_of(done, deployment.id)))
    return done


def refusal(deployment: str, target: str, troubles: Sequence[str]) -> str:
    """Say why nothing is stopped."""
    return f"{deployment} of {target} is not stopped: {'; '.join(troubles)}: a person must decide, in CodeDeploy"


def _over(asked: Receipt, brought: Brought, journal: Journal) -> Receipt:
    deployment = brought.deployment
    assert deployment is not None
    if brought.later and brought.later[-1].status == "Succeeded":
        newest = brought.later[-1]
        return replace(asked, id=newest.id, message=f"{newest.id} was deployed after {deployment.id}")
    begun = journal.find(_of(asked, deployment.id))
    if deployment.status == "Stopped" and begun is not None:
        # Stopped by us: the rollback deployment may still be to come.
        return replace(asked, id=deployment.id, message=f"{deployment.id} was stopped by an earlier run")
    return replace(
        asked,
        state=ActionState.REFUSED,
        id=deployment.id,
        message=f"{deployment.describe()}, and no rollback follows: StopDeployment has no effect on a completed "
        "deployment, so a person must deploy the previous revision in CodeDeploy",
    )


def _of(asked: Receipt, deployment: str) -> str:
    return f"{asked.key}:{deployment}"


def _why(answer: Unknown, deployment: str) -> str:
    more = ": the role needs codedeploy:StopDeployment" if answer.reason is Reason.ACCESS_DENIED else ""
    return f"{deployment} was not stopped, as far as AWS reports: {answer.message}{more}"
