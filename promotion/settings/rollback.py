"""How a rollback is to be possible, and how traffic is to be shifted."""

from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict


class Canary(Strict):
    """How the plan says that a function's traffic is shifted: a part first, the rest after a wait."""

    percent: int = Field(default=10, ge=1, le=99)
    """The share of traffic that the new version gets at first."""
    minutes: int = Field(default=5, ge=1)
    """How long it keeps that share before it gets the rest."""


class MinimumHealthy(Strict):
    """How many instances serve at any time, at least."""

    hosts: int | None = Field(default=None, ge=0)
    percent: int | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.hosts is None) == (self.percent is None):
            raise ValueError("give either `hosts` or `percent`")
        return self


class FleetShift(Strict):
    """How the plan says that traffic is rerouted to new instances."""

    moves: Literal["all-at-once", "half-at-a-time", "one-at-a-time"] | None = None
    """What one of CodeDeploy's own configurations does."""
    minimum_healthy: MinimumHealthy | None = None
    """What a configuration of one's own keeps."""
    reroute: Literal["automatic", "by-hand"] = "automatic"
    """Whether traffic is rerouted as soon as the new instances are ready, or when somebody says so."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.moves is None) == (self.minimum_healthy is None):
            raise ValueError("give either `moves` or `minimum_healthy`")
        return self


class RollbackAlarms(Strict):
    """What the alarms that stop a deployment must watch, and how soon they must fire."""

    reaction_seconds: int = Field(default=120, ge=10)
    """Period times datapoints to alarm may be no more than this."""
    requests_per_second: float = Field(default=10, gt=0)
    """How many requests a target of prod gets, at least: alarms are tested at this rate."""
    function_metrics: tuple[str, ...] = ("Errors",)
    """Metrics of AWS/Lambda that must be watched on the live alias."""
    balancer_metrics: tuple[str, ...] = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count")
    """Metrics of AWS/ApplicationELB that must be watched on every target group, or on the load balancer if they are its
    own."""


class Memory(Strict):
    """Where the agent on an instance publishes how much memory is used."""

    namespace: str = "CWAgent"
    metric: str = "mem_used_percent"


class Comparison(Strict):
    """How prod's deployment groups are compared with dev's."""

    with_dev: dict[str, str] = {}
    """Name of a prod target to that of the dev target it is compared with, where they differ."""
    dev_words: tuple[str, ...] = ("dev",)
    """Words in names that stand for the environment: `shop-dev-errors` is `shop-prod-errors` in prod."""
    prod_words: tuple[str, ...] = ("prod",)
    may_differ: tuple[str, ...] = (
        "blueGreenDeploymentConfiguration.terminateBlueInstancesOnDeploymentSuccess.terminationWaitTimeInMinutes",
    )
    """Fields of CodeDeploy's DeploymentGroupInfo that are different on purpose; `deploymentStyle` stands for all below."""


class Rollback(Strict):
    """Rollback readiness: the alarms, the deployment groups, the canary."""

    canary: Canary = Canary()
    fleets: dict[str, FleetShift] = {}
    """The same for prod's EC2 targets, by name."""
    keep_previous_minutes: int = Field(default=30, ge=0)
    """How long the replaced instances must be kept after the shift, at least."""
    alarms: RollbackAlarms = RollbackAlarms()
    memory: Memory = Memory()
    groups: Comparison = Comparison()
