"""Transparency log entries: that a log promised to record a signature, when, and that it was this signature.

Rekor's signed entry timestamp (SET) proves only that some entry was accepted at some time. So the entry's body is
compared with the signature, the key or certificate, and the bytes at hand: otherwise anybody's entry would do.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self

from promotion.signing.errors import Rejected, shown
from promotion.signing.keys import PublicKey
from promotion.signing.rekor_body import read_body
from promotion.signing.signed import Signed
from promotion.signing.wire import MAX_ANNOTATION, object_field, read_base64, read_object, text_field

_LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class TransparencyLog:
    """A log that is trusted: its key, and from when to when it used it (None: still)."""

    key: PublicKey
    start: datetime | None = None
    end: datetime | None = None

    def used(self, moment: datetime) -> bool:
        """Whether the log used this key then."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment <= self.end)


@dataclass(frozen=True)
class LogEntry:
    """An entry, and the log's promise (SET) to record it; nothing in it is trusted before `verify`."""

    body: bytes
    integrated: datetime
    log_index: int
    log_id: str
    """SHA-256 of the log's SPKI, hex."""
    promise: bytes

    @classmethod
    def from_annotation(cls, text: str) -> Self:
        """Read the annotation `dev.sigstore.cosign/bundle` of cosign 2. Raises Rejected."""
        what = "the log entry"
        fields = read_object(text.encode("utf-8", "surrogatepass"), what, limit=MAX_ANNOTATION)
        payload = object_field(fields, "Payload", what)
        return cls(
            body=read_base64(text_field(payload, "body", what), f"the body of {what}"),
            integrated=_moment(payload.get("integratedTime"), what),
            log_index=_count(payload.get("logIndex"), what),
            log_id=text_field(payload, "logID", what),
            promise=read_base64(text_field(fields, "SignedEntryTimestamp", what), f"the promise of {what}"),
        )

    @classmethod
    def from_bundle(cls, fields: Mapping[str, Any]) -> Self:
        """Read one of a sigstore bundle's `tlogEntries`. Raises Rejected."""
        what = "the bundle's log entry"
        log_id = object_field(fields, "logId", what)
        promise = object_field(fields, "inclusionPromise", what)
        signed = text_field(promise, "signedEntryTimestamp", what)
        return cls(
            body=read_base64(text_field(fields, "canonicalizedBody", what), f"the body of {what}"),
            integrated=_moment(_decimal(fields.get("integratedTime")), what),
            log_index=_count(_decimal(fields.get("logIndex")), what),
            log_id=read_base64(text_field(log_id, "keyId", what), f"the log id of {what}").hex(),
            promise=read_base64(signed, f"the promise of {what}"),
        )

    def verify(self, logs: Iterable[TransparencyLog]) -> datetime:
        """Tell when the log took the entry in. Raises Rejected unless one of `logs` promised exactly this."""
        log = next((log for log in logs if log.key.fingerprint == self.log_id), None)
        if log is None:
            raise Rejected(f"its log entry is from the log {shown(self.log_id)}, which the trust root does not know")
        if not log.used(self.integrated):
            raise Rejected(
                f"its log entry is of {self.integrated:%Y-%m-%d}, a time at which the log did not use that key"
            )
        payload = {
            "body": b64encode(self.body).decode(),
            "integratedTime": int(self.integrated.timestamp()),
            "logID": self.log_id,
            "logIndex": self.log_index,
        }
        # Canonical JSON (RFC 8785) of ASCII texts and whole numbers is what json writes with sorted keys and no spaces.
        log.key.verify(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode(), self.promise)
        return self.integrated

    def ties(self, signed: Signed, verifier: bytes) -> None:
        """Raise Rejected unless the body records this very signing.

        `verifier` is the DER of the certificate, or of the key's SPKI.
        """
        recorded = read_body(self.body, of_envelope=signed.in_envelope)
        if recorded.payload != sha256(signed.payload).hexdigest():
            raise Rejected("its log entry records a payload other than the signed one")
        if signed.envelope is not None and recorded.envelope != sha256(signed.envelope).hexdigest():
            raise Rejected("its log entry records another envelope")
        if set(recorded.verifiers) != {verifier}:
            raise Rejected("its log entry records a key or certificate other than the signing one")
        if not set(recorded.signatures) <= set(signed.signatures):
            raise Rejected("its log entry records another signature")
        if not recorded.signatures and signed.envelope is None:
            raise Rejected("its log entry does not record the signature")


def _decimal(value: object) -> object:
    """Protobuf's JSON writes 64-bit numbers as text."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 else value


def _count(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise Rejected(f"{what} has an index that is not a whole number")
    return value


def _moment(value: object, what: str) -> datetime:
    seconds = _count(value, what)
    if not 0 < seconds < _LATEST:
        raise Rejected(f"{what} has no valid time")
    return datetime.fromtimestamp(seconds, UTC)
