"""Faults of section 1: what the digest stands for, whether its tags stay where they are, and what runs in dev."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.images import Image

IMMUTABLE, SIZE = "digest-immutable", "image-size"
READ = ("build-workflow", "sbom-attached", "no-critical-vulnerabilities")
"""What needs the image's own manifest and configuration."""
TOO_LARGE = 512_000_000
"""Bytes."""


@fault("repository-mutable", item=IMMUTABLE)
def _(world: "World") -> None:
    """Tags of the repository can be moved to another image."""
    _mutability(world, "MUTABLE")


@fault("repository-excludes-release-tags", item=IMMUTABLE)
def _(world: "World") -> None:
    """The repository is immutable, but for tags like the one of this release."""
    _mutability(world, "IMMUTABLE_WITH_EXCLUSION", "1.*")


@fault("repository-excludes-everything", item=IMMUTABLE)
def _(world: "World") -> None:
    """The repository is immutable, but for every tag."""
    _mutability(world, "IMMUTABLE_WITH_EXCLUSION", "*")


@fault("repository-mutable-but-for-others", item=IMMUTABLE)
def _(world: "World") -> None:
    """The repository is mutable, but for tags unlike the one of this release."""
    _mutability(world, "MUTABLE_WITH_EXCLUSION", "release-*")


@fault("repository-excludes-other-tags", item=IMMUTABLE, kind="clean")
def _(world: "World") -> None:
    """The repository is immutable, but for tags that this image does not have."""
    _mutability(world, "IMMUTABLE_WITH_EXCLUSION", "dev-*", "latest")


@fault("repository-mutable-but-for-releases", item=IMMUTABLE, kind="clean")
def _(world: "World") -> None:
    """The repository is mutable, but for tags like the one of this release."""
    _mutability(world, "MUTABLE_WITH_EXCLUSION", "1.*")


@fault("image-not-in-ecr", item=IMMUTABLE)
def _(world: "World") -> None:
    """The registry serves the image, and ECR's own API does not know it."""
    repository = world.tools.backend("ecr").repositories["shop"]
    repository.images = [image for image in repository.images if image.image_digest != world.digest]


@fault("image-not-in-registry", item=IMMUTABLE, falls_with=(SIZE, *READ, "rollback-plan"))
def _(world: "World") -> None:
    """The registry says that it has no such image."""
    del world.supply_chain.store.manifests[world.digest]


@fault("manifest-altered", item=IMMUTABLE, falls_with=(SIZE, *READ))
def _(world: "World") -> None:
    """The registry serves bytes that do not match the digest."""
    manifests = world.supply_chain.store.manifests
    found = manifests[world.digest]
    manifests[world.digest] = replace(found, content=found.content + b"\n")


@fault("manifest-of-the-image-before", item=IMMUTABLE, falls_with=(SIZE, *READ))
def _(world: "World") -> None:
    """The registry serves the previous image in place of this one."""
    manifests = world.supply_chain.store.manifests
    manifests[world.digest] = manifests[world.previous_digest]


@fault("configuration-altered", item=IMMUTABLE, falls_with=(SIZE, *READ))
def _(world: "World") -> None:
    """The registry serves another configuration than the manifest names."""
    from promotion.sandbox.images import digest_of

    config = _image(world).config
    world.supply_chain.store.blobs[digest_of(config)] = config.replace(b"10001", b"00000")


@fault("function-runs-another-image", item=IMMUTABLE)
def _(world: "World") -> None:
    """The version that the alias is on runs another image."""
    newest, older = world.dev.version(8), world.dev.version(7)
    newest.code, newest.code_sha_256 = older.code, older.code_sha_256


@fault("function-shares-its-traffic", item=IMMUTABLE)
def _(world: "World") -> None:
    """The alias sends a tenth of its traffic to a version with the previous image."""
    world.dev.alias.routing_config = {"AdditionalVersionWeights": {"7": 0.1}}


@fault("function-weight-of-nothing", item=IMMUTABLE, kind="clean")
def _(world: "World") -> None:
    """The alias has a weight of nothing for a version with the previous image."""
    world.dev.alias.routing_config = {"AdditionalVersionWeights": {"7": 0.0}}


