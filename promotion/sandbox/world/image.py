"""The images of the service, in the tools account's ECR."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha1
from typing import TYPE_CHECKING

from promotion.sandbox.images import Image, Index, build_image
from promotion.sandbox.world.names import REPOSITORY

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Account

FIRST_BUILT = datetime(2026, 11, 2, 9, 12, 40, tzinfo=UTC)
"""Fixed, so that the digests are the same in every world."""
PUSHED_AFTER = timedelta(minutes=4)
RELEASES = tuple(f"1.{minor}.0" for minor in range(4, 12))
"""Oldest first. The last is the one that is promoted, the one before runs in prod."""


@dataclass(frozen=True)
class Release:
    """A version of the service: the image, and the commit it was built from."""

    version: str
    commit: str
    """40 hex digits."""
    image: Image | Index
    built: datetime

    @property
    def digest(self) -> str:
        """The image's digest, `sha256:…`."""
        return self.image.digest


@cache
def releases() -> tuple[Release, ...]:
    """Build every release, oldest first. The bytes are the same on every machine."""
    made = []
    for number, version in enumerate(RELEASES):
        built = FIRST_BUILT + timedelta(days=2 * number, minutes=37 * number)
        commit = sha1(f"shop {version}".encode()).hexdigest()
        image = build_image(revision=commit, version=version, created=built)
        made.append(Release(version, commit, image, built))
    return tuple(made)


def push(tools: "Account", all_releases: tuple[Release, ...]) -> Mapping[str, str]:
    """Make the immutable repository and push the releases; give the digests by version."""
    tools.client("ecr").create_repository(
        repositoryName=REPOSITORY,
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfiguration={"encryptionType": "AES256"},
    )
    backend = tools.backend("ecr")
    for release in all_releases:
        manifest, kind = release.image.manifest.decode(), release.image.media_type
        kept = backend.put_image(REPOSITORY, manifest, release.version, kind)
        kept.image_pushed_at = int((release.built + PUSHED_AFTER).timestamp())
    return {release.version: release.digest for release in all_releases}
