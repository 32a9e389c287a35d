"""Rollouts beside which others deploy: Auto Scaling and CodeDeploy itself; and one of an index, which runs as its platforms."""

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.rollout.rollout import after

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

HOSTS, CANARY = "alb-targets", "lambda-canary"


def meanwhile(world: "World", creator: str) -> None:
    """Let a deployment of the same revision to one instance have been made in the middle of the rollout."""
    from promotion.sandbox.world.scenes import rollout_of

    fleet, prod = rollout_of(world).fleet, world.prod
    backend, record = prod.backend("codedeploy"), fleet.record
    key = backend.create_deployment(record.application_name, record.deployment_group_name, record.revision)
    made = backend.deployments[key]
    one = fleet.fleets[fleet.new][0]
    target: Any = copy.deepcopy(fleet._targets[one])
    target.label, target.deployment_id, target.status = None, key, "Succeeded"
    for event in target.events:
        event.status = "Succeeded"
    made.creator, made.status, made.targets = creator, "Succeeded", {one: target}
    made.create_time = after(world, seconds=200)
    made.complete_time = made.create_time + timedelta(seconds=30)


@fault("rollout-updates-an-instance", item=HOSTS, kind="clean")
def _(world: "World") -> None:
    """CodeDeploy brings an instance up to date that was launched in the middle of the rollout."""
    meanwhile(world, "CodeDeployAutoUpdate")


@fault("rollout-scales-in", item=HOSTS, kind="clean")
def _(world: "World") -> None:
    """Auto Scaling takes an instance away in the middle of the rollout, and CodeDeploy runs its scripts."""
    meanwhile(world, "autoscalingTermination")


@fault("rollout-of-an-index", item=CANARY, kind="clean")
def _(world: "World") -> None:
    """The image is an index for two platforms, and the new version of the function runs the manifest of one of them."""
    from promotion.sandbox.faults.artifact.image import _image
    from promotion.sandbox.images import build_index
    from promotion.sandbox.world.names import REPOSITORY_URI
    from promotion.sandbox.world.releases import key_of
    from promotion.sandbox.world.scenes import rollout_of
    from promotion.sandbox.world.swap import promote_instead

    play = rollout_of(world)
    index = build_index([_image(world), _image(world, platform="linux/arm64")])
    promote_instead(world, index)
    platform = index.images[0].digest
    version = world.prod.version(int(play.function.new))
    version.code, version.code_sha_256 = {"ImageUri": f"{REPOSITORY_URI}@{platform}"}, platform.removeprefix("sha256:")
    world.prod.versions[int(play.function.new)] = platform
    play.fleet.record.revision["s3Location"]["key"] = key_of(index.digest)
