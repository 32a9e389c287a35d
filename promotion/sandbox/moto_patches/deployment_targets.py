"""CodeDeploy deployment targets: the Lambda function or the instances of a deployment, and what happened on each.

A deployment keeps its targets in `deployment.targets`, by target id, in the order CodeDeploy lists them.
Sources: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BatchGetDeploymentTargets.html (25 at most),
API_ListDeploymentTargets, API_LifecycleEvent, API_Diagnostics.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException

from promotion.sandbox.moto_patches import operation
from promotion.sandbox.moto_patches.paging import page

PAGE = 100
BATCH = 25


class DeploymentNotStarted(ServiceException):
    """A deployment has no targets before it starts."""

    code = "DeploymentNotStartedException"


class DeploymentTargetDoesNotExist(ServiceException):
    """The deployment has no such target."""

    code = "DeploymentTargetDoesNotExistException"


class DeploymentTargetListSizeExceeded(ServiceException):
    """More targets than one call may name."""

    code = "DeploymentTargetListSizeExceededException"


@dataclass
class LifecycleEvent:
    """One step of a deployment on one target. Times are UTC without a zone, as everywhere in moto."""

    name: str
    status: str = "Succeeded"
    start: datetime | None = None
    end: datetime | None = None
    error_code: str = "Success"
    script: str = ""
    message: str = "Succeeded"
    log_tail: str = ""

    def fail(self, message: str, *, code: str = "ScriptFailed", script: str = "", log_tail: str = "") -> None:
        """Let the step have failed."""
        self.status, self.error_code = "Failed", code
        self.message, self.script, self.log_tail = message, script, log_tail

    def skip(self) -> None:
        """Let the step never have run, as after a failed one."""
        self.status, self.start, self.end, self.message = "Skipped", None, None, ""

    def described(self) -> dict[str, Any]:
        """As the API gives it. Only steps that ended have diagnostics."""
        told: dict[str, Any] = {"lifecycleEventName": self.name, "status": self.status}
        if self.start:
            told["startTime"] = self.start
        if self.end:
            told["endTime"] = self.end
            told["diagnostics"] = {
                "errorCode": self.error_code,
                "scriptName": self.script,
                "message": self.message,
                "logTail": self.log_tail,
            }
        return told


@dataclass
class Target:
    """What a deployment acts on."""

    deployment_id: str
    id: str
    arn: str
    updated: datetime
    events: list[LifecycleEvent]
    status: str = "Succeeded"

    kind = "InstanceTarget"
    key = "instanceTarget"

    def event(self, name: str) -> LifecycleEvent:
        """Give the step of that name, so that it can be changed.

        Raises:
            KeyError: this target has no such step.

        """
        for event in self.events:
            if event.name == name:
                return event
        raise KeyError(f"{self.id} has no {name}; it has {', '.join(event.name for event in self.events)}")

    def fail(self, name: str, message: str, **diagnostics: str) -> None:
        """Let the step `name` have failed, the ones after it never have run, and the target have failed."""
        self.event(name).fail(message, **diagnostics)
        for later in self.events[self.events.index(self.event(name)) + 1 :]:
            later.skip()
        self.status = "Failed"

    def described(self) -> dict[str, Any]:
        """As the API gives it (DeploymentTarget)."""
        return {
            "deploymentTargetType": self.kind,
            self.key: {
                "deploymentId": self.deployment_id,
                "targetId": self.id,
                "targetArn": self.arn,
                "status": self.status,
                "lastUpdatedAt": self.updated,
                "lifecycleEvents": [event.described() for event in self.events],
                **self.particulars(),
            },
        }

    def particulars(self) -> dict[str, Any]:
        """Tell what only this kind of target has."""
        return {}


@dataclass
class InstanceTarget(Target):
    """An EC2 instance; in a blue/green deployment of the original (Blue) or of the replacement (Green) fleet."""

    label: str | None = None

    def particulars(self) -> dict[str, Any]:
        """Tell which fleet it is of."""
        return {"instanceLabel": self.label} if self.label else {}


@dataclass
class LambdaTarget(Target):
    """A Lambda function whose alias is moved from one version to another. The weight is in percent."""

    function: dict[str, Any] = field(default_factory=dict)
    kind = "LambdaTarget"
    key = "lambdaTarget"

    def particulars(self) -> dict[str, Any]:
        """Tell the function, its alias and the two versions."""
        return {"lambdaFunctionInfo": self.function}


def _started(backend: Any, ask: Any) -> Any:
    deployment = backend.get_deployment(ask("deploymentId"))
    if deployment.status in {"Created", "Queued"}:
        raise DeploymentNotStarted(f"The deployment {deployment.deployment_id} has not started.")
    return deployment


def _described(deployment: Any, ids: Iterable[str]) -> list[dict[str, Any]]:
    try:
        return [deployment.targets[key].described() for key in ids]
    except KeyError as missing:
        raise DeploymentTargetDoesNotExist(f"The deployment target {missing} does not exist.") from None


@operation(CodeDeployResponse)
def ListDeploymentTargets(backend: Any, ask: Any) -> dict[str, Any]:
    """Name the targets of a deployment, filtered by status and label, in pages."""
    deployment, filters = _started(backend, ask), ask("targetFilters") or {}
    statuses, labels = filters.get("TargetStatus"), filters.get("ServerInstanceLabel")
    found = [
        key
        for key, target in deployment.targets.items()
        if (not statuses or target.status in statuses) and (not labels or getattr(target, "label", None) in labels)
    ]
    ids, token = page(found, ask("nextToken"), PAGE)
    return {"targetIds": ids, "nextToken": token}


@operation(CodeDeployResponse)
def BatchGetDeploymentTargets(backend: Any, ask: Any) -> dict[str, Any]:
    """Describe up to 25 targets."""
    ids = ask("targetIds") or ()
    if len(ids) > BATCH:
        raise DeploymentTargetListSizeExceeded(f"The maximum number of targets is {BATCH}.")
    return {"deploymentTargets": _described(_started(backend, ask), ids)}


@operation(CodeDeployResponse)
def GetDeploymentTarget(backend: Any, ask: Any) -> dict[str, Any]:
    """Describe one target."""
    (target,) = _described(_started(backend, ask), [ask("targetId")])
    return {"deploymentTarget": target}
