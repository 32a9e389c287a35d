"""How traffic is shifted: what a deployment configuration does, and whether it is what the plan says.

Shapes and meaning: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentConfigInfo.html,
https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.settings.rollback import Canary, FleetShift

CANARY, LINEAR, AT_ONCE = "TimeBasedCanary", "TimeBasedLinear", "AllAtOnce"
ONE_AT_A_TIME = "CodeDeployDefault.OneAtATime"
_HOSTS, _PERCENT = "HOST_COUNT", "FLEET_PERCENT"


@dataclass(frozen=True)
class TrafficConfig:
    """What a deployment configuration does with traffic."""

    config: str
    """Its name."""
    platform: str
    """`Lambda` or `Server`."""
    kind: str = ""
    """Of a function's traffic: `TimeBasedCanary`, `TimeBasedLinear`, `AllAtOnce`."""
    percent: int = 0
    """The share of the first step, or of each."""
    minutes: int = 0
    """Between steps."""
    healthy_kind: str = ""
    """Of instances: `HOST_COUNT`, `FLEET_PERCENT` or another word of CodeDeploy's."""
    healthy: int = 0
    """How many, or how many percent, must be healthy at any time."""

    def describe(self) -> str:
        """What it does, in words."""
        match self.kind:
            case "TimeBasedCanary":
                return f"{self.percent} %, the rest after {self.minutes} min"
            case "TimeBasedLinear":
                return f"{self.percent} % every {self.minutes} min"
            case "AllAtOnce":
                return "all traffic at once"
        if self.config == ONE_AT_A_TIME:
            return "one instance at a time"
        unit = " %" if self.healthy_kind == _PERCENT else ""
        return f"at least {self.healthy}{unit} of the instances healthy" if self.healthy else "all instances at once"


def parse_deployment_config(info: Mapping[str, Any]) -> TrafficConfig:
    """Read a DeploymentConfigInfo."""
    routing, healthy = info.get("trafficRoutingConfig", {}), info.get("minimumHealthyHosts", {})
    canary, linear = routing.get("timeBasedCanary", {}), routing.get("timeBasedLinear", {})
    return TrafficConfig(
        config=info["deploymentConfigName"],
        platform=info.get("computePlatform", ""),
        kind=routing.get("type", ""),
        percent=canary.get("canaryPercentage") or linear.get("linearPercentage") or 0,
        minutes=canary.get("canaryInterval") or linear.get("linearInterval") or 0,
        healthy_kind=healthy.get("type", ""),
        healthy=healthy.get("value", 0),
    )


def no_such_canary(shift: TrafficConfig, plan: Canary) -> str:
    """What of the plan's canary the configuration does not do; empty if it does it."""
    if (shift.kind, shift.percent, shift.minutes) == (CANARY, plan.percent, plan.minutes):
        return ""
    return (
        f"the deployment configuration {shift.config} shifts {shift.describe()}; the plan says {plan.percent} %, "
        f"the rest after {plan.minutes} min: use a configuration that does so, or change `rollback.canary`"
    )


def no_full_shift(shift: TrafficConfig) -> str:
    """Why not all the rest follows the canary in one step; empty if it does."""
    if shift.kind == CANARY:
        return ""
    why = (
        "nothing remains to follow"
        if shift.kind == AT_ONCE
        else "the rest follows in steps, without waiting for the verdict"
    )
    return (
        f"the deployment configuration {shift.config} shifts {shift.describe()}, so that {why}; expected a canary, "
        "and the rest after a wait: use such a configuration"
    )


def no_such_fleet_shift(shift: TrafficConfig, group: DeploymentGroup, plan: FleetShift) -> Iterator[str]:
    """Say where the group reroutes traffic to instances otherwise than the plan says."""
    if not _as_planned(shift, plan):
        wanted = plan.moves.replace("-", " ") if plan.moves else _told(plan)
        yield (
            f"the deployment configuration {shift.config} of {group.name} means {shift.describe()}; the plan says "
            f"{wanted}: use a configuration that does so, or change `rollback.fleets`"
        )
    by_hand = group.ready_action == "STOP_DEPLOYMENT"
    if by_hand != (plan.reroute == "by-hand"):
        does = (
            f"waits {group.ready_wait_minutes} min for a person to reroute traffic, and stops otherwise"
            if by_hand
            else "reroutes traffic as soon as the new instances are ready"
        )
        yield (
            f"{group.name} {does}; the plan says {plan.reroute.replace('-', ' ')}: change the "
            "deployment group, or `rollback.fleets`"
        )


def _as_planned(shift: TrafficConfig, plan: FleetShift) -> bool:
    if plan.minimum_healthy is not None:
        wanted = plan.minimum_healthy
        if wanted.hosts is not None:
            return (shift.healthy_kind, shift.healthy) == (_HOSTS, wanted.hosts)
        return (shift.healthy_kind, shift.healthy) == (_PERCENT, wanted.percent)
    match plan.moves:
        case "all-at-once":
            return shift.healthy_kind in (_HOSTS, _PERCENT) and shift.healthy == 0
        case "half-at-a-time":
            return (shift.healthy_kind, shift.healthy) == (_PERCENT, 50)
    return shift.config == ONE_AT_A_TIME


def _told(plan: FleetShift) -> str:
    least = plan.minimum_healthy
    if least is None:
        return ""
    return f"at least {least.hosts if least.hosts is not None else f'{least.percent} %'} of the instances healthy"
