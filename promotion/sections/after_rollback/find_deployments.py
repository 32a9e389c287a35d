"""Look for the deployment that brought an image to a target of prod, and for what undoes it. This module does I/O."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.codedeploy import (
    NotStarted,
    deployment_group,
    deployment_targets,
    deployments_since,
    newest_first,
)
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.clients.aws.deployments import Deployment, DeploymentTarget, rollback_of
from promotion.clients.aws.ec2 import instances
from promotion.clients.aws.enums import Origin
from promotion.clients.aws.functions import version
from promotion.clients.aws.revisions import spec
from promotion.clients.oci.identity import PromotedImage
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.artifact.running_digests import digest_in_revision
from promotion.settings.environment import DigestFromTag, LambdaTarget, Target
from promotion.unknown import Reason, Unknown

LOOK_BACK = timedelta(days=7)
"""A rollout that is taken back has begun no longer ago than that."""
_FLEET = "blueGreenDeploymentConfiguration.greenFleetProvisioningOption.action"


def find(account: Account, name: str, target: Target, image: PromotedImage, now: datetime) -> Brought:
    """Find the newest deployment of an image to a target, made in the last seven days, and what was deployed after it.

    Raises Unknown where the images of deployments, or who made them, are unknown, and what boto3 raises.
    """
    group = deployment_group(account, target.codedeploy)
    every = newest_first(deployments_since(account, group, now - LOOK_BACK))
    later: list[Deployment] = []
    for place, one in enumerate(every):
        if one.origin is not Origin.RELEASE:
            continue
        parts = parts_of(account, group.application, one, target)
        if image.includes(image_of(account, target, one, parts)):
            newer = every[:place]
            rollback = rollback_of(one, every[: place + 1])
            return Brought(
                name,
                group.name,
                one,
                parts,
                rollback,
                tuple(reversed(later)),
                () if rollback is None else parts_of(account, group.application, rollback, target),
                () if isinstance(target, LambdaTarget) else _added(account, one, newer),
                fleet=_fleet(group),
                alarms=group.alarms,
            )
        later.append(one)
    going_on = [one for one in every if one.origin in (Origin.RELEASE, Origin.ROLLBACK) and one.is_unfinished]
    return Brought(name, group.name, under_way=tuple(going_on), fleet=_fleet(group), alarms=group.alarms)


def newest_good(
    account: Account, target: Target, image: PromotedImage, before: datetime, now: datetime
) -> tuple[Deployment, tuple[DeploymentTarget, ...]] | None:
    """Find the newest deployment of another image that succeeded before a moment and was not taken back, in 90 days.

    Raises Unknown as `find` does.
    """
    group = deployment_group(account, target.codedeploy)
    for days in (LOOK_BACK.days, 90):
        every = newest_first(deployments_since(account, group, now - timedelta(days=days)))
        for place, one in enumerate(every):
            if one.created >= before or one.follows_scaling or not one.succeeded:
                continue
            if rollback_of(one, every[: place + 1]) is not None:
                continue
            parts = parts_of(account, group.application, one, target)
            if not image.includes(image_of(account, target, one, parts)):
                return one, parts
    return None


def parts_of(
    account: Account, application: str, deployment: Deployment, target: Target
) -> tuple[DeploymentTarget, ...]:
    """Read what a deployment acts on; of one that has not started yet, what its AppSpec says."""
    try:
        return deployment_targets(account, deployment.id)
    except NotStarted:
        if not isinstance(target, LambdaTarget):
            return ()
    return (_planned(deployment, spec(account, application, deployment.source)),)


def image_of(account: Account, target: Target, deployment: Deployment, parts: tuple[DeploymentTarget, ...]) -> str:
    """Tell which image a deployment brings: by the version of the function, by the key of the revision, or by a tag."""
    if isinstance(target, LambdaTarget):
        brought = next((part.target_version for part in parts if part.function == target.function), None)
        return "" if brought is None else version(account, target.function, brought).digest
    if target.revision_key is not None:
        return digest_in_revision(deployment.revision, target.revision_key)
    how, new = target.tells_digest, [part.id for part in parts if not part.is_original]
    if isinstance(how, DigestFromTag) and new:
        images = {one.image for one in instances(account, new, how.tag)}
        if len(images) == 1:
            return images.pop()
    raise Unknown(
        Reason.NOT_DECLARED,
        f"cannot determine which image {deployment.id} deploys: set `revision_key` of the target in promotion.toml",
    )


def _added(account: Account, made: Deployment, newer: Iterable[Deployment]) -> tuple[str, ...]:
    """Name the instances that other deployments brought the same revision: new ones, or those of a rollback to it."""
    brings = [one for one in newer if one.origin in (Origin.SCALING, Origin.ROLLBACK) and one.revision == made.revision]
    found: dict[str, None] = {}
    for one in brings:
        try:
            targets = deployment_targets(account, one.id)
        except NotStarted:
            continue
        found |= dict.fromkeys(target.id for target in targets if not target.is_original)
    return tuple(found)


def _fleet(group: DeploymentGroup) -> str:
    return "".join(group.fields.get(_FLEET, ())[:1])


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
