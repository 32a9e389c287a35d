"""Another image in place of the one that is promoted: pushed, signed, attested, and run in dev."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from promotion.sandbox.images import Image, Index
from promotion.sandbox.world.names import REPOSITORY, REPOSITORY_URI
from promotion.sandbox.world.releases import key_of

if TYPE_CHECKING:
    from promotion.sandbox.world.building import World


def promote_instead(world: "World", image: Image | Index) -> None:
    """Let `image` be what is promoted, with everything the pipeline would have done for it."""
    from promotion.sandbox.world.supply_chain import attach

    was = world.releases[-1]
    world.releases = (*world.releases[:-1], replace(was, image=image))
    world.registry.push(REPOSITORY, image, [f"{was.version}-again"])
    for part in (*(image.images if isinstance(image, Index) else ()), image):
        tagged: dict[str, Any] = {"imageTag": f"{was.version}-again"} if part is image else {}
        world.tools.client("ecr").put_image(
            repositoryName=REPOSITORY,
            imageManifest=part.manifest.decode(),
            imageManifestMediaType=part.media_type,
            imageDigest=part.digest,
            **tagged,
        )
    world.supply_chain = attach(world.registry, world.releases[-1:], world.github.repository, world.started)
    run_in_dev(world, image.digest)


def run_in_dev(world: "World", digest: str) -> None:
    """Let everything in dev run the image of this digest, by everybody's word."""
    version = world.dev.version(world.dev.live_version)
    version.code = {"ImageUri": f"{REPOSITORY_URI}@{digest}"}
    version.code_sha_256 = digest.removeprefix("sha256:")
    world.dev.latest_ec2_deployment.record.revision["s3Location"]["key"] = key_of(digest)
    for front in ("dev-lambda", "dev-ec2"):
        for member in world.fronts[front].members:
            member.release = replace(member.release, digest=digest)
