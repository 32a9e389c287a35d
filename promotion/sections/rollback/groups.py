"""Whether a deployment group of prod is configured as it must be.

Sources: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentGroupInfo.html, and, who must be able
to assume the service role, https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.clients.aws.deployments import DeploymentTarget
from promotion.core.partitions import dns_suffix, partition_of
from promotion.sections.rollback.traffic_config import TrafficConfig
from promotion.settings.environment import Ec2Target, LambdaTarget, Target

FAILURE, ON_ALARM = "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"
_SERVICE = re.compile(r"codedeploy(?:\.(?P<region>[a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True)
class ServiceRole:
    """The role that CodeDeploy acts with."""

    name: str
    trusted: tuple[str, ...] | None
    """The services that may assume it; None if there is no such role."""


def style_problems(group: DeploymentGroup, shift: TrafficConfig, target: Target) -> Iterator[str]:
    """Say what is wrong with how the group deploys."""
    if group.style != "BLUE_GREEN":
        yield (f"{group.name} deploys {group.style}, expected BLUE_GREEN: an in-place deployment overwrites what runs")
    if not group.traffic_control:
        yield f"{group.name} deploys without traffic control: traffic would not be shifted"
    platform = "Lambda" if isinstance(target, LambdaTarget) else "Server"
    for what, found in (("deployment group", group.platform), ("deployment configuration", shift.platform)):
        if found and found != platform:
            yield f"the {what} of {group.name} is for the compute platform {found}, expected {platform}"


def alias_problems(group: DeploymentGroup, target: LambdaTarget, deployed: Sequence[DeploymentTarget]) -> Iterator[str]:
    """Say if the group moves another alias than the one that callers use. `deployed` is what it deployed last."""
    moved = {(one.function, one.alias) for one in deployed}
    if moved and (target.function, target.alias) not in moved:
        others = ", ".join(sorted(f"{function}:{alias}" for function, alias in moved))
        yield (
            f"{group.name} last deployed to {others}, expected {target.function}:{target.alias}: check the "
            "AppSpec, or the target in promotion.toml"
        )


def target_group_problems(
    group: DeploymentGroup, target: Ec2Target, known: Mapping[str, str], weights: Mapping[str, int]
) -> Iterator[str]:
    """Say what is wrong with the target groups. `known` is name to ARN of those that there are, `weights` by ARN."""
    named = dict.fromkeys([*group.target_groups, *target.target_groups])
    if gone := [name for name in target.target_groups if name not in known]:
        yield f"target group {', '.join(gone)} does not exist: create it, or check `target_groups` and {group.name}"
    if set(group.target_groups) != set(target.target_groups):
        yield (
            f"{group.name} registers instances with {', '.join(group.target_groups) or 'no target group'}, expected "
            f"{', '.join(target.target_groups)}: change its load balancer info, or `target_groups`"
        )
    if not any(weights.get(known.get(name, ""), 0) > 0 for name in named):
        yield f"no listener of {target.load_balancer} forwards to {', '.join(named)}: traffic could not be shifted"


def role_problems(group: DeploymentGroup, role: ServiceRole, region: str) -> Iterator[str]:
    """Say if CodeDeploy cannot act with the role of the group."""
    if role.trusted is None:
        yield f"role {role.name}, the service role of {group.name}, does not exist: create it, or set another"
    elif not any(_is_codedeploy(service, region) for service in role.trusted):
        trusted = ", ".join(role.trusted) or "no service"
        yield (
            f"role {role.name} of {group.name} trusts {trusted}, expected {_codedeploy(region)}: change its trust policy"
        )


def rollback_problems(group: DeploymentGroup) -> Iterator[str]:
    """Say what keeps the group from rolling back by itself."""
    if not group.rolls_back:
        yield f"{group.name} does not roll back automatically: enable automatic rollback"
    lacking = [event for event in (FAILURE, ON_ALARM) if event not in group.rollback_events]
    if lacking:
        yield (
            f"{group.name} rolls back on {', '.join(group.rollback_events) or 'nothing'}, expected "
            f"{', '.join(lacking)} too: add it"
        )


def blue_problem(group: DeploymentGroup, least_minutes: int) -> str:
    """Say if the replaced instances are gone before one would want to go back to them; empty if they are kept."""
    if group.blue_action == "KEEP_ALIVE" or group.blue_wait_minutes >= least_minutes:
        return ""
    if group.blue_action is None:
        return f"{group.name} does not say what happens to the replaced instances: set it to keep them, or to wait"
    return (
        f"{group.name} terminates the replaced instances {group.blue_wait_minutes} min after the shift, expected them "
        f"to be kept for at least {least_minutes} min: raise terminationWaitTimeInMinutes"
    )


def trusted_services(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the services that a trust policy lets assume the role."""
    found: list[str] = []
    for statement in _several(policy.get("Statement", [])):
        actions = {str(action).lower() for action in _several(statement.get("Action", []))}
        principal = statement.get("Principal", {})
        if statement.get("Effect") == "Allow" and actions & {"sts:assumerole", "sts:*", "*"}:
            found += ["*"] if principal == "*" else map(str, _several(principal.get("Service", [])))
    return tuple(dict.fromkeys(found))


def _codedeploy(region: str) -> str:
    """Name CodeDeploy as trust policies do, in China with the Region.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html
    """
    suffix = dns_suffix(partition_of(region))
    return f"codedeploy.{region}.{suffix}" if region.startswith("cn-") else f"codedeploy.{suffix}"


def _is_codedeploy(service: str, region: str) -> bool:
    match = _SERVICE.fullmatch(service)
    return match is not None and match["region"] in (None, region)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
