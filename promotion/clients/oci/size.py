"""How large an image is, as a registry counts it."""

from dataclasses import dataclass

from promotion.clients.oci.manifest import ImageManifest
from promotion.clients.oci.platforms import platform_images
from promotion.clients.oci.source import ImageSource
from promotion.core.image_reference import Digest, Platform


@dataclass(frozen=True)
class PlatformSize:
    """Size of the image for one platform."""

    platform: Platform
    digest: Digest
    """Of this platform's manifest."""
    bytes: int
    """Compressed, as stored and pulled: ECR's imageSizeInBytes is of this kind, Trivy's Metadata.Size is not."""


def compressed_bytes(manifest: ImageManifest) -> int:
    """Add up the layers and the configuration, as the manifest says them.

    Content is addressed by its digest: listed twice it is stored and pulled once, and counts once, with the larger of its sizes.
    See https://github.com/opencontainers/image-spec/blob/main/descriptor.md.
    """
    sizes: dict[Digest, int] = {}
    for blob in (manifest.config, *manifest.layers):
        sizes[blob.digest] = max(blob.size, sizes.get(blob.digest, 0))
    return sum(sizes.values())


def compressed_sizes(source: ImageSource, digest: Digest) -> tuple[PlatformSize, ...]:
    """Measure the image with that digest, for each platform it has; never none.

    Raises what `platforms.platform_images` raises.
    """
    images = platform_images(source, digest)
    return tuple(PlatformSize(one.platform, one.manifest.digest, compressed_bytes(one.manifest)) for one in images)