@fault("instances-got-another-revision", item=IMMUTABLE)
def _(world: "World") -> None:
    """The instances got the revision of the previous image."""
    from promotion.sandbox.world.releases import key_of

    world.dev.latest_ec2_deployment.record.revision["s3Location"]["key"] = key_of(world.previous_digest)


@fault("one-instance-not-deployed-to", item=IMMUTABLE)
def _(world: "World") -> None:
    """One of the two instances that get traffic is not of the newest deployment."""
    world.dev.latest_ec2_deployment.targets.pop(world.dev.green[1])


@fault("instances-tell-their-image", item=IMMUTABLE, kind="clean")
def _(world: "World") -> None:
    """Each instance says itself, at /version, that it runs the image."""
    _told_by(world, '{ kind = "version" }')


@fault("one-instance-tells-another-image", item=IMMUTABLE)
def _(world: "World") -> None:
    """One instance says itself, at /version, that it runs the previous image."""
    _told_by(world, '{ kind = "version" }')
    member = world.fronts["dev-ec2"].members[world.dev.green[1]]
    member.release = replace(member.release, digest=world.previous_digest)


@fault("instance-does-not-tell-its-image", item=IMMUTABLE)
def _(world: "World") -> None:
    """One instance answers /version without a digest."""
    from promotion.sandbox.order import Reply

    _told_by(world, '{ kind = "version" }')
    world.fronts["dev-ec2"].members[world.dev.green[1]].fixed["/version"] = Reply(200, {"version": "1.11.0"})


@fault("one-instance-never-answers", item=IMMUTABLE, kind="blind")
def _(world: "World") -> None:
    """One instance is registered and gets no request, so it is never heard of."""
    _told_by(world, '{ kind = "version" }')
    world.fronts["dev-ec2"].members[world.dev.green[1]].weight = 0


@fault("instances-do-not-name-themselves", item=IMMUTABLE, kind="blind")
def _(world: "World") -> None:
    """Answers of /version lack the header that names the instance."""
    _told_by(world, '{ kind = "version" }')
    for member in world.fronts["dev-ec2"].members:
        member.without_headers.add("X-Served-By")


@fault("version-path-fails", item=IMMUTABLE, kind="blind")
def _(world: "World") -> None:
    """The path that should tell what an instance runs answers 404."""
    _told_by(world, '{ kind = "version", path = "/about" }')


@fault("instances-tagged-with-their-image", item=IMMUTABLE, kind="clean")
def _(world: "World") -> None:
    """An EC2 tag of each instance names the image, with its repository."""
    _tag(world, *[f"registry.example/shop@{world.digest}"] * 2)


@fault("one-instance-tagged-with-another-image", item=IMMUTABLE)
def _(world: "World") -> None:
    """The EC2 tag of one instance names the previous image."""
    _tag(world, world.digest, world.previous_digest)


@fault("one-instance-without-the-tag", item=IMMUTABLE)
def _(world: "World") -> None:
    """One instance lacks the EC2 tag that should name its image."""
    _tag(world, world.digest)


@fault("running-digest-not-declared", item=IMMUTABLE, kind="blind")
def _(world: "World") -> None:
    """promotion.toml does not declare how to find out which image an instance runs."""
    from promotion.sandbox.settings_edits import edit_settings

    edit_settings(world, 'revision_key = "shop/{digest}.zip"', "")


wire_fault("ecr-denied", "DescribeRepositories is denied.", "deny", "ecr:DescribeRepositories", item=IMMUTABLE)


wire_fault(
    "ecr-throttled", "DescribeImages is throttled in every attempt.", "throttle", "ecr:DescribeImages", item=IMMUTABLE
)


wire_fault(
    "ecr-answer-cut-off",
    "The answer of DescribeImages is cut off half-way, with status 200.",
    "truncate",
    "ecr:DescribeImages",
    item=IMMUTABLE,
)


wire_fault(
    "running-function-denied", "GetFunction is denied in dev.", "deny", "lambda:GetFunction", item=IMMUTABLE, on="dev"
)


