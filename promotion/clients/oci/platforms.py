"""The images behind one digest: one, or one for each platform."""

from dataclasses import dataclass

from promotion.clients.oci.config import image_config
from promotion.clients.oci.manifest import Descriptor, ImageIndex, ImageManifest
from promotion.clients.oci.source import ImageSource, NotThere
from promotion.core.image_reference import Digest, Platform
from promotion.core.json_wire import malformed
from promotion.core.parallel import in_parallel
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class PlatformImage:
    """One image, for one platform."""

    platform: Platform
    manifest: ImageManifest


def platform_images(source: ImageSource, digest: Digest) -> tuple[PlatformImage, ...]:
    """Find the image with that digest, or every image of the index with that digest, in its order; never none.

    BuildKit's attestation manifests are not images and left out. A platform that the index does not name is read from
    the image's configuration.

    Raises DigestMismatch; NotThere for the digest itself; Unknown("malformed") for an index without images or with
    one that is not there, Unknown("not-supported") for an index inside an index.
    """
    found = source.manifest(digest)
    if isinstance(found, ImageManifest):
        return (PlatformImage(image_config(source, found).platform, found),)
    if not found.images:
        raise malformed(f"the index {digest}", "it lists no image")
    return tuple(in_parallel(lambda entry: _image(source, found, entry), found.images))


def _image(source: ImageSource, index: ImageIndex, entry: Descriptor) -> PlatformImage:
    try:
        found = source.manifest(entry.digest)
    except NotThere as missing:
        raise malformed(f"the index {index.digest}", f"it lists {missing}, which cannot be pulled") from None
    if not isinstance(found, ImageManifest):
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"the index {index.digest} lists another index, {entry.digest}; promote one that lists images",
        )
    return PlatformImage(entry.platform or image_config(source, found).platform, found)
