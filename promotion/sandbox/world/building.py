"""Builds the healthy world, place by place."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.sandbox import aws
from promotion.sandbox import preload as warm
from promotion.sandbox.registry import Registry
from promotion.sandbox.world import settings
from promotion.sandbox.world.names import DEV_ACCOUNT, FREEZES, PROD_ACCOUNT, REPOSITORY, TOOLS_ACCOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from promotion.sandbox.channels import Channels
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.github import GitHub
    from promotion.sandbox.plain_http import PlainFront
    from promotion.sandbox.service import Service
    from promotion.sandbox.world.agreed import Agreed
    from promotion.sandbox.world.image import Release
    from promotion.sandbox.world.model import Account, Environment
    from promotion.sandbox.world.supply_chain import SupplyChain
    from promotion.sandbox.world.validation import Validation


@dataclass(repr=False)
class World:
    """Everything the gate can look at. Faults act on it; nothing in it is frozen."""

    aws: "WSGIApplication"
    """Every AWS API of every account."""
    tools: "Account"
    dev: "Environment"
    prod: "Environment"
    releases: "tuple[Release, ...]"
    """Oldest first. The last one is promoted, the one before it runs in prod."""
    started: datetime
    """When the world was built: UTC, without a zone. Its history is told back from here."""
    access_key: tuple[str, str]
    """Key id and secret of the pipeline's user in the tools account."""
    registry: Registry
    github: "GitHub"
    """Its `repository` may be changed."""
    fronts: "dict[str, Service]"
    """The service behind `dev-lambda`, `dev-ec2`, `prod-lambda` and `prod-ec2`; its `members` may be changed."""
    plain: "dict[str, PlainFront]"
    """Port 80 of the load balancers, behind which `dev-ec2` and `prod-ec2` are."""
    supply_chain: "SupplyChain"
    """What is attached to the image that is promoted."""
    agreed: "Agreed"
    """What people have written down of the promotion."""
    channels: "Channels"
    """Where people are told: `slack`, `teams`, `status_page`."""
    validation: "Validation"
    """What is known when a deployment is validated: the baseline, objectives."""

    def __repr__(self) -> str:
        return f"<world of {self.digest}>"

    @property
    def digest(self) -> str:
        """The image that is promoted, `sha256:…`."""
        return self.releases[-1].digest

    @property
    def previous_digest(self) -> str:
        """The image that runs in prod, `sha256:…`."""
        return self.releases[-2].digest

    def promotion_toml(self, places: "Places") -> str:
        """Write the settings by which the gate finds this world."""
        return settings.promotion_toml(self, places)

    def environment(self, places: "Places") -> dict[str, str]:
        """Give the environment variables that the gate needs with them."""
        return settings.environment(self, places)


def build() -> World:
    """Build the healthy world, in place of any that this process had: moto keeps one world a process."""
    warm.prepare()
    from moto.core.base_backend import BackendDict

    from promotion.sandbox.moto_patches import calendars
    from promotion.sandbox.plain_http import PlainFront
    from promotion.sandbox.world import (
        agreed,
        canary,
        fleet,
        fronts,
        function,
        image,
        logs,
        metrics,
        network,
        notices,
        objectives,
        people,
        pipeline,
        rollout,
        secrets,
        supply_chain,
        traffic,
        validation,
        watch,
    )
    from promotion.sandbox.world import releases as shelf
    from promotion.sandbox.world.model import Account, Environment, ago, now

    application = _application()
    BackendDict.reset()
    releases = image.releases()
    digests = [release.digest for release in releases]
    tools = Account(TOOLS_ACCOUNT, application)
    dev = Environment(DEV_ACCOUNT, application, "dev", digests[-1])
    prod = Environment(PROD_ACCOUNT, application, "prod", digests[-2])
    access_key = people.settle_tools(tools)
    image.push(tools, releases)
    bundles = shelf.shelve(tools, digests)
    registry = Registry()
    for release in releases:
        registry.push(REPOSITORY, release.image, [release.version])
    for environment, deployed, brought in (
        (dev, ago(minutes=40), digests),
        (prod, ago(days=2, hours=3), digests[2:-1]),
    ):
        people.settle(environment)
        network.lay(environment)
        fleet.prepare(environment)
        function.publish(environment, brought, deployed)
        network.open_api(environment)
        rollout.configure(environment)
        rollout.deploy_function(environment, deployed, count=3)
        rollout.deploy_instances(environment, deployed, {digest: bundles[digest] for digest in brought[-3:]})
        canary.start(environment)
        environment.release_names = {release.digest: release.version for release in releases}
        environment.flows = {"lambda": traffic.function_flow(), "ec2": traffic.fleet_flow()}
        environment.loads = {key: traffic.Load() for key in environment.green}
        metrics.measure(environment)
        watch.set_alarms(environment)
        watch.draw_dashboard(environment)
        logs.keep(environment)
        secrets.store(environment)
        validation.measure_rotation(environment)
        objectives.set_objective(environment, validation.DAYS)
        calendars.calendars(environment.backend("ssm"))[FREEZES] = calendars.Calendar()
    github = pipeline.plant(releases, now())
    words = agreed.agree(releases[-1], github.repository, now())
    services = fronts.open_fronts(((dev, releases[-1]), (prod, releases[-2])))
    return World(
        aws=application,
        tools=tools,
        dev=dev,
        prod=prod,
        releases=releases,
        started=now(),
        access_key=access_key,
        registry=registry,
        github=github,
        fronts=services,
        plain={f"{one.name}-ec2": PlainFront(one, services[f"{one.name}-ec2"]) for one in (dev, prod)},
        supply_chain=supply_chain.attach(registry, releases, github.repository, now()),
        agreed=words,
        channels=notices.post_notices(words, releases[-1], github.repository, now()),
        validation=validation.validate(),
    )


_kept: list["WSGIApplication"] = []


def _application() -> "WSGIApplication":
    """Give the process's one application, so that the clients made for it serve every world after."""
    if not _kept:
        _kept.append(aws.application())
    return _kept[0]
