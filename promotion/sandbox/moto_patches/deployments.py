"""CodeDeploy deployments as they read back: ids, times, overview, previous revision, errors, rollbacks; and the lists.

Sources: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_GetDeployment.html (the content of an AppSpec is
never in the answer: GetApplicationRevision gives it), API_ListDeployments, API_BatchGetDeployments (25 at most).
"""

import copy
import hashlib
import string
from collections import Counter
from typing import Any

import moto.codedeploy.responses
from moto.codedeploy.models import DeploymentInfo
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random

from promotion.sandbox.moto_patches import amends
from promotion.sandbox.moto_patches.paging import page

PAGE = 100
BATCH = 25
DEFAULT_STYLE = {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
OVERVIEW = ("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready")


class BatchLimitExceeded(ServiceException):
    """More ids than one call may name."""

    code = "BatchLimitExceededException"


def without_content(revision: dict[str, Any]) -> dict[str, Any]:
    """Give a revision as CodeDeploy repeats it: an AppSpec by its hash alone."""
    shown = copy.deepcopy(revision)
    for kind in ("appSpecContent", "string"):
        if kind in shown:
            shown[kind].pop("content", None)
    return shown


def without_empty(info: dict[str, Any]) -> dict[str, Any]:
    """Drop the structures and texts moto writes empty: AWS leaves them out."""
    return {key: value for key, value in info.items() if value not in ({}, None, "")}


@amends(DeploymentInfo, "__init__")
def born(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
    """Give a deployment an id of the form `d-XXXXXXXXX`, and room for what moto does not keep."""
    original(self, *args, **kwargs)
    letters = string.ascii_uppercase + string.digits
    self.deployment_id = "d-" + "".join(mock_random.choice(letters) for _ in range(9))
    self.targets = {}
    self.error_information = None
    self.rollback_info = None
    spec = self.revision.get("appSpecContent") or self.revision.get("string")
    if spec and "sha256" not in spec:
        spec["sha256"] = hashlib.sha256(spec["content"].encode()).hexdigest()
    history: list[Any] = vars(self.deployment_group).setdefault("history", [])
    self.previous_revision = next((d.revision for d in reversed(history) if d.status == "Succeeded"), None)
    history.append(self)


@amends(moto.codedeploy.responses, "_deployment_info")
def read_back(original: Any, deployment: Any) -> dict[str, Any]:
    """Add what moto leaves as `{}`, count the targets, and hide the content of AppSpecs."""
    info = original(deployment)
    info["revision"] = without_content(deployment.revision)
    info["previousRevision"] = without_content(deployment.previous_revision or {})
    info["errorInformation"] = deployment.error_information
    info["rollbackInfo"] = deployment.rollback_info
    info["deploymentStyle"] = info["deploymentStyle"] or DEFAULT_STYLE
    if deployment.targets:
        count = Counter(target.status for target in deployment.targets.values())
        info["deploymentOverview"] = {status: count[status] for status in OVERVIEW}
    return without_empty(info)


@amends(CodeDeployResponse, "list_deployments")
def newest_first(original: Any, self: Any) -> ActionResult:
    """List the newest first, in pages."""
    known = self.codedeploy_backend.deployments
    found = sorted(original(self).result["deployments"], key=lambda key: known[key].create_time, reverse=True)
    ids, token = page(found, self._get_param("nextToken"), PAGE)
    return ActionResult({"deployments": ids, "nextToken": token})


@amends(CodeDeployResponse, "batch_get_deployments")
def few_at_once(original: Any, self: Any) -> Any:
    """Refuse to describe more than 25 deployments at once."""
    if len(self._get_param("deploymentIds")) > BATCH:
        raise BatchLimitExceeded(f"The maximum number of deployment IDs is {BATCH}.")
    return original(self)
