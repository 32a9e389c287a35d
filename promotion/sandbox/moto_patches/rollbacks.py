"""Stopping, continuing and rolling back CodeDeploy deployments.

Source: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_StopDeployment.html
"""

from typing import Any

from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow

from promotion.sandbox.moto_patches import operation

OVER = frozenset({"Succeeded", "Failed", "Stopped"})


class DeploymentAlreadyCompleted(ServiceException):
    """Nothing is left to stop or to continue."""

    code = "DeploymentAlreadyCompletedException"


class DeploymentIsNotInReadyState(ServiceException):
    """It does not wait for anybody to continue it."""

    code = "DeploymentIsNotInReadyStateException"


def roll_back(backend: Any, broken: Any) -> Any:
    """Deploy the last successful revision of the group again because of `broken`, and tie the two together."""
    key = backend.create_deployment(
        broken.application_name,
        broken.deployment_group_name,
        broken.previous_revision or broken.revision,
        description=f"This deployment was created by the rollback of deployment {broken.deployment_id}.",
    )
    made = backend.deployments[key]
    made.creator = "codeDeployRollback"
    made.rollback_info = {"rollbackTriggeringDeploymentId": broken.deployment_id}
    broken.rollback_info = {
        "rollbackDeploymentId": key,
        "rollbackMessage": f"The deployment is being rolled back by deployment {key}.",
    }
    return made


@operation(CodeDeployResponse)
def StopDeployment(backend: Any, ask: Any) -> dict[str, Any]:
    """Stop a deployment that is under way, and roll back if the call or the group says so."""
    stopped = backend.get_deployment(ask("deploymentId"))
    if stopped.status in OVER:
        raise DeploymentAlreadyCompleted(f"The deployment {stopped.deployment_id} is already completed.")
    configured = stopped.deployment_group.auto_rollback_configuration
    wanted = configured.get("enabled") and "DEPLOYMENT_STOP_ON_REQUEST" in configured.get("events", ())
    rolls_back = bool(ask("autoRollbackEnabled") or (ask("autoRollbackEnabled") is None and wanted))
    if playing := vars(stopped).get("playing"):
        playing.stop(utcnow(), rolls_back=rolls_back)
    else:
        stopped.status, stopped.complete_time = "Stopped", utcnow()
        stopped.error_information = {"code": "MANUAL_STOP", "message": "The deployment was stopped by a user."}
        if rolls_back:
            roll_back(backend, stopped)
    return {
        "status": "Succeeded",
        "statusMessage": "No more commands will be scheduled for execution in the deployment instances",
    }


@operation(CodeDeployResponse)
def ContinueDeployment(backend: Any, ask: Any) -> dict[str, Any]:
    """Go on with a blue/green deployment that waits to move traffic, or to terminate the original fleet."""
    waiting = backend.get_deployment(ask("deploymentId"))
    if waiting.status in OVER and ask("deploymentWaitType") != "TERMINATION_WAIT":
        raise DeploymentAlreadyCompleted(f"The deployment {waiting.deployment_id} is already completed.")
    if waiting.status != "Ready" and ask("deploymentWaitType") != "TERMINATION_WAIT":
        raise DeploymentIsNotInReadyState(f"The deployment {waiting.deployment_id} is not in a ready state.")
    if waiting.status == "Ready":
        waiting.status = "InProgress"
    return {}
