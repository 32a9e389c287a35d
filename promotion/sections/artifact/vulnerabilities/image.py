"""By which digests an image is known, so that a report can be tied to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from promotion.clients.oci.platforms import PlatformImage


@dataclass(frozen=True)
class PlatformDigests:
    """What one platform of an image is known by."""

    platform: str
    """`linux/amd64`, `linux/arm64/v8`."""
    manifest: str
    """Digest of its manifest."""
    config: str
    """Digest of its configuration: Docker's image id."""


@dataclass(frozen=True)
class ImageDigests:
    """What an image is known by; `digest` is the one that is promoted, an index's or the only manifest's."""

    digest: str
    platforms: tuple[PlatformDigests, ...]
    """At least one."""

    @classmethod
    def of(cls, digest: str, images: Iterable[PlatformImage]) -> Self:
        """Take the digests from what `promotion.clients.oci.platforms.platform_images` found."""
        return cls(
            digest,
            tuple(
                PlatformDigests(str(each.platform), each.manifest.digest, each.manifest.config.digest)
                for each in images
            ),
        )

    @property
    def all(self) -> frozenset[str]:
        """Every digest there is."""
        return frozenset({self.digest, *(d for each in self.platforms for d in (each.manifest, each.config))})
