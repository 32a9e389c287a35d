"""Sigstore bundles, v0.1 to v0.3, as JSON: what was signed, and with what it can be verified.

https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from promotion.signing.dsse import Envelope
from promotion.signing.errors import Rejected, shown
from promotion.signing.signatures_found import BUNDLE_TYPE, BUNDLE_TYPES
from promotion.signing.wire import object_field, one_spelling, read_base64, read_object, text_field

SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
"""The only predicate of a bundle that means "I sign this image". Anything else says something about it, and that may
be that it failed."""

_MATERIALS = ("publicKey", "certificate", "x509CertificateChain")
_CONTENTS = ("dsseEnvelope", "messageSignature")


@dataclass(frozen=True)
class Bundle:
    """A bundle as it was read; nothing in it is trusted."""

    raw: bytes
    envelope: Envelope | None
    """What was signed; None for a bundle over a bare blob (`messageSignature`), which says nothing about an image."""
    has_certificate: bool
    """Signed keyless, so it is for `keyless` to verify; otherwise with a key."""
    hint: str
    """Which key its maker says it was; only a hint."""
    log_entries: tuple[Mapping[str, Any], ...]
    """Transparency log entries as JSON; `rekor.LogEntry.from_bundle` reads them."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a bundle. Raises Rejected when it has not exactly one content, one material and one signature."""
        what = "the bundle"
        fields = read_object(data, what)
        one_spelling(fields, what)
        media_type = text_field(fields, "mediaType", what)
        if media_type not in BUNDLE_TYPES:
            raise Rejected(f"{what} is of media type {shown(media_type)}; v0.1 to v0.3 are supported")
        material = object_field(fields, "verificationMaterial", what)
        one_spelling(material, what)
        used = _only(material, _MATERIALS, f"the verification material of {what}")
        content = _only(fields, _CONTENTS, what)
        key = object_field(material, "publicKey", what) if used == "publicKey" else {}
        hint = key.get("hint", "")
        entries = material.get("tlogEntries", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise Rejected(f"{what} has tlogEntries that are not a list of objects")
        if content == "messageSignature":
            message = object_field(fields, content, what)
            read_base64(text_field(message, "signature", what), f"the signature of {what}")
            envelope = None
        else:
            envelope = Envelope.from_object(object_field(fields, content, what), f"the envelope of {what}")
        return cls(data, envelope, used != "publicKey", hint if isinstance(hint, str) else "", tuple(entries))


def _only(fields: Mapping[str, Any], names: tuple[str, ...], what: str) -> str:
    there = [name for name in names if name in fields]
    if len(there) != 1:
        raise Rejected(f"{what} has {' and '.join(there) or 'none'} of {', '.join(names)}; expected exactly one")
    return there[0]


def write_bundle(envelope: Mapping[str, object], hint: str) -> bytes:
    """Write a v0.3 bundle of an envelope that was signed with a key."""
    material = {"publicKey": {"hint": hint}}
    fields = {"mediaType": BUNDLE_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope}
    return json.dumps(fields, separators=(",", ":")).encode()
