"""The world as faults and tests hold it: accounts, environments, deployments. Everything in it may be changed."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox import transport
from promotion.sandbox.world.names import ALIAS, FUNCTION, REGION

if TYPE_CHECKING:
    import boto3
    from _typeshed.wsgi import WSGIApplication

    from promotion.sandbox.fills.canaries import Schedule
    from promotion.sandbox.world.logs import LogBook
    from promotion.sandbox.world.traffic import Flow, Load
    from promotion.sandbox.fills.deployment_targets import Target

GLOBAL = frozenset({"iam", "sts", "s3"})
"""Services whose state moto keeps by partition, not by region."""


@dataclass
class Account:
    """An AWS account: its API without a socket, and its state inside moto."""

    id: str
    aws: "WSGIApplication" = field(repr=False)

    def client(self, service: str) -> Any:
        """Give the boto3 client of a service, such as `codedeploy`, acting as this account."""
        return transport.client(self.aws, self.id, service)

    def session(self) -> "boto3.Session":
        """Give a boto3 session that acts as this account."""
        return transport.session(self.aws, self.id)

    def backend(self, service: str) -> Any:
        """Give moto's own state of a service: plain Python objects that may be changed."""
        import moto.awslambda.utils
        import moto.backends

        if service == "lambda":  # of which moto has two: this gives the one that needs no docker
            return moto.awslambda.utils.get_backend(self.id, REGION)
        # moto's names of services are a literal type; a wrong one raises ImportError.
        return moto.backends.get_backend(service)[self.id]["aws" if service in GLOBAL else REGION]  # type: ignore[index, call-overload]

    def role(self, name: str) -> str:
        """Give the ARN of a role."""
        return f"arn:aws:iam::{self.id}:role/{name}"


@dataclass
class Deployment:
    """A CodeDeploy deployment. `record` is moto's own object; its attributes are what the API tells."""

    record: Any
    digest: str
    """The image it brought, `sha256:…`."""

    @property
    def id(self) -> str:
        """Its id, `d-XXXXXXXXX`."""
        return str(self.record.deployment_id)

    @property
    def status(self) -> str:
        """Created, Queued, InProgress, Baking, Succeeded, Failed, Stopped or Ready."""
        return str(self.record.status)

    @status.setter
    def status(self, status: str) -> None:
        self.record.status = status

    @property
    def targets(self) -> "dict[str, Target]":
        """What it acted on, by target id: the function, or the instances."""
        found: dict[str, Target] = self.record.targets
        return found

    def target(self, key: str) -> "Target":
        """Give one target. KeyError if the deployment has no such one."""
        return self.targets[key]

    def fail(self, code: str, message: str) -> None:
        """Let it have failed. `code` is one of CodeDeploy's error codes, such as HEALTH_CONSTRAINTS."""
        self.status = "Failed"
        self.record.error_information = {"code": code, "message": message}

    def stop_on_alarm(self, alarm: str) -> None:
        """Let an alarm have stopped it."""
        self.status = "Stopped"
        self.record.error_information = {
            "code": "ALARM_ACTIVE",
            "message": f"One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, "
            f"and the affected deployments have been stopped. Activated alarms: <{alarm}>",
        }

    def shift(self, by: timedelta) -> None:
        """Move it and all its steps in time."""
        record = self.record
        for name in ("create_time", "start_time", "complete_time"):
            if getattr(record, name):
                setattr(record, name, getattr(record, name) + by)
        for target in self.targets.values():
            target.updated += by
            for event in target.events:
                event.start = event.start and event.start + by
                event.end = event.end and event.end + by


