"""Whether what runs in prod now is well, and can be deployed again: what a rollback goes back to.

That CodeDeploy rolls back by deploying the last good revision once more:
https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.clients.aws.deployments import Deployment, DeploymentHistory, DeploymentTarget, Revision
from promotion.clients.aws.ec2 import Instance
from promotion.clients.aws.functions import Alias, LambdaVersion, shares
from promotion.clients.aws.hosts import problems
from promotion.clients.aws.load_balancers import BalancerTraffic
from promotion.clients.http.answer import HttpAnswer
from promotion.core.findings import Findings
from promotion.sections.artifact.content import ImageContent
from promotion.sections.artifact.running_digests import Running
from promotion.sections.dev.original_instances import original_instances_problem
from promotion.sections.dev.request_paths import judge_paths
from promotion.settings.environment import Ec2Target, LambdaTarget
from promotion.unknown import Reason


@dataclass(frozen=True)
class RevisionLook:
    """Whether a revision can be had again."""

    revision: Revision
    trouble: str = ""
    """Why it cannot: a sentence without a full stop."""


@dataclass(frozen=True)
class Standing:
    """What is in prod at a target of any kind."""

    health: HttpAnswer
    history: DeploymentHistory
    revision: RevisionLook | None
    """None if no deployment succeeded."""
    running: Running
    images: Mapping[str, ImageContent]
    """By digest, of everything that runs."""


def judge_previous_version(name: str, standing: Standing) -> Findings:
    """Say what of the previous version is not well or not there, whatever kind of target it runs at."""
    findings = Findings()
    findings.problems += standing.health.problems
    newest, good = standing.history.newest, standing.history.last_good
    if newest.is_unfinished:
        findings.doubt(
            Reason.NOT_DUE,
            f"{newest.describe()} in prod: the version to roll back to is known when it has ended; run again then",
        )
    if good is None or standing.revision is None:
        findings.doubt(
            Reason.NO_DATA,
            f"no deployment of {name} in prod has succeeded in 90 days, so a rollback has no deployment to repeat: "
            "redeploy what runs there",
        )
    elif standing.revision.trouble:
        findings.problems.append(f"{standing.revision.trouble}, so that {good.id} cannot be deployed again")
    _images(standing, findings)
    return findings


def _images(standing: Standing, findings: Findings) -> None:
    for digest, content in standing.images.items():
        where = ", ".join(sorted(name for name, found in standing.running.digests.items() if found == digest))
        if content.altered:
            findings.problems.append(content.altered)
        elif content.missing:
            findings.problems.append(
                f"{where} runs {digest[:19]}…, which can no longer be pulled, because {content.missing}; exempt "
                "what runs in prod from the lifecycle policy"
            )
    for name, found in sorted(standing.running.digests.items()):
        if found not in standing.images:
            findings.problems.append(
                f"{name} runs {found or 'no image that could be determined'}, by {standing.running.told_by}; "
                "expected an image by its digest: redeploy the intended image to prod"
            )


def judge_function(
    target: LambdaTarget,
    alias: Alias,
    versions: Sequence[LambdaVersion],
    deployed: Sequence[DeploymentTarget],
    good: Deployment | None,
    findings: Findings,
) -> None:
    """Say what is wrong with the version that a function's alias is on. `deployed` is what `good` deployed."""
    if alias.shifted:
        findings.problems.append(
            f"alias {alias.name} routes {shares(alias.shifted)}, so there is no single version to roll back to: "
            "complete or undo that shift first"
        )
    for version in versions:
        findings.gather(partial(_unfit, version))
    brought = {one.target_version for one in deployed if one.function == target.function and one.alias == target.alias}
    if good is not None and alias.version not in brought:
        versions_told = ", ".join(sorted(one for one in brought if one)) or "none"
        findings.problems.append(
            f"alias {alias.name} is on version {alias.version}, but {good.id}, which a rollback would repeat, "
            f"deployed version {versions_told} of it: the alias was changed manually; redeploy the intended version"
        )


def _unfit(version: LambdaVersion) -> Iterator[str]:
    if version.unfit:
        yield f"{version.unfit}: fix it before anything is deployed"


def judge_fleet(
    target: Ec2Target,
    traffic: BalancerTraffic,
    instances: Mapping[str, Instance],
    replaced: Sequence[str],
    group: DeploymentGroup,
    good: Deployment | None,
    now: datetime,
    findings: Findings,
) -> None:
    """Say what is wrong with the instances that serve, and with those that `good` replaced."""
    if not traffic.serving_groups:
        findings.problems.append(
            f"no listener of {target.load_balancer} forwards to {', '.join(target.target_groups)}: nothing is in "
            "service"
        )
    findings.gather(
        lambda: [f"{one} in prod, before anything is deployed" for one in problems(traffic.serving, target.instances)]
    )
    paths = judge_paths(target, traffic, traffic.serving_instances.__contains__)
    findings.problems += paths.problems
    findings.doubts += paths.doubts
    if good is not None:
        states = {name: instances[name].state for name in replaced if name in instances}
        if wrong := original_instances_problem(group, good, states, now):
            findings.problems.append(f"{wrong}: check the deployment group {group.name}")
