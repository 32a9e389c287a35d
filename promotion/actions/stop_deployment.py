"""Stop a deployment with rollback, once. This module does I/O.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_StopDeployment.html: with `autoRollbackEnabled` CodeDeploy
deploys what was there before once more, as a deployment with an id of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from promotion.clients.aws.deployments import Deployment
from promotion.core.attempt import tried
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.unknown import Reason, Unknown

_CERTAIN = frozenset({Reason.ACCESS_DENIED, Reason.THROTTLED, Reason.NO_DATA, Reason.NOT_DECLARED, Reason.ERROR})
"""Refusals: after any other trouble it is unknown whether the call was heard."""


def stop_with_rollback(codedeploy: Any, deployment: Deployment, asked: Receipt, journal: Journal) -> Receipt | None:
    """Stop a deployment that goes on, and have CodeDeploy roll it back.

    `codedeploy` is boto3's client, `asked` the receipt as it is where this works. FAILED or UNCLEAR with what CodeDeploy
    answered; None if the deployment had just ended, so that it cannot be stopped any more. Raises Unknown where the
    journal cannot be written: then nothing is done.
    """
    journal.begin(replace(asked, key=f"{asked.key}:{deployment.id}"))
    answer = tried(
        f"StopDeployment of {deployment.id}",
        lambda: codedeploy.stop_deployment(deploymentId=deployment.id, autoRollbackEnabled=True),
    )
    if isinstance(answer, Unknown):
        if "DeploymentAlreadyCompletedException" in answer.message:
            # It ended between the look and the call, or this is botocore's second try of a call that was heard.
            return None
        state = ActionState.FAILED if answer.reason in _CERTAIN else ActionState.UNCLEAR
        done = replace(asked, state=state, id=deployment.id, message=_why(answer, deployment.id))
    else:
        done = replace(
            asked, state=ActionState.DONE, id=deployment.id, message=f"{deployment.id} was stopped, with rollback"
        )
    journal.keep(replace(done, key=f"{asked.key}:{deployment.id}"))
    return done


def refusal(deployment: str, target: str, troubles: Sequence[str]) -> str:
    """Say why nothing is done at a target."""
    return f"{deployment} of {target} is not rolled back: {'; '.join(troubles)}: a person must decide, in CodeDeploy"


def _why(answer: Unknown, deployment: str) -> str:
    more = ": the role needs codedeploy:StopDeployment" if answer.reason is Reason.ACCESS_DENIED else ""
    return f"{deployment} was not stopped, as far as AWS reports: {answer.message}{more}"
