"""Manifests: what an image, an attached artifact or an index says it is made of.

OCI image manifest and image index (image-spec 1.1), Docker image manifest version 2 schema 2 and manifest list.
"""

from typing import Annotated, Any

from pydantic import Field

from promotion.core.image_reference import Digest, Platform
from promotion.core.json_wire import WireModel, malformed, read_json
from promotion.unknown import Reason, Unknown

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
IMAGE_TYPES = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
INDEX_TYPES = frozenset({OCI_INDEX, DOCKER_LIST})
_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+"
# Said by servers that do not know what they serve.
_SAYS_NOTHING = frozenset({"", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"})
# cosign reads no more layers than this either.
_MOST_LAYERS = 1000
_MOST_MANIFESTS = 10_000

_MediaType = Annotated[str, Field(strict=True, max_length=255)]
_Annotations = dict[Annotated[str, Field(strict=True)], Annotated[str, Field(strict=True)]]


class Descriptor(WireModel):
    """Where content is: its type, digest and size."""

    media_type: _MediaType
    digest: Digest
    size: Annotated[int, Field(strict=True, ge=0, lt=2**63)]
    """Bytes, as stored: compressed, if it is compressed."""
    platform: Platform | None = None
    annotations: _Annotations = Field(default_factory=dict)
    artifact_type: _MediaType = ""
    """As the lister has it; some listers write another one than the artifact's own."""


class _Document(WireModel):
    """What every manifest has, and the bytes it was read from."""

    digest: Digest
    media_type: _MediaType
    raw: bytes = Field(repr=False)
    schema_version: Annotated[int, Field(strict=True, ge=2, le=2)]
    annotations: _Annotations = Field(default_factory=dict)
    subject: Descriptor | None = None
    """What this is attached to."""
    declared_artifact_type: _MediaType = Field(default="", alias="artifactType")


class ImageManifest(_Document):
    """One image for one platform, or one artifact."""

    config: Descriptor
    layers: Annotated[tuple[Descriptor, ...], Field(max_length=_MOST_LAYERS)] = ()

    @property
    def artifact_type(self) -> str:
        """Its own artifact type; without one, the media type of its configuration, as the specification has it."""
        return self.declared_artifact_type or self.config.media_type


class ImageIndex(_Document):
    """Several manifests: an image for several platforms, or a listing."""

    manifests: Annotated[tuple[Descriptor, ...], Field(max_length=_MOST_MANIFESTS)] = ()

    @property
    def artifact_type(self) -> str:
        """Its own artifact type, empty if it declares none."""
        return self.declared_artifact_type

    @property
    def images(self) -> tuple[Descriptor, ...]:
        """The entries that are images or indexes. Entries of unknown types are ignored, as the specification says."""
        known = IMAGE_TYPES | INDEX_TYPES
        return tuple(one for one in self.manifests if one.media_type in known and not is_build_attestation(one))

    @property
    def build_attestations(self) -> tuple[Descriptor, ...]:
        """The entries with which BuildKit attaches attestations to the images beside them. They are unsigned."""
        return tuple(one for one in self.manifests if is_build_attestation(one))


Manifest = ImageManifest | ImageIndex


def is_build_attestation(entry: Descriptor) -> bool:
    """Say whether an index entry is BuildKit's attestation manifest and no image (Docker, Image attestation storage).

    Both marks are asked for: an entry for a real platform is an image whatever its annotations say, else a note would
    hide it.
    """
    return (
        entry.annotations.get("vnd.docker.reference.type") == "attestation-manifest"
        and entry.platform is not None
        and (entry.platform.os, entry.platform.architecture) == ("unknown", "unknown")
    )


def parse_manifest(raw: bytes, served_as: str | None = None) -> Manifest:
    """Read the manifest in `raw`; `served_as` is the Content-Type or the descriptor's media type it came with, if any.

    `Unknown("malformed")` for what cannot be read or could be read in two ways; `Unknown("not-supported")` for Docker's
    schema 1 and for types that are no manifest.
    """
    digest = Digest.of(raw)
    what = f"the manifest {digest}"
    document = read_json(raw, what)
    kind = _kind(document, (served_as or "").partition(";")[0].strip().lower(), what)
    document |= {"mediaType": kind, "digest": str(digest), "raw": raw}
    # One document must not be an image to one reader and an index to another (CVE-2021-41190).
    folded = {key.casefold() for key in document}
    if kind in INDEX_TYPES:
        if folded & {"config", "layers"}:
            raise malformed(what, "it is both an index and an image")
        if "manifests" not in document:
            raise malformed(what, "it is an index without `manifests`")
        return ImageIndex.parse(document, what)
    if folded & {"manifests", "fslayers"}:
        raise malformed(what, "it is both an image and something else")
    if "layers" not in document:
        raise malformed(what, "it is an image without `layers`")
    return ImageManifest.parse(document, what)


def _kind(document: dict[str, Any], served: str, what: str) -> str:
    """Find the media type of a manifest, from what it says and what it was served as."""
    declared = document.get("mediaType") or ""
    if not isinstance(declared, str):
        raise malformed(what, "its mediaType is not text")
    if served in _SAYS_NOTHING:
        served = ""
    kind = served or declared
    if document.get("schemaVersion") == 1 or kind.startswith(_SCHEMA_1):
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{what} is in Docker's schema 1, a deprecated format that is not supported; build and push the image "
            "with a current tool",
        )
    if declared and served and declared != served:
        raise malformed(what, f"it declares {declared!r:.120}, but was served as {served!r:.120}")
    if not kind:
        kind = OCI_INDEX if "manifests" in document else OCI_MANIFEST
    if kind not in IMAGE_TYPES | INDEX_TYPES:
        raise Unknown(
            Reason.NOT_SUPPORTED, f"{what} is of type {kind!r:.120}, which is neither an image manifest nor an index"
        )
    return kind
