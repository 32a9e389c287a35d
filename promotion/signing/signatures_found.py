"""What was found attached to an image, as bytes; nothing in it is trusted. Imports nothing heavy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from promotion.unknown import Reason

SIGNATURE = "dev.cosignproject.cosign/signature"
"""Annotation of a cosign 2 layer: base64 of the signature over the layer's blob."""

SIMPLE_SIGNING_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json"
"""Media type of a cosign 2 signature's layer."""
DSSE_TYPE = "application/vnd.dsse.envelope.v1+json"
"""Media type of a cosign 2 attestation's layer."""
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""What cosign 3 writes: media type of the layer, artifact type of the manifest, and in the bundle itself."""
BUNDLE_TYPES = frozenset(
    {
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
        BUNDLE_TYPE,
    }
)

MAX_ENVELOPE = 64 * 1024 * 1024
"""Bytes of an envelope or bundle; an SBOM of a big image takes tens of megabytes."""
MAX_PAYLOAD = 64 * 1024
"""Bytes of a simple signing payload; real ones have about 250."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class SigLayer:
    """One layer of the image manifest at the tag `sha256-….sig`: the blob, and the annotations of its descriptor."""

    payload: bytes
    annotations: Mapping[str, str]
    place: str = ".sig"
    """How to point at it in a sentence, for example `layer 2 of sha256-….sig`."""


@dataclass(frozen=True)
class AttLayer:
    """One layer of the image manifest at the tag `sha256-….att`: a DSSE envelope, and the annotations beside it."""

    envelope: bytes
    annotations: Mapping[str, str]
    place: str = ".att"


@dataclass(frozen=True)
class BundleManifest:
    """A sigstore bundle that refers to the image: the layer's blob, and the annotations of the manifest."""

    bundle: bytes
    annotations: Mapping[str, str] = field(default_factory=dict)
    place: str = "referrer"


@dataclass(frozen=True)
class Gap:
    """Something that could not be listed or fetched: why, and a sentence."""

    reason: Reason
    what: str


@dataclass(frozen=True)
class Material:
    """Everything that was found attached to one image.

    Without `gaps` the listing is complete: only then can "there is no signature" be said.
    """

    signatures: tuple[SigLayer, ...] = ()
    attestations: tuple[AttLayer, ...] = ()
    bundles: tuple[BundleManifest, ...] = ()
    gaps: tuple[Gap, ...] = ()


def image_digest(digest: str) -> str:
    """Return `digest` itself. Raises ValueError unless it is `sha256:` and 64 lower-case hex digits."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"not a sha256 digest: {digest!r}")
    return digest


def tag(digest: str, suffix: str) -> str:
    """Make the tag that cosign keeps things of an image under: `sha256-<hex>.sig`, `.att`, `.sbom`."""
    return f"{image_digest(digest).replace(':', '-')}.{suffix}"
