"""The world as faults and tests hold it: accounts, environments, deployments. Everything in it may be changed."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox import transport
from promotion.sandbox.patience import ANSWER_MS
from promotion.sandbox.world.names import ALIAS, FREEZES, FUNCTION, REGION

if TYPE_CHECKING:
    import boto3
    from _typeshed.wsgi import WSGIApplication

    from promotion.sandbox.moto_patches.calendars import Calendar
    from promotion.sandbox.moto_patches.canaries import Schedule
    from promotion.sandbox.moto_patches.metrics import Computed, Metric
    from promotion.sandbox.world.deployment import Deployment
    from promotion.sandbox.world.logs import LogBook
    from promotion.sandbox.world.requests import Minute
    from promotion.sandbox.world.timeline import Timeline
    from promotion.sandbox.world.traffic import Flow, Load

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
        return moto.backends.get_backend(service)[self.id]["aws" if service in GLOBAL else REGION]  # type: ignore[call-overload]

    def role(self, name: str) -> str:
        """Give the ARN of a role."""
        return f"arn:aws:iam::{self.id}:role/{name}"


@dataclass(repr=False)
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
    """Short name to ARN. `instances`: CodeDeploy registers new instances in it and takes the old ones out. Where there are
    `blue` and `green`, each fleet has its own, and the listener is moved (`two_groups`)."""
    health: MutableMapping[str, tuple[str, str | None, str | None]] = field(default_factory=dict)
    """What the load balancer says of an instance, if it is not to be healthy: state, reason code, description."""
    scaling_group: str = ""
    green: list[str] = field(default_factory=list)
    """Ids of the instances that the newest deployment brought: they serve, or are about to."""
    blue: list[str] = field(default_factory=list)
    """Ids of the instances that it replaced, terminated by now where nothing is going on."""
    serving: str = "green"
    """The fleet that gets the traffic, `blue` or `green`."""
    brought: dict[str, str] = field(default_factory=dict)
    """Instance to the digest of the image it runs, where there is more than one fleet."""
    health_max_ms: int = ANSWER_MS
    """What promotion.toml says that a health endpoint may take, in milliseconds."""
    api: str = ""
    """Id of the HTTP API."""
    api_kind: str = "http"
    """`http`, or `rest`: then the API is known by its name, `shop-dev`, and its stage is `live`."""
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
    timeline: "Timeline | None" = None
    """Who gets the traffic to the second, from when a rollout is played."""
    told_apart: "dict[tuple[str, int, str, str, str], Minute]" = field(default_factory=dict)
    """What `requests` remembers."""
    _logging: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """What `logging_of` remembers: it is asked for each request."""
    logbook: "LogBook" = field(init=False, repr=False)
    """Writes the logs of the environment, and lets them fall silent."""
    lambda_deployments: "list[Deployment]" = field(default_factory=list)
    """Newest first."""
    ec2_deployments: "list[Deployment]" = field(default_factory=list)
    """Newest first."""

    def __repr__(self) -> str:
        return f"<{self.name}, account {self.id}>"

    @property
    def latest_lambda_deployment(self) -> "Deployment":
        """The newest deployment of the function."""
        return self.lambda_deployments[0]

    @property
    def latest_ec2_deployment(self) -> "Deployment":
        """The newest deployment to instances."""
        return self.ec2_deployments[0]

    @property
    def lambda_group(self) -> Any:
        """The CodeDeploy deployment group of the function, as moto keeps it."""
        return self.latest_lambda_deployment.record.deployment_group

    @property
    def ec2_group(self) -> Any:
        """The CodeDeploy deployment group of the instances, as moto keeps it."""
        return self.latest_ec2_deployment.record.deployment_group

    @property
    def function(self) -> Any:
        """The unpublished function ($LATEST), as moto keeps it."""
        return self.backend("lambda").get_function(FUNCTION)

    def version(self, number: int) -> Any:
        """Give a published version of the function, as moto keeps it.

        `state`, `last_update_status` and their `…_reason` and `…_reason_code`, `code`, `code_sha_256`.
        """
        return self.backend("lambda").get_function(FUNCTION, str(number))

    def log_as(self, number: int, **config: str) -> None:
        """Have a published version log as its LoggingConfig says: `LogFormat="JSON", SystemLogLevel="WARN"`."""
        self.version(number).logging_config = config
        self._logging.pop(str(number), None)

    def logging_of(self, member: str) -> Mapping[str, str]:
        """Give how a published version logs; empty is in text."""
        if member not in self._logging:
            known = self.backend("lambda").get_function(FUNCTION, member) if int(member) in self.versions else None
            self._logging[member] = getattr(known, "logging_config", {})
        return self._logging[member]

    @property
    def live_version(self) -> int:
        """The version the alias names, or the one to which it was moved."""
        return int(self.alias.function_version)

    @property
    def alias(self) -> Any:
        """The alias `live`, as moto keeps it: `function_version`, and `routing_config` as the API takes it."""
        return self.backend("lambda").get_alias(ALIAS, FUNCTION)

    def instance(self, key: str) -> Any:
        """Give moto's EC2 instance."""
        return self.backend("ec2").get_instance(key)

    @property
    def metrics(self) -> "MutableMapping[Metric, Computed]":
        """Every metric with what computes it. `until` silences one; taking one out makes it absent."""
        from promotion.sandbox.moto_patches.metrics import computed

        return computed(self.backend("cloudwatch"))

    def alarm(self, name: str) -> Any:
        """Give the alarm of a short name, such as `lambda-errors`, as moto keeps it.

        `actions_enabled`, `threshold`, `period`, `dimensions` and so on.
        """
        return self.backend("cloudwatch").alarms[f"shop-{self.name}-{name}"]

    def turn_alarm(self, name: str, state: str, when: datetime) -> None:
        """Let the alarm of a short name have changed to ALARM, OK or INSUFFICIENT_DATA at a moment."""
        from promotion.sandbox.world.watch import turn

        turn(self, f"shop-{self.name}-{name}", state, when)

    @property
    def secret(self) -> "Mapping[str, Any]":
        """The secrets by short name, `database` and `payment-api`, as moto keeps them.

        `last_rotation_date` and `next_rotation_date` in seconds since 1970, `rotation_enabled`, `deleted_date`.
        """
        kept = self.backend("secretsmanager").secrets
        return {name: kept[f"shop/{self.name}/{name}"] for name in self.secrets}

    @property
    def freezes(self) -> "Calendar":
        """The SSM change calendar of the environment: `events` close it."""
        from promotion.sandbox.moto_patches.calendars import calendars

        return calendars(self.backend("ssm"))[FREEZES]

    def weight(self, version: int, minute: int) -> float:
        """Give the share of a minute's requests, 0 to 1, that a version of the function got."""
        shares = {min(self.shifts[0][1]): 1.0}
        for since, shifted in self.shifts:
            if minute >= since:
                shares = dict(shifted)
        return shares.get(version, 0.0)

    @property
    def paired(self) -> bool:
        """Whether each fleet has a target group of its own."""
        return "blue" in self.target_groups

    def groups_of(self, colour: str) -> list[str]:
        """Give the ARNs of the target groups in which the fleet `blue` or `green` is registered."""
        return [arn for name, arn in self.target_groups.items() if colour in self.colours_in(name)]

    def colours_in(self, name: str) -> tuple[str, ...]:
        """Give the fleets, `blue` and `green`, that are registered in a target group, by its short name."""
        return (name,) if self.paired else ("blue", "green")

    @property
    def target_group(self) -> str:
        """The ARN of the target group that gets the traffic; the first, where there are several."""
        return self.groups_of(self.serving)[0]

    def traffic_on(self, colour: str, minute: int) -> float:
        """Give the share of a minute's requests, 0 to 1, that the fleet `blue` or `green` got."""
        return float((minute >= self.green_since) == (colour == "green"))

    @property
    def fleet(self) -> list[str]:
        """The ids of the instances that get the traffic."""
        return self.timeline.fleets[self.serving] if self.timeline else self.green

    def hosts(self, colour: str, minute: int) -> list[str]:
        """Give the instances of the fleet `blue` or `green` that are registered with the load balancer in a minute."""
        if self.timeline and self.timeline.covers(minute):
            return self.timeline.hosts(colour, minute)
        colours = self.timeline.fleets if self.timeline else {"green": self.green}
        return colours.get(colour, []) if colour == "green" else []

    def colour_of(self, instance: str) -> str:
        """Give the fleet, `blue` or `green`, of an instance that serves."""
        return (self.timeline and self.timeline.colour_of(instance)) or "green"

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
