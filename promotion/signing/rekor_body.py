"""What a Rekor entry's body says was signed: its kinds and versions.

https://github.com/sigstore/rekor/tree/main/pkg/types
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from promotion.signing.errors import Rejected, shown
from promotion.signing.wire import list_field, object_field, read_base64, read_object, read_pem, text_field

_WHAT = "the body of the log entry"


@dataclass(frozen=True)
class LogEntryBody:
    """What a log entry records of one signing."""

    payload: str
    """SHA-256 in hex."""
    envelope: str | None
    """SHA-256 in hex of the whole envelope; None when a bare payload was signed."""
    verifiers: tuple[bytes, ...]
    """DER of the certificate, or of the key's SPKI, of each signer."""
    signatures: tuple[bytes, ...] = ()
    """Empty for the one kind that does not record them, which the envelope's digest makes up for."""


def read_body(body: bytes, *, of_envelope: bool) -> LogEntryBody:
    """Read a body of a kind that records an envelope, or a bare payload. Raises Rejected for every other kind."""
    fields = read_object(body, _WHAT)
    kind = f"{text_field(fields, 'kind', _WHAT)} {text_field(fields, 'apiVersion', _WHAT)}"
    readers = _OF_ENVELOPES if of_envelope else _OF_PAYLOADS
    if kind not in readers:
        raise Rejected(f"{_WHAT} is of kind {shown(kind)}; expected {' or '.join(readers)}")
    return readers[kind](object_field(fields, "spec", _WHAT))


def _hashedrekord(spec: dict[str, Any]) -> LogEntryBody:
    signature = object_field(spec, "signature", _WHAT)
    key = text_field(object_field(signature, "publicKey", _WHAT), "content", _WHAT)
    digest = _sha256(object_field(spec, "data", _WHAT), "hash")
    return LogEntryBody(digest, None, (_der(key),), (read_base64(text_field(signature, "content", _WHAT), _WHAT),))


def _dsse(spec: dict[str, Any]) -> LogEntryBody:
    entries = _objects(spec, "signatures")
    return LogEntryBody(
        _sha256(spec, "payloadHash"),
        _sha256(spec, "envelopeHash"),
        tuple(_der(text_field(entry, "verifier", _WHAT)) for entry in entries),
        tuple(read_base64(text_field(entry, "signature", _WHAT), _WHAT) for entry in entries),
    )


def _intoto_1(spec: dict[str, Any]) -> LogEntryBody:
    content = object_field(spec, "content", _WHAT)
    key = _der(text_field(spec, "publicKey", _WHAT))
    return LogEntryBody(_sha256(content, "payloadHash"), _sha256(content, "hash"), (key,))


def _intoto_2(spec: dict[str, Any]) -> LogEntryBody:
    content = object_field(spec, "content", _WHAT)
    entries = _objects(object_field(content, "envelope", _WHAT), "signatures")
    return LogEntryBody(
        _sha256(content, "payloadHash"),
        _sha256(content, "hash"),
        tuple(_der(text_field(entry, "publicKey", _WHAT)) for entry in entries),
        tuple(_twice(text_field(entry, "sig", _WHAT)) for entry in entries),
    )


_OF_PAYLOADS: dict[str, Callable[[dict[str, Any]], LogEntryBody]] = {"hashedrekord 0.0.1": _hashedrekord}
_OF_ENVELOPES: dict[str, Callable[[dict[str, Any]], LogEntryBody]] = {
    "dsse 0.0.1": _dsse,
    "intoto 0.0.1": _intoto_1,
    "intoto 0.0.2": _intoto_2,
}


def _objects(fields: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = list_field(fields, key, _WHAT)
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Rejected(f"{_WHAT} has no list of objects at `{key}`")
    return entries


def _sha256(fields: dict[str, Any], key: str) -> str:
    hashed = object_field(fields, key, _WHAT)
    if hashed.get("algorithm") != "sha256":
        raise Rejected(f"{_WHAT} records a hash other than sha256")
    return text_field(hashed, "value", _WHAT)


def _twice(encoded: str) -> bytes:
    """Decode a signature: `intoto 0.0.2` records in base64 the base64 text that is in the envelope."""
    return read_base64(read_base64(encoded, _WHAT).decode("ascii", "replace"), _WHAT)


def _der(encoded: str) -> bytes:
    blocks = read_pem(read_base64(encoded, _WHAT).decode("ascii", "replace"), _WHAT)
    if len(blocks) != 1:
        raise Rejected(f"{_WHAT} records {len(blocks)} keys or certificates for one signature")
    return blocks[0][1]
