"""Everything attached to an image, read through an `ImageSource`: what cosign 2 and 3 and oras leave there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from promotion.clients.oci.manifest import Descriptor, ImageManifest, parse_manifest
from promotion.clients.oci.source import NotThere, Referrer
from promotion.core.image_reference import Digest
from promotion.core.parallel import in_parallel
from promotion.signing.signatures_found import (
    BUNDLE_TYPES,
    DSSE_TYPE,
    MAX_ENVELOPE,
    MAX_PAYLOAD,
    SIMPLE_SIGNING_TYPE,
    AttLayer,
    BundleManifest,
    Gap,
    Material,
    SigLayer,
    tag,
)
from promotion.unknown import Reason, Unknown

MAX_TOTAL = 4 * MAX_ENVELOPE
"""Bytes that are read of one image's attachments, all together."""


class _Source(Protocol):
    def blob(self, digest: Digest, max_bytes: int) -> bytes: ...
    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Referrer, ...]: ...
    def tag(self, name: str) -> bytes | None: ...


@dataclass(frozen=True)
class _Layer:
    """A layer to read, and the manifest it is in."""

    descriptor: Descriptor
    manifest: ImageManifest
    place: str


Found = SigLayer | AttLayer | BundleManifest


def collect(source: _Source, digest: Digest) -> Material:
    """Read the signatures, attestations and bundles of the image `digest`.

    By tag (`sha256-….sig`, `.att`) and by reference to the image, whatever the registry calls the artifact: each layer
    is what its own media type says. What cannot be read becomes a gap, not an error: one broken attachment must not
    hide a good signature. Raises DigestMismatch (`promotion.clients.oci.source`): then the registry is not to be trusted.
    """
    gaps: list[Gap] = []
    layers: list[_Layer] = []
    tagged = [partial(_tagged, source, tag(digest, suffix)) for suffix in ("sig", "att")]
    for look in (*tagged, partial(_referring, source, digest)):
        try:
            layers += look()
        except Unknown as unknown:
            gaps.append(Gap(unknown.reason, unknown.message))
    read = in_parallel(partial(_read, source), _affordable(layers, gaps))
    gaps += (each for each in read if isinstance(each, Gap))
    return Material(
        tuple(each for each in read if isinstance(each, SigLayer)),
        tuple(each for each in read if isinstance(each, AttLayer)),
        tuple(each for each in read if isinstance(each, BundleManifest)),
        tuple(gaps),
    )


def _tagged(source: _Source, name: str) -> list[_Layer]:
    raw = source.tag(name)
    if raw is None:
        return []
    manifest = parse_manifest(raw)
    if not isinstance(manifest, ImageManifest):
        raise Unknown(Reason.NOT_SUPPORTED, f"{name} is an index; expected an image manifest, as cosign writes it.")
    return list(_layers(manifest, f"the tag {name[:19]}…{name[-4:]}"))


def _referring(source: _Source, digest: Digest) -> list[_Layer]:
    referring = [one.manifest for one in source.referrers(digest)]
    images = [manifest for manifest in referring if isinstance(manifest, ImageManifest)]
    return [layer for manifest in images for layer in _layers(manifest, f"the referrer {manifest.digest[:19]}…")]


def _layers(manifest: ImageManifest, place: str) -> Iterator[_Layer]:
    """List the layers of a manifest that could be a signature or an attestation."""
    known = {SIMPLE_SIGNING_TYPE, DSSE_TYPE, *BUNDLE_TYPES}
    for number, descriptor in enumerate(manifest.layers, 1):
        if descriptor.media_type in known:
            where = place if len(manifest.layers) == 1 else f"layer {number} of {place}"
            yield _Layer(descriptor, manifest, where)


def _affordable(layers: list[_Layer], gaps: list[Gap]) -> Iterator[_Layer]:
    spent = 0
    for layer in layers:
        spent += layer.descriptor.size
        if spent > MAX_TOTAL:
            what = f"{layer.place} and the layers after it were not read: together they exceed {MAX_TOTAL} bytes"
            gaps.append(Gap(Reason.TRUNCATED, what))
            return
        yield layer


def _read(source: _Source, layer: _Layer) -> Found | Gap:
    descriptor = layer.descriptor
    limit = MAX_PAYLOAD if descriptor.media_type == SIMPLE_SIGNING_TYPE else MAX_ENVELOPE
    try:
        content = source.blob(descriptor.digest, min(limit, descriptor.size))
    except Unknown as unknown:
        return Gap(unknown.reason, f"{layer.place}: {unknown.message}")
    except NotThere as missing:
        return Gap(Reason.NO_DATA, f"{layer.place}: {missing}")
    if descriptor.media_type == SIMPLE_SIGNING_TYPE:
        return SigLayer(content, descriptor.annotations, layer.place)
    if descriptor.media_type == DSSE_TYPE:
        return AttLayer(content, descriptor.annotations, layer.place)
    return BundleManifest(content, layer.manifest.annotations, layer.place)
