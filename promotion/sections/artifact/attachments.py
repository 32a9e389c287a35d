"""Read what is attached to an image and may be a signature or an attestation. This module does I/O."""

from hashlib import sha256

from promotion.clients.oci.attached import collect
from promotion.clients.oci.source import DigestMismatch, ImageSource
from promotion.core.image_reference import Digest
from promotion.sections.artifact.signatures import Attachment, Attachments


def attachments(source: ImageSource, digest: Digest) -> Attachments:
    """List everything attached to an image that may be a signature or an attestation, and what could not be read."""
    try:
        found = collect(source, digest)
    except DigestMismatch as mismatch:
        return Attachments(altered=str(mismatch))
    return Attachments(
        (
            *(_attachment(one.place, "cosign 2 signature", one.payload) for one in found.signatures),
            *(_attachment(one.place, "cosign 2 attestation", one.envelope) for one in found.attestations),
            *(_attachment(one.place, "bundle", one.bundle) for one in found.bundles),
        ),
        tuple(f"{gap.what} [{gap.reason}]" for gap in found.gaps),
    )


def _attachment(place: str, kind: str, content: bytes) -> Attachment:
    return Attachment(place, kind, len(content), sha256(content).hexdigest())