@fault("image-too-large", item=SIZE)
def _(world: "World") -> None:
    """The image has 512 MB of compressed layers."""
    _promote(world, _image(world, absent_layer_bytes=TOO_LARGE))


@fault("image-too-large-on-one-platform", item=SIZE)
def _(world: "World") -> None:
    """The image is for two platforms, and for one of them it has 512 MB."""
    from promotion.sandbox.images import build_index

    large = _image(world, platform="linux/arm64", absent_layer_bytes=TOO_LARGE)
    _promote(world, build_index([_image(world), large]))


@fault("image-just-small-enough", item=SIZE, kind="clean")
def _(world: "World") -> None:
    """The image has 499.9 MB: more than 476 MiB, less than 500 MB."""
    _promote(world, _image(world, absent_layer_bytes=499_900_000))


@fault("image-for-two-platforms", item=SIZE, kind="clean")
def _(world: "World") -> None:
    """The image is for two platforms, and small for both."""
    from promotion.sandbox.images import build_index

    _promote(world, build_index([_image(world), _image(world, platform="linux/arm64")]))


@fault("function-runs-a-platform-of-the-image", item=IMMUTABLE, kind="clean")
def _(world: "World") -> None:
    """The image is for two platforms, and dev runs the manifest of one of them."""
    from promotion.sandbox.images import build_index
    from promotion.sandbox.world.swap import run_in_dev

    index = build_index([_image(world), _image(world, platform="linux/arm64")])
    _promote(world, index)
    run_in_dev(world, index.images[0].digest)


@fault("platform-missing", item=SIZE, kind="blind", falls_with=(IMMUTABLE, *READ))
def _(world: "World") -> None:
    """The image is for two platforms, and one of them cannot be pulled."""
    from promotion.sandbox.images import build_index

    index = build_index([_image(world), _image(world, platform="linux/arm64")])
    _promote(world, index)
    del world.supply_chain.store.manifests[index.images[1].digest]


@fault("manifest-oversized", item=SIZE, kind="blind", falls_with=(IMMUTABLE, *READ))
def _(world: "World") -> None:
    """The registry answers with a manifest of more than 4 MiB."""
    manifests = world.supply_chain.store.manifests
    found = manifests[world.digest]
    manifests[world.digest] = replace(found, content=found.content + b" " * (5 << 20))


@fault("manifest-cut-off", item=SIZE, kind="blind", falls_with=(IMMUTABLE, *READ))
def _(world: "World") -> None:
    """The connection ends half-way through the manifest."""
    world.edges["registry"].cut(f"GET /v2/shop/manifests/{world.digest}")


wire_fault(
    "image-not-described",
    "ECR describes no image, and does not say that there is none.",
    "empty",
    "ecr:DescribeImages",
    item="digest-immutable",
    on="tools",
)


def _mutability(world: "World", mutability: str, *filters: str) -> None:
    excluded: dict[str, Any] = {
        "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": one} for one in filters]
    }
    world.tools.client("ecr").put_image_tag_mutability(
        repositoryName="shop", imageTagMutability=mutability, **(excluded if filters else {})
    )


def _told_by(world: "World", how: str) -> None:
    """Declare another way in which an instance of dev tells its image."""
    from promotion.sandbox.settings_edits import edit_settings

    said = 'group = "shop-ec2-dev" }'
    edit_settings(world, said, f"{said}\nrunning_digest = {how}")


def _tag(world: "World", *values: str) -> None:
    _told_by(world, '{ kind = "tag", tag = "image" }')
    for instance, value in zip(world.dev.green, values, strict=False):
        world.dev.client("ec2").create_tags(Resources=[instance], Tags=[{"Key": "image", "Value": value}])


def _image(world: "World", **different: Any) -> "Image":
    from promotion.sandbox.images import build_image

    release = world.releases[-1]
    return build_image(revision=release.commit, version=release.version, created=release.built, **different)


def _promote(world: "World", image: Any) -> None:
    from promotion.sandbox.world.swap import promote_instead

    promote_instead(world, image)
