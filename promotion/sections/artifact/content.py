"""What the digest stands for: a manifest, the image of each platform, its size and its labels. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from promotion.unknown import Reason, Unknown

MEGABYTE = 1_000_000
"""MB as disks, networks and AWS's prices have it; a MiB is 1 048 576 bytes."""


@dataclass(frozen=True)
class PlatformContent:
    """The image for one platform."""

    platform: str
    """`linux/amd64`."""
    digest: str
    """Of this platform's manifest; the digest itself unless that is an index."""
    config: str
    """Digest of the configuration: what Docker calls the image id."""
    bytes: int
    """Compressed layers and configuration, as they are stored and pulled."""
    layers: int
    created: datetime | None = None
    """When it was built, as it says."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of OCI's own, `org.opencontainers.image.…`. Nobody has signed them."""

    @property
    def megabytes(self) -> float:
        """Its size in MB."""
        return self.bytes / MEGABYTE


@dataclass(frozen=True)
class ImageContent:
    """What was found under the digest."""

    media_type: str = ""
    bytes: int = 0
    """Of the manifest itself."""
    platforms: tuple[PlatformContent, ...] = ()
    altered: str = ""
    """A sentence, if bytes that were read do not hash to the digest they were asked for."""
    missing: str = ""
    """A sentence, if the registry says that it does not have the digest."""

    @property
    def images(self) -> tuple[PlatformContent, ...]:
        """The image for each platform. Raises Unknown if they could not be read."""
        if self.altered or self.missing or not self.platforms:
            reason = Reason.NO_DATA if self.missing else Reason.MALFORMED
            raise Unknown(reason, self.altered or self.missing or "the image has no platform")
        return self.platforms

    @property
    def digests(self) -> frozenset[str]:
        """Digests of the manifests of its platforms: what runs is one of them, also if an index was promoted."""
        return frozenset(one.digest for one in self.platforms)

    @property
    def label(self) -> str | None:
        """The commit that the image says it was built from; None if its platforms say none, or not the same."""
        said = {one.labels.get("org.opencontainers.image.revision") for one in self.platforms}
        return said.pop() if len(said) == 1 else None


def sizes_told(images: tuple[PlatformContent, ...], limit: float) -> str:
    """Tell the size of each platform's image: `linux/amd64 212.4 MB of 500 MB, compressed`."""
    return "; ".join(f"{one.platform} {megabytes_told(one.bytes)} of {limit:g} MB" for one in images) + ", compressed"


def megabytes_told(count: int) -> str:
    """Tell a number of bytes in MB."""
    return f"{count / MEGABYTE:.1f} MB" if count >= MEGABYTE else f"{count / MEGABYTE:.3f} MB"
