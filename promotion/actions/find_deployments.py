"""Look for the deployment that brought an image to a target of prod, and for what undoes it. This module does I/O."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.actions.found_deployments import Brought
from promotion.clients.aws.account import Account
from promotion.clients.aws.codedeploy import deployment_group, deployment_targets, deployments_since
from promotion.clients.aws.deployments import Deployment, DeploymentTarget
from promotion.clients.aws.functions import version
from promotion.clients.aws.revisions import spec
from promotion.sections.artifact.running_digests import digest_in_revision
from promotion.settings.environment import LambdaTarget, Target
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOK_BACK = timedelta(days=7)
"""A rollout that is taken back has begun no longer ago than that."""


def find(account: Account, name: str, target: Target, digest: str, now: datetime) -> Brought:
    """Find the newest deployment of an image to a target, made in the last seven days, and what was deployed after it.

    Raises Unknown where the images of deployments cannot be told, and what boto3 raises.
    """
    group = deployment_group(account, target.codedeploy)
    every = sorted(deployments_since(account, group, now - LOOK_BACK), key=lambda one: one.created, reverse=True)
    made = [one for one in every if not one.follows_scaling and not one.is_rollback]
    for number, one in enumerate(made):
        parts = parts_of(account, group.application, one, target)
        if image_of(account, target, one, parts) == digest:
            undoing = next(
                (other for other in every if one.id == other.rolls_back or other.id == one.rolled_back_by), None
            )
            return Brought(name, group.name, one, parts, undoing, tuple(reversed(made[:number])))
    return Brought(name, group.name)


def parts_of(
    account: Account, application: str, deployment: Deployment, target: Target
) -> tuple[DeploymentTarget, ...]:
    """Read what a deployment acts on; of one that has not started yet, what its AppSpec says."""
    codedeploy = account.client("codedeploy")
    try:
        found = deployment_targets(account, deployment.id)
    except codedeploy.exceptions.DeploymentNotStartedException:
        if not isinstance(target, LambdaTarget):
            return ()
    else:
        return found
    return (_planned(deployment, spec(account, application, deployment.source)),)


def image_of(account: Account, target: Target, deployment: Deployment, parts: tuple[DeploymentTarget, ...]) -> str:
    """Tell which image a deployment brings: by the version of the function, or by the key of the revision."""
    if isinstance(target, LambdaTarget):
        brought = next((part.target_version for part in parts if part.function == target.function), None)
        return "" if brought is None else version(account, target.function, brought).digest
    if target.revision_key is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"cannot determine which image {deployment.id} deploys: set `revision_key` of the target in promotion.toml",
        )
    return digest_in_revision(deployment.revision, target.revision_key)


def _planned(deployment: Deployment, content: str) -> DeploymentTarget:
    """Read the function of an AppSpec in JSON."""
    try:
        resources: list[Mapping[str, Any]] = json.loads(content)["Resources"]
        properties = next(iter(resources[0].values()))["Properties"]
        return DeploymentTarget(
            id=properties["Name"],
            status="Pending",
            events=(),
            function=properties["Name"],
            alias=properties["Alias"],
            current_version=str(properties["CurrentVersion"]),
            target_version=str(properties["TargetVersion"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{deployment.id} has not started, and its AppSpec is not JSON for a single function: run again when "
            "it has started",
        ) from None
