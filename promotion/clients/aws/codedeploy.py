"""CodeDeploy: deployment groups, deployments, and what these did to each target. This module does I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.clients.aws.deployment_group import parse_deployment_group as read_group
from promotion.clients.aws.deployments import (
    Deployment,
    DeploymentHistory,
    DeploymentTarget,
    LifecycleEvent,
    Revision,
    undone_by,
    undone_in,
)
from promotion.clients.aws.enums import Origin
from promotion.core.plausible import require_plausible
from promotion.unknown import Reason, Unknown

_BATCH = 25
"""What BatchGetDeployments and BatchGetDeploymentTargets take at once."""


class NotStarted(Unknown):
    """A deployment has not begun on any target yet."""


@dataclass(frozen=True)
class GroupName:
    """Which deployment group."""

    application: str
    name: str


def deployment_group(account: Account, named: Any) -> DeploymentGroup:
    """Read one group."""
    answer = account.client("codedeploy").get_deployment_group(
        applicationName=named.application, deploymentGroupName=named.group
    )
    return read_group(answer["deploymentGroupInfo"], named.application, named.group)


def deployment_history(
    account: Account, group: DeploymentGroup, now: datetime, *, until_good: bool = False
) -> DeploymentHistory:
    """Read the deployments since the newest one that a person or pipeline made. Unknown if there is none in 90 days.

    When Auto Scaling starts an instance, CodeDeploy makes a deployment of its own for it; that one brings nothing new
    (https://docs.aws.amazon.com/codedeploy/latest/userguide/integrations-aws-auto-scaling.html).

    `until_good` reads on until the newest successful one, 90 days back at most. Unknown, malformed, where CodeDeploy says
    that one was created in the future or long before it could be.
    """
    if group.newest_created is None:
        raise Unknown(
            Reason.NO_DATA,
            f"CodeDeploy has no deployment of {group.application}/{group.name}: deploy to {account.name} first, or "
            "check the names",
        )
    history = None
    for start in (group.newest_created, *(now - timedelta(days=days) for days in (7, 90))):
        found = newest_first(deployments_since(account, group, start))
        for one in found:
            require_plausible(one.created, now, f"deployment {one.id} was created")
        history = _history(found, until_good=until_good)
        if history is not None and (history.last_good is not None or not until_good):
            return history
    if history is not None:
        return history
    raise Unknown(
        Reason.NO_DATA,
        f"CodeDeploy has no deployment of {group.application}/{group.name} in 90 days except those of Auto "
        f"Scaling: deploy to {account.name} first",
    )


def _history(found: list[Deployment], *, until_good: bool) -> DeploymentHistory | None:
    """Put a history together of deployments, newest first; who made older ones than it needs does not matter."""
    newest: int | None = None
    for place, one in enumerate(found):
        if one.follows_scaling:
            continue
        newest = place if newest is None else newest
        if not until_good or one.succeeded:
            since = tuple(each for each in found[:place] if each.follows_scaling) if until_good else ()
            return DeploymentHistory(found[newest], tuple(found[:newest]), one if until_good else None, since)
    return None if newest is None else DeploymentHistory(found[newest], tuple(found[:newest]))


def newest_first(found: Iterable[Deployment]) -> list[Deployment]:
    """Put deployments in order: CodeDeploy lists them in none that is documented."""
    return sorted(found, key=lambda deployment: deployment.created, reverse=True)


def undone(
    account: Account, group: DeploymentGroup | GroupName, rollback: Deployment, now: datetime
) -> Deployment | None:
    """Read the deployment that a rollback undoes: the one it names, else the one before it, 90 days back at most."""
    if rollback.rolls_back is not None:
        return next(iter(described(account, [rollback.rolls_back])), None)
    for days in (7, 90):
        found = newest_first(deployments_since(account, group, now - timedelta(days=days)))
        if (broken := undone_by(rollback, found)) is not None:
            return broken
    return None


def deployments_since(account: Account, group: DeploymentGroup | GroupName, start: datetime) -> list[Deployment]:
    """Read every deployment of a group that was created since, in no order. Unknown if one is not described."""
    codedeploy = account.client("codedeploy")
    ids: list[str] = []
    for page in codedeploy.get_paginator("list_deployments").paginate(
        applicationName=group.application, deploymentGroupName=group.name, createTimeRange={"start": start}
    ):
        ids += page["deployments"]
    found = described(account, ids)
    if len(found) != len(ids):
        raise Unknown(
            Reason.TRUNCATED, f"{group.name} lists {len(ids)} deployments, of which {len(found)} are described"
        )
    return found


def described(account: Account, ids: list[str]) -> list[Deployment]:
    """Read deployments by their ids; those that CodeDeploy no longer knows are left out."""
    codedeploy = account.client("codedeploy")
    found: list[Deployment] = []
    for first in range(0, len(ids), _BATCH):
        answer = codedeploy.batch_get_deployments(deploymentIds=ids[first : first + _BATCH])
        found += [_deployment(info) for info in answer["deploymentsInfo"]]
    return found


def deployment_targets(account: Account, deployment_id: str) -> tuple[DeploymentTarget, ...]:
    """Read every target of a deployment.

    Raises Unknown if it has none, or if one that was listed is not described; NotStarted, not-due, before it has any.
    """
    codedeploy = account.client("codedeploy")
    ids: list[str] = []
    try:
        for page in codedeploy.get_paginator("list_deployment_targets").paginate(deploymentId=deployment_id):
            ids += page["targetIds"]
    except codedeploy.exceptions.DeploymentNotStartedException:
        raise NotStarted(Reason.NOT_DUE, f"deployment {deployment_id} has not started: run again when it has") from None
    if not ids:
        raise Unknown(
            Reason.NO_DATA,
            f"deployment {deployment_id} lists no target: it may have started just now, or its targets no longer exist",
        )
    targets: list[DeploymentTarget] = []
    for start in range(0, len(ids), _BATCH):
        answer = codedeploy.batch_get_deployment_targets(
            deploymentId=deployment_id, targetIds=ids[start : start + _BATCH]
        )
        targets += [_target(target) for target in answer["deploymentTargets"]]
    if len(targets) != len(ids):
        raise Unknown(
            Reason.TRUNCATED,
            f"deployment {deployment_id} lists {len(ids)} targets, of which {len(targets)} are described",
        )
    return tuple(targets)


def added_instances(account: Account, made: Deployment, later: tuple[Deployment, ...]) -> tuple[str, ...]:
    """Name the instances that deployments of Auto Scaling's brought up to the same revision; a termination brings none."""
    return tuple(
        target.id
        for added in later
        if added.origin is Origin.SCALING and not added.is_unfinished and added.revision == made.revision
        for target in deployment_targets(account, added.id)
        if target.status == "Succeeded"
    )


def deployment_config(account: Account, name: str) -> Mapping[str, Any]:
    """Give a deployment configuration as GetDeploymentConfig describes it: DeploymentConfigInfo."""
    answer = account.client("codedeploy").get_deployment_config(deploymentConfigName=name)
    info: Mapping[str, Any] = answer["deploymentConfigInfo"]
    return info


def _deployment(info: dict[str, Any]) -> Deployment:
    error, rollback = info.get("errorInformation", {}), info.get("rollbackInfo", {})
    ours = undone_in(info.get("description", ""))
    return Deployment(
        id=info["deploymentId"],
        status=info["status"],
        creator=info.get("creator", ""),
        created=_utc(info["createTime"]),
        completed=_utc(info["completeTime"]) if info.get("completeTime") else None,
        config=info["deploymentConfigName"],
        revision=_revision(info.get("revision", {})),
        error=": ".join(part for part in (error.get("code"), error.get("message")) if part),
        rolled_back_by=rollback.get("rollbackDeploymentId"),
        rolls_back=rollback.get("rollbackTriggeringDeploymentId") or ours,
        source=_source(info.get("revision", {})),
        waits_to_terminate=bool(info.get("instanceTerminationWaitTimeStarted")),
        by_gate=ours is not None,
    )


def _target(tree: dict[str, Any]) -> DeploymentTarget:
    kind = tree["deploymentTargetType"]
    if kind == "LambdaTarget":
        inner = tree["lambdaTarget"]
        info = inner.get("lambdaFunctionInfo", {})
        return DeploymentTarget(
            id=info.get("functionName") or inner["targetId"],
            status=inner["status"],
            events=_events(inner),
            function=info.get("functionName"),
            alias=info.get("functionAlias"),
            current_version=info.get("currentVersion"),
            target_version=info.get("targetVersion"),
        )
    if kind == "InstanceTarget":
        inner = tree["instanceTarget"]
        # The id may come as an ARN; people know instances by the last part.
        name = inner["targetId"].rpartition("/")[2]
        return DeploymentTarget(
            id=name, status=inner["status"], events=_events(inner), label=inner.get("instanceLabel")
        )
    raise Unknown(
        Reason.NOT_SUPPORTED, f"the deployment has a target of kind {kind}; only Lambda and instances are supported"
    )


def _events(inner: dict[str, Any]) -> tuple[LifecycleEvent, ...]:
    return tuple(
        LifecycleEvent(
            event["lifecycleEventName"],
            event["status"],
            _trouble(event.get("diagnostics", {})),
            _utc(event["startTime"]) if event.get("startTime") else None,
            _utc(event["endTime"]) if event.get("endTime") else None,
        )
        for event in inner.get("lifecycleEvents", [])
    )


def _trouble(diagnostics: dict[str, Any]) -> str:
    if diagnostics.get("errorCode") in (None, "Success"):
        return ""
    return ", ".join(diagnostics[key] for key in ("errorCode", "scriptName", "message") if diagnostics.get(key))


def _revision(tree: dict[str, Any]) -> str:
    if s3 := tree.get("s3Location"):
        return f"{s3['bucket']}/{s3['key']}"
    if hub := tree.get("gitHubLocation"):
        return f"{hub['repository']}/{hub['commitId']}"
    return str(tree.get("revisionType", ""))


def _source(tree: dict[str, Any]) -> Revision:
    kind = str(tree.get("revisionType", ""))
    if place := tree.get("s3Location"):
        return Revision(kind, place["bucket"], place["key"], place.get("version"), place.get("eTag"))
    return Revision(kind, sha256=(tree.get("appSpecContent") or tree.get("string") or {}).get("sha256"))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