@dataclass
class Environment(Account):
    """dev or prod: an account, and what of the service runs there."""

    name: str = ""
    digest: str = ""
    """The image that serves here."""
    vpc: str = ""
    public_subnets: list[str] = field(default_factory=list)
    private_subnets: list[str] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    """Security group ids of `load-balancer`, `instances` and `function`."""
    certificate: str = ""
    load_balancer: str = ""
    """ARN."""
    listeners: dict[int, str] = field(default_factory=dict)
    """Port, 443 or 80, to ARN."""
    target_groups: dict[str, str] = field(default_factory=dict)
    """`blue` and `green` to ARN."""
    health: MutableMapping[str, tuple[str, str | None, str | None]] = field(default_factory=dict)
    """What the load balancer says of an instance, if it is not to be healthy: state, reason code, description."""
    scaling_group: str = ""
    green: list[str] = field(default_factory=list)
    """Ids of the instances that serve."""
    blue: list[str] = field(default_factory=list)
    """Ids of the instances that served before, terminated by now."""
    api: str = ""
    """Id of the HTTP API."""
    secrets: dict[str, str] = field(default_factory=dict)
    """`database` and `payment-api` to ARN."""
    secrets_key: str = ""
    """ARN of the KMS key of the secrets."""
    versions: dict[int, str] = field(default_factory=dict)
    """Published version of the function to the digest of its image."""
    release_names: dict[str, str] = field(default_factory=dict)
    """Digest to what people call that version of the service."""
    flows: "dict[str, Flow]" = field(default_factory=dict)
    """The traffic through `lambda` and `ec2`, which metrics and logs are computed from."""
    loads: "dict[str, Load]" = field(default_factory=dict)
    """How loaded each instance is, by id."""
    shifts: list[tuple[int, dict[int, float]]] = field(default_factory=list)
    """From which minute since 1970 on which version of the function gets which share of the traffic, oldest first."""
    green_since: int = 0
    """The minute since 1970 in which the traffic moved to the instances that serve."""
    logbook: "LogBook" = field(init=False, repr=False)
    """Writes the logs of the environment, and lets them fall silent."""
    lambda_deployments: list[Deployment] = field(default_factory=list)
    """Newest first."""
    ec2_deployments: list[Deployment] = field(default_factory=list)
    """Newest first."""

    @property
    def latest_lambda_deployment(self) -> Deployment:
        """The newest deployment of the function."""
        return self.lambda_deployments[0]

    @property
    def latest_ec2_deployment(self) -> Deployment:
        """The newest deployment to instances."""
        return self.ec2_deployments[0]

    @property
    def lambda_group(self) -> Any:
        """moto's CodeDeploy deployment group of the function."""
        return self.latest_lambda_deployment.record.deployment_group

    @property
    def ec2_group(self) -> Any:
        """moto's CodeDeploy deployment group of the instances."""
        return self.latest_ec2_deployment.record.deployment_group

    @property
    def function(self) -> Any:
        """moto's unpublished function ($LATEST)."""
        return self.backend("lambda").get_function(FUNCTION)

    def version(self, number: int) -> Any:
        """Give moto's published version of the function: `state`, `last_update_status`, `code`, `code_sha_256`…"""
        return self.backend("lambda").get_function(FUNCTION, str(number))

    @property
    def live_version(self) -> int:
        """The version the alias names, or the one to which it was moved."""
        return int(self.alias.function_version)

    @property
    def alias(self) -> Any:
        """moto's alias `live`: `function_version`, and `routing_config` as the API takes it."""
        return self.backend("lambda").get_alias(ALIAS, FUNCTION)

    def instance(self, key: str) -> Any:
        """Give moto's EC2 instance."""
        return self.backend("ec2").get_instance(key)

    def weight(self, version: int, minute: int) -> float:
        """Give the share of a minute's requests, 0 to 1, that a version of the function got."""
        shares = {min(self.shifts[0][1]): 1.0}
        for since, shifted in self.shifts:
            if minute >= since:
                shares = dict(shifted)
        return shares.get(version, 0.0)

    def traffic_on(self, colour: str, minute: int) -> float:
        """Give the share of a minute's requests, 0 to 1, that `blue` or `green` got."""
        return float((minute >= self.green_since) == (colour == "green"))

    @property
    def canary_name(self) -> str:
        """The CloudWatch Synthetics canary of this environment."""
        return f"shop-{self.name}-heartbeat"

    @property
    def canary(self) -> "Schedule":
        """How the canary runs: `state`, `reason`, `until`."""
        runs: Schedule = self.backend("synthetics").canaries[self.canary_name].runs
        return runs


def now() -> datetime:
    """Tell the time as moto does: UTC, without a zone."""
    from moto.core.utils import utcnow

    return utcnow()


def ago(**parts: float) -> datetime:
    """Tell a moment before now: `ago(minutes=40)`."""
    return now() - timedelta(**parts)
