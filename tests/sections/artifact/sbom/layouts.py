"""Images of the sandbox as OCI image layouts on disk, for programs to look at."""

from datetime import UTC, datetime
from pathlib import Path

from promotion.sandbox.images import INDEX, Image, Index, build_image, canonical, descriptor, digest_of

BUILT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def build(**options) -> Image:
    """Build an image of the service."""
    return build_image(revision="0" * 40, version="1.8.0", created=BUILT, **options)


def write_layout(image: Image | Index, folder: Path) -> Path:
    """Write an image into a folder as an image layout (image-spec, image-layout)."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)
    parts = image.images if isinstance(image, Index) else (image,)
    for blob in (image.manifest, *(blob for part in parts for blob in (part.manifest, *part.blobs))):
        (blobs / digest_of(blob).partition(":")[2]).write_bytes(blob)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    entries = [descriptor(image.media_type, image.manifest)]
    (folder / "index.json").write_bytes(canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}))
    return folder
