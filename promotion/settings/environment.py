"""One environment (dev, prod): its account, its targets, its live checks."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from promotion.settings.account import AwsAccess
from promotion.settings.endpoints import Journey, SmokeTest, StepsJourney
from promotion.settings.network import Network
from promotion.settings.observability import Alarms, Api, GeneratedLoad, Logs
from promotion.settings.privileges import Role
from promotion.settings.secrets import Secret
from promotion.settings.strict import Strict


class DeploymentGroupRef(Strict):
    """Where CodeDeploy keeps the deployments of a target."""

    application: str
    group: str


class LambdaTarget(Strict):
    """A Lambda function behind API Gateway, deployed by CodeDeploy."""

    kind: Literal["lambda"]
    url: str = Field(pattern="^https?://")
    """What callers use, without a trailing slash."""
    health: str = Field(default="/health", pattern="^/")
    """Path of the health endpoint."""
    function: str
    alias: str = "live"
    codedeploy: DeploymentGroupRef
    api: Api | None = None
    logs: Logs | None = None


class DigestFromRevision(Strict):
    """An instance runs the image that `revision_key` of the revision it got from CodeDeploy says."""

    kind: Literal["revision"] = "revision"


class DigestFromTag(Strict):
    """An instance runs the image that one of its EC2 tags names: a digest, or something that ends in `@` and one."""

    kind: Literal["tag"]
    tag: str = Field(min_length=1)


class DigestFromVersion(Strict):
    """The service itself says what an instance runs. It is asked until every instance has answered."""

    kind: Literal["version"]
    path: str = Field(default="/version", pattern="^/")
    digest: str = "digest"
    """JMESPath expression over the JSON body that gives the digest."""
    instance_header: str = "X-Served-By"
    """Header of the answer that names the instance by its id."""


RunningDigest = Annotated[DigestFromRevision | DigestFromTag | DigestFromVersion, Field(discriminator="kind")]


class Ec2Target(Strict):
    """EC2 instances behind an Application Load Balancer, deployed blue/green by CodeDeploy."""

    kind: Literal["ec2"]
    url: str = Field(pattern="^https?://")
    """What callers use, without a trailing slash."""
    health: str = Field(default="/health", pattern="^/")
    """Path of the health endpoint."""
    load_balancer: str
    """Name of the Application Load Balancer."""
    target_groups: tuple[str, ...] = Field(min_length=1)
    """Names of the target groups the instances may be in: one, or a blue and a green one."""
    other_target_groups: tuple[str, ...] = ()
    """Names of the target groups of other services to which rules of the same load balancer forward."""
    instances: int = Field(default=2, ge=1)
    """How many instances must serve."""
    codedeploy: DeploymentGroupRef
    logs: Logs | None = None
    revision_key: str | None = None
    """What the deployed revision's S3 key must be; `{digest}` stands for the 64 hex digits of the image digest."""
    running_digest: RunningDigest | None = None
    """How it is told which image an instance runs; by the revision if `revision_key` is there and this is not."""

    @model_validator(mode="after")
    def _revision_has_a_key(self) -> Self:
        if isinstance(self.running_digest, DigestFromRevision) and self.revision_key is None:
            raise ValueError('`running_digest` of kind "revision" needs `revision_key`')
        return self

    @property
    def tells_digest(self) -> RunningDigest | None:
        """How it is told which image an instance runs; None if nothing is declared."""
        if self.running_digest is None and self.revision_key is not None:
            return DigestFromRevision()
        return self.running_digest


Target = Annotated[LambdaTarget | Ec2Target, Field(discriminator="kind")]


class Environment(AwsAccess):
    """An AWS account and region, and what runs there."""

    ca_bundle: str | None = None
    """PEM file of the certificate authorities that the targets' certificates may come from; the system's if empty."""
    targets: dict[str, Target] = Field(min_length=1)
    health_max_ms: int = Field(default=2000, gt=0)
    """The longest a health endpoint may take, in milliseconds."""
    dashboard: str | None = None
    """Name of the CloudWatch dashboard that people watch."""
    alarms: Alarms = Alarms()
    traffic: GeneratedLoad = GeneratedLoad()
    secrets: tuple[Secret, ...] = ()
    roles: tuple[Role, ...] = ()
    network: Network = Network()
    smoke_tests: tuple[SmokeTest, ...] = ()
    journeys: tuple[Journey, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for kind, checks in (("smoke test", self.smoke_tests), ("journey", self.journeys), ("role", self.roles)):
            names = [check.name for check in checks]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"two {kind}s are named {name!r}")
        for name in self.network.https:
            if name not in self.targets or self.targets[name].kind != "ec2":
                raise ValueError(f'`network.https` names {name!r}, which is not a target of kind "ec2"')
        journeys = [journey for journey in self.journeys if isinstance(journey, StepsJourney)]
        on_targets: list[SmokeTest | StepsJourney] = [*self.smoke_tests, *journeys]
        for check in on_targets:
            if check.target not in self.targets:
                known = ", ".join(self.targets)
                raise ValueError(f"{check.name!r} names the target {check.target!r}; the targets are {known}")
        for secret in self.secrets:
            if strange := [name for name in secret.used_by if name not in self.targets]:
                raise ValueError(
                    f"`used_by` of {secret.name!r} names {strange[0]!r}; the targets are {', '.join(self.targets)}"
                )
        names = [secret.name for secret in self.secrets]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two secrets are named {twice!r}")
        return self
