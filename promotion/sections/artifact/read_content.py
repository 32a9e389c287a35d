"""Read what a digest stands for. This module does I/O."""

from promotion.clients.oci.config import image_config
from promotion.clients.oci.platforms import platform_images
from promotion.clients.oci.size import compressed_bytes
from promotion.clients.oci.source import DigestMismatch, ImageSource, NotThere
from promotion.core.image_reference import Digest
from promotion.sections.artifact.content import ImageContent, PlatformContent


def content_of(source: ImageSource, digest: Digest) -> ImageContent:
    """Read an image. That it is not there, or is not what it should be, is something that was seen."""
    try:
        manifest = source.manifest(digest)
        platforms = tuple(
            PlatformContent(
                platform=str(one.platform),
                digest=one.manifest.digest,
                config=one.manifest.config.digest,
                bytes=compressed_bytes(one.manifest),
                layers=len(one.manifest.layers),
                created=(config := image_config(source, one.manifest)).created,
                labels={
                    name: text for name, text in config.labels.items() if name.startswith("org.opencontainers.image.")
                },
            )
            for one in platform_images(source, digest)
        )
    except DigestMismatch as mismatch:
        return ImageContent(altered=str(mismatch))
    except NotThere as missing:
        return ImageContent(missing=f"{missing}: push the image there, or check the digest")
    return ImageContent(manifest.media_type, len(manifest.raw), platforms)
