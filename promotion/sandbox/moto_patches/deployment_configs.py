"""CodeDeploy deployment configurations: the predefined ones and a team's own. moto knows only their names.

The predefined ones: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException

from promotion.sandbox.moto_patches import operation
from promotion.sandbox.moto_patches.paging import page

PAGE = 100


class DeploymentConfigDoesNotExist(ServiceException):
    """No configuration of that name."""

    code = "DeploymentConfigDoesNotExistException"


class DeploymentConfigAlreadyExists(ServiceException):
    """The name is taken."""

    code = "DeploymentConfigAlreadyExistsException"


def canary(percent: int, minutes: int) -> dict[str, Any]:
    """Two steps: `percent` of the traffic, and all of it after `minutes`."""
    return {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": percent, "canaryInterval": minutes}}


def linear(percent: int, minutes: int) -> dict[str, Any]:
    """Equal steps of `percent`, `minutes` apart."""
    return {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": percent, "linearInterval": minutes}}


def _predefined() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, kind, value in (
        ("AllAtOnce", "HOST_COUNT", 0),
        ("HalfAtATime", "FLEET_PERCENT", 50),
        ("OneAtATime", "MOST_CONCURRENCY", 1),  # a kind that only this one has
    ):
        yield name, "Server", {"minimumHealthyHosts": {"type": kind, "value": value}}
    for platform in ("Lambda", "ECS"):
        yield f"{platform}AllAtOnce", platform, {"trafficRoutingConfig": {"type": "AllAtOnce"}}
    for minutes in (5, 10, 15, 30):
        yield f"LambdaCanary10Percent{minutes}Minutes", "Lambda", {"trafficRoutingConfig": canary(10, minutes)}
    for minutes in (5, 15):
        yield f"ECSCanary10Percent{minutes}Minutes", "ECS", {"trafficRoutingConfig": canary(10, minutes)}
    for minutes in (1, 2, 3, 10):
        every = f"{minutes}Minute{'s' if minutes > 1 else ''}"
        yield f"LambdaLinear10PercentEvery{every}", "Lambda", {"trafficRoutingConfig": linear(10, minutes)}
    for minutes in (1, 3):
        yield f"ECSLinear10PercentEvery{minutes}Minutes", "ECS", {"trafficRoutingConfig": linear(10, minutes)}


PREDEFINED: dict[str, dict[str, Any]] = {
    f"CodeDeployDefault.{name}": {
        "deploymentConfigId": "00000000-0000-0000-0000-000000000000",
        "deploymentConfigName": f"CodeDeployDefault.{name}",
        "computePlatform": platform,
        **rest,
    }
    for name, platform, rest in _predefined()
}


def configs(backend: Any) -> dict[str, dict[str, Any]]:
    """Every configuration of an account and region by name; changing the answer's own ones changes the world."""
    own: dict[str, dict[str, Any]] = vars(backend).setdefault("deployment_configs", {})
    return PREDEFINED | own


@operation(CodeDeployResponse)
def GetDeploymentConfig(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell how a configuration shifts traffic."""
    name = ask("deploymentConfigName")
    try:
        return {"deploymentConfigInfo": configs(backend)[name]}
    except KeyError:
        raise DeploymentConfigDoesNotExist(f"No deployment configuration found for name: {name}") from None


@operation(CodeDeployResponse)
def ListDeploymentConfigs(backend: Any, ask: Any) -> dict[str, Any]:
    """Name the predefined configurations and the account's own."""
    names, token = page(list(configs(backend)), ask("nextToken"), PAGE)
    return {"deploymentConfigsList": names, "nextToken": token}


@operation(CodeDeployResponse)
def CreateDeploymentConfig(backend: Any, ask: Any) -> dict[str, Any]:
    """Keep a team's own configuration."""
    name = ask("deploymentConfigName")
    if name in configs(backend):
        raise DeploymentConfigAlreadyExists(f"Deployment configuration {name} already exists.")
    made = {
        "deploymentConfigId": str(uuid.uuid4()),
        "deploymentConfigName": name,
        "computePlatform": ask("computePlatform") or "Server",
        "createTime": datetime.now(UTC),
    }
    for part in ("minimumHealthyHosts", "trafficRoutingConfig", "zonalConfig"):
        if ask(part):
            made[part] = ask(part)
    backend.deployment_configs[name] = made
    return {"deploymentConfigId": made["deploymentConfigId"]}
