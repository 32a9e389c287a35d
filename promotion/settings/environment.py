"""One environment (dev, prod): its account, its targets, its live checks."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from promotion.settings.endpoints import Journey, SmokeTest, StepsJourney
from promotion.settings.strict import Strict


class DeploymentGroup(Strict):
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
    codedeploy: DeploymentGroup


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
    """Names of the target groups the instances may stand in: one, or a blue and a green one."""
    instances: int = Field(default=2, ge=1)
    """How many instances must serve."""
    codedeploy: DeploymentGroup
    revision_key: str | None = None
    """What the deployed revision's S3 key must be; `{digest}` stands for the 64 hex digits of the image digest."""


Target = Annotated[LambdaTarget | Ec2Target, Field(discriminator="kind")]


class Environment(Strict):
    """An AWS account and region, and what runs there."""

    account: str = Field(pattern=r"^\d{12}$")
    """The account everything of this environment is looked up in; credentials of another account are refused."""
    region: str
    role: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+")
    """Role to assume for looking."""
    external_id: str | None = None
    profile: str | None = None
    """Profile of the AWS configuration files to use."""
    endpoint_url: str | None = None
    """Where the AWS APIs are served, if not at AWS."""
    ca_bundle: str | None = None
    """PEM file of the certificate authorities that the targets' certificates may come from; the system's if empty."""
    targets: dict[str, Target] = Field(min_length=1)
    health_max_ms: int = Field(default=2000, gt=0)
    """The longest a health endpoint may take, in milliseconds."""
    smoke_tests: tuple[SmokeTest, ...] = ()
    journeys: tuple[Journey, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.role and self.profile:
            raise ValueError("give either `role` or `profile`, not both")
        if self.role and self.role.split(":")[4] != self.account:
            raise ValueError(f"`role` {self.role} is not in account {self.account}")
        for kind, checks in (("smoke test", self.smoke_tests), ("journey", self.journeys)):
            names = [check.name for check in checks]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"two {kind}s are called {name!r}")
        journeys = [journey for journey in self.journeys if isinstance(journey, StepsJourney)]
        on_targets: list[SmokeTest | StepsJourney] = [*self.smoke_tests, *journeys]
        for check in on_targets:
            if check.target not in self.targets:
                known = ", ".join(self.targets)
                raise ValueError(f"{check.name!r} names the target {check.target!r}; the targets are {known}")
        return self
