"""The OCI manifests that carry signatures and attestations, as cosign 2 and 3 lay them out. Makes bytes, sends none."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from promotion.signing.signatures_found import (
    BUNDLE_TYPE,
    DSSE_TYPE,
    SIMPLE_SIGNING_TYPE,
    AttLayer,
    BundleManifest,
    SigLayer,
    tag,
)

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"


@dataclass(frozen=True)
class Target:
    """The descriptor of the image that an artifact refers to."""

    media_type: str
    digest: str
    size: int


@dataclass(frozen=True)
class Artifact:
    """A manifest to push after its blobs: under `tag`, or by its own digest when there is none."""

    manifest: bytes
    blobs: Mapping[str, bytes]
    """By digest (`sha256:…`)."""
    tag: str | None = None

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return _digest(self.manifest)


def signatures_artifact(digest: str, layers: Sequence[SigLayer]) -> Artifact:
    """Lay out all cosign 2 signatures of the image `digest`, at its `.sig` tag."""
    return _image([(SIMPLE_SIGNING_TYPE, layer.payload, layer.annotations) for layer in layers], tag(digest, "sig"))


def attestations_artifact(digest: str, layers: Sequence[AttLayer]) -> Artifact:
    """Lay out all cosign 2 attestations of the image `digest`, at its `.att` tag."""
    return _image([(DSSE_TYPE, layer.envelope, layer.annotations) for layer in layers], tag(digest, "att"))


def bundle_artifact(
    target: Target, bundle: BundleManifest, created: datetime, artifact_type: str = BUNDLE_TYPE
) -> Artifact:
    """Lay out a sigstore bundle that refers to `target`.

    Attach a bundle by another key than the image's only when the image has a `sign/v1` bundle: cosign 3 no longer
    looks at the `.sig` tag once there is any bundle. Under another `artifact_type` cosign does not see it.
    """
    annotations = {**bundle.annotations, "org.opencontainers.image.created": f"{created:%Y-%m-%dT%H:%M:%SZ}"}
    return _referrer(target, artifact_type, (BUNDLE_TYPE, bundle.bundle), annotations)


def envelope_artifact(target: Target, envelope: bytes, artifact_type: str, created: datetime) -> Artifact:
    """Lay out a bare DSSE envelope that refers to `target`.

    Under a type of one's own, no cosign mistakes it for a signature.
    """
    annotations = {"org.opencontainers.image.created": f"{created:%Y-%m-%dT%H:%M:%SZ}"}
    return _referrer(target, artifact_type, (DSSE_TYPE, envelope), annotations)


def _image(layers: Sequence[tuple[str, bytes, Mapping[str, str]]], name: str) -> Artifact:
    config = _json(
        {
            "architecture": "",
            "created": "0001-01-01T00:00:00Z",
            "history": [{"created": "0001-01-01T00:00:00Z"} for _ in layers],
            "os": "",
            "rootfs": {"type": "layers", "diff_ids": [_digest(blob) for _, blob, _ in layers]},
            "config": {},
        }
    )
    fields = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(CONFIG, config),
        "layers": [_descriptor(kind, blob, annotations) for kind, blob, annotations in layers],
    }
    blobs = {_digest(blob): blob for blob in (config, *(blob for _, blob, _ in layers))}
    return Artifact(_json(fields), blobs, name)


def _referrer(target: Target, kind: str, layer: tuple[str, bytes], annotations: Mapping[str, str]) -> Artifact:
    config = b"{}"
    fields = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": kind,
        "config": _descriptor(EMPTY, config),
        "layers": [_descriptor(*layer)],
        "subject": {"mediaType": target.media_type, "digest": target.digest, "size": target.size},
        "annotations": dict(annotations),
    }
    return Artifact(_json(fields), {_digest(config): config, _digest(layer[1]): layer[1]})


def _descriptor(kind: str, blob: bytes, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    found = {"mediaType": kind, "size": len(blob), "digest": _digest(blob)}
    return {**found, "annotations": dict(annotations)} if annotations else found


def _digest(blob: bytes) -> str:
    return f"sha256:{sha256(blob).hexdigest()}"


def _json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()
