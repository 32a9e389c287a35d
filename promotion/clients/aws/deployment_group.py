"""Deployment groups as CodeDeploy describes them.

Shape: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentGroupInfo.html.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_NO_CONFIGURATION = frozenset(
    {
        "applicationName",
        "deploymentGroupId",
        "deploymentGroupName",
        "lastAttemptedDeployment",
        "lastSuccessfulDeployment",
        "targetRevision",
    }
)
"""What names the group, or says what was done with it."""


@dataclass(frozen=True)
class DeploymentGroup:
    """How a deployment group is configured, as far as it is judged here (API_DeploymentGroupInfo)."""

    application: str
    name: str
    newest: str | None
    """Id of the deployment attempted last, by whomever; None if there never was one."""
    newest_created: datetime | None
    style: str
    """`BLUE_GREEN` or `IN_PLACE`."""
    traffic_control: bool
    blue_action: str | None
    """`TERMINATE` or `KEEP_ALIVE`: what becomes of the original instances."""
    blue_wait_minutes: int
    """How long they are kept before they are terminated."""
    alarms: tuple[str, ...] = ()
    last_successful: str | None = None
    """Id of the newest deployment that succeeded, by whomever."""
    platform: str = ""
    """`Lambda` or `Server`."""
    config: str = ""
    """Name of the deployment configuration."""
    role: str = ""
    """ARN of the service role."""
    alarms_enabled: bool = False
    ignores_unreadable_alarms: bool = False
    """Whether a deployment goes on when CodeDeploy cannot read the alarms."""
    rolls_back: bool = False
    """Whether automatic rollback is enabled."""
    rollback_events: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    """Names."""
    ready_action: str = ""
    """`CONTINUE_DEPLOYMENT` or `STOP_DEPLOYMENT`: whether traffic is rerouted at once or waits for somebody."""
    ready_wait_minutes: int = 0
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Everything that is configured, by the dotted name it has in the API; each value as text, lists in order."""


def parse_deployment_group(info: Mapping[str, Any], application: str, name: str) -> DeploymentGroup:
    """Read a DeploymentGroupInfo."""
    newest = info.get("lastAttemptedDeployment", {})
    style = info.get("deploymentStyle", {})
    blue_green = info.get("blueGreenDeploymentConfiguration", {})
    blue = blue_green.get("terminateBlueInstancesOnDeploymentSuccess", {})
    ready = blue_green.get("deploymentReadyOption", {})
    alarms = info.get("alarmConfiguration", {})
    rollback = info.get("autoRollbackConfiguration", {})
    return DeploymentGroup(
        application=application,
        name=name,
        newest=newest.get("deploymentId"),
        newest_created=newest["createTime"].astimezone(UTC) if newest.get("deploymentId") else None,
        style=style.get("deploymentType", "IN_PLACE"),
        traffic_control=style.get("deploymentOption") == "WITH_TRAFFIC_CONTROL",
        blue_action=blue.get("action"),
        blue_wait_minutes=blue.get("terminationWaitTimeInMinutes", 0),
        alarms=tuple(alarm["name"] for alarm in alarms.get("alarms", [])),
        last_successful=info.get("lastSuccessfulDeployment", {}).get("deploymentId"),
        platform=info.get("computePlatform", ""),
        config=info.get("deploymentConfigName", ""),
        role=info.get("serviceRoleArn", ""),
        alarms_enabled=alarms.get("enabled", False),
        ignores_unreadable_alarms=alarms.get("ignorePollAlarmFailure", False),
        rolls_back=rollback.get("enabled", False),
        rollback_events=tuple(rollback.get("events", [])),
        target_groups=tuple(_target_groups(info.get("loadBalancerInfo", {}))),
        ready_action=ready.get("actionOnTimeout", ""),
        ready_wait_minutes=ready.get("waitTimeInMinutes", 0),
        fields=fields(info),
    )


def fields(info: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Flatten what is configured: `deploymentStyle.deploymentType` to `("BLUE_GREEN",)`, sorted by name."""
    found: dict[str, list[str]] = {}
    for key, value in info.items():
        if key not in _NO_CONFIGURATION:
            for place, text in _flat(key, value):
                found.setdefault(place, []).append(text)
    return {place: tuple(texts) for place, texts in sorted(found.items())}


def _flat(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Give each value with its place; what lists hold is at the place of the list."""
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _flat(f"{place}.{key}", inner)
        case list() | tuple():
            for inner in value:
                yield from _flat(place, inner)
        case bool():
            yield place, str(value).lower()
        case _:
            yield place, str(value)


def _target_groups(info: Mapping[str, Any]) -> Iterator[str]:
    """A pair is only for Amazon ECS by the documentation; where it is configured, its names count like any other."""
    groups = list(info.get("targetGroupInfoList", []))
    for pair in info.get("targetGroupPairInfoList", []):
        groups += pair.get("targetGroups", [])
    for group in groups:
        if group.get("name"):
            yield group["name"]
