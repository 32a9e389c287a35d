"""promotion.toml, whole: what is promoted, where it runs, and what is expected of it."""

from typing import Self

from pydantic import Field, model_validator

from promotion.settings.acting import Acting
from promotion.settings.baseline import BaselineSettings
from promotion.settings.channels import Channels
from promotion.settings.endpoints import EndpointCall, StepsJourney
from promotion.settings.environment import Ec2Target, Environment, LambdaTarget
from promotion.settings.image import GitHub, Image, SignerSettings
from promotion.settings.observability import MetricLimits
from promotion.settings.plan import Plan
from promotion.settings.postdeploy import Postdeploy
from promotion.settings.rollback import Rollback
from promotion.settings.rollout import Rollout
from promotion.settings.seal import SealSettings
from promotion.settings.secrets import Leaks
from promotion.settings.strict import Strict
from promotion.settings.waivers import Waiver


class LookupSettings(Strict):
    """How the gate looks: how much at once, and how long it waits."""

    at_once: int = Field(default=16, ge=1, le=64)
    """Look-ups in flight at the same time."""
    deadline: float = Field(default=60, gt=0)
    """Seconds a look-up may take before it counts as unknown."""
    connect_timeout: float = Field(default=5, gt=0)
    """Seconds to wait for a connection."""
    read_timeout: float = Field(default=20, gt=0)
    """Seconds to wait for the next bytes of an answer."""
    attempts: int = Field(default=3, ge=1, le=10)
    """Tries of a read that was throttled or met a server error. Verdicts are never tried again."""


class Settings(Strict):
    """Everything a run is told."""

    service: str = Field(min_length=1)
    """The name people call the service by."""
    earlier_reports: tuple[str, ...] = ()
    """Report directories of earlier runs, such as another job's artifact: their records are continued as well."""
    image: Image
    github: GitHub
    dev: Environment
    prod: Environment
    limits: MetricLimits = MetricLimits()
    leaks: Leaks = Leaks()
    rollback: Rollback = Rollback()
    rollout: Rollout = Rollout()
    plan: Plan = Plan()
    channels: Channels = Channels()
    acting: Acting = Acting()
    postdeploy: Postdeploy = Postdeploy()
    baseline: BaselineSettings = BaselineSettings()
    looking: LookupSettings = LookupSettings()
    seal: SealSettings = SealSettings()
    waivers_file: str | None = None
    """TOML file of more `[[waivers]]`, kept and reviewed apart from this one."""
    waivers: tuple[Waiver, ...] = ()

    @model_validator(mode="after")
    def _calls_can_be_made(self) -> Self:
        from promotion.settings.call_checks import check_call, check_journey, raise_if_unsafe

        for name in ("dev", "prod"):
            environment = self.environment(name)
            calls: list[tuple[str, EndpointCall]] = [(test.name, test) for test in environment.smoke_tests]
            for journey in environment.journeys:
                if isinstance(journey, StepsJourney):
                    check_journey(journey)
                    calls += [(f"{journey.name}, {step.path}", step) for step in (*journey.steps, *journey.cleanup)]
            for what, call in calls:
                try:
                    check_call(call)
                    raise_if_unsafe(name, call)
                except ValueError as mistake:
                    raise ValueError(f"{name}: {what!r}: {mistake}") from None
        return self

    @model_validator(mode="after")
    def _two_environments(self) -> Self:
        here, there = ((e.account, e.region, e.targets) for e in (self.dev, self.prod))
        if here == there:
            raise ValueError("dev and prod have the same account, region and targets: correct one of them")
        return self

    @property
    def signers(self) -> dict[str, SignerSettings]:
        """Who must have signed what: `image`, and `sbom`, `vulnerabilities`, `provenance` where another one does."""
        declared = {
            "image": self.image.signer,
            "sbom": self.image.sbom.signer,
            "vulnerabilities": self.image.vulnerabilities.signer,
            "provenance": self.github.provenance_signer,
        }
        return {name: signer for name, signer in declared.items() if signer is not None}

    def environment(self, name: str) -> Environment:
        """The environment called `dev` or `prod`."""
        return {"dev": self.dev, "prod": self.prod}[name]


def lambda_targets(environment: Environment) -> dict[str, LambdaTarget]:
    """The environment's Lambda targets by name."""
    return {name: target for name, target in environment.targets.items() if isinstance(target, LambdaTarget)}


def ec2_targets(environment: Environment) -> dict[str, Ec2Target]:
    """The environment's EC2 targets by name."""
    return {name: target for name, target in environment.targets.items() if isinstance(target, Ec2Target)}
