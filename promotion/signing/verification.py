"""Who made a signature: the cryptography of one candidate against those who are trusted."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from promotion.signing import keyless
from promotion.signing.bundle import Bundle
from promotion.signing.dsse import Envelope
from promotion.signing.errors import Rejected
from promotion.signing.findings import SignedBy
from promotion.signing.keys import PublicKey
from promotion.signing.rekor import LogEntry
from promotion.signing.signatures_found import MAX_PAYLOAD, SIGNATURE, AttLayer, SigLayer
from promotion.signing.signed import Signed
from promotion.signing.trust_policy import Trust
from promotion.signing.wire import read_base64
from promotion.unknown import Reason, Unknown

_MAX_SIGNATURES = 10
"""In an `.att` envelope. DSSE allows several signers; a sigstore bundle has exactly one."""


def of_payload(layer: SigLayer, trust: Trust) -> SignedBy:
    """Tell who signed the blob of a cosign 2 signature layer. Raises Rejected, or Unknown when that is unknown."""
    if len(layer.payload) > MAX_PAYLOAD:
        raise Rejected(f"its payload has {len(layer.payload)} bytes; the limit is {MAX_PAYLOAD}")
    signature = read_base64(layer.annotations.get(SIGNATURE, ""), "its signature")
    if not signature:
        raise Rejected(f"it has no annotation {SIGNATURE}")
    signed = Signed.blob(layer.payload, signature)
    key = _made_by(signed, trust.keys)
    if key is None:
        return _by_certificate(signed, layer.annotations, trust)
    return _by_key(key, signed, trust, partial(_annotated_entry, layer.annotations))


def of_envelope(layer: AttLayer, trust: Trust) -> tuple[Envelope, SignedBy]:
    """Tell the envelope of a cosign 2 attestation layer, and who signed it. Raises Rejected or Unknown."""
    envelope = Envelope.parse(layer.envelope, "the envelope", at_most=_MAX_SIGNATURES)
    signed = Signed.of(envelope, layer.envelope)
    key = _made_by(signed, trust.keys)
    if key is None:
        return envelope, _by_certificate(signed, layer.annotations, trust)
    return envelope, _by_key(key, signed, trust, partial(_annotated_entry, layer.annotations))


def of_bundle(bundle: Bundle, trust: Trust) -> tuple[Envelope, SignedBy]:
    """Tell the envelope of a sigstore bundle, and who signed it. Raises Rejected or Unknown."""
    if bundle.envelope is None:
        raise Rejected("it signs a bare blob, not a statement about an image")
    if bundle.has_certificate:
        if not trust.identities:
            raise Rejected(f"it was signed keyless; expected {trust.describe()}")
        return bundle.envelope, _keyless(keyless.verify_bundle(bundle, trust.trust_root(), trust.identities))
    signed = Signed.of(bundle.envelope)
    key = _made_by(signed, trust.keys)
    if key is None:
        raise Rejected(f"its signature over this payload and type was not made by {trust.describe()}")
    return bundle.envelope, _by_key(key, signed, trust, partial(_bundled_entry, bundle))


def _made_by(signed: Signed, keys: Sequence[PublicKey]) -> PublicKey | None:
    for key in keys:
        for signature in signed.signatures:
            try:
                key.verify(signed.message, signature)
            except Rejected:
                continue
            return key
    return None


def _by_key(key: PublicKey, signed: Signed, trust: Trust, entry: Callable[[], LogEntry]) -> SignedBy:
    if not trust.key_logs:
        return SignedBy(str(key), key=key.fingerprint)
    logged = entry()
    moment = logged.verify(trust.key_logs)
    logged.ties(signed, key.spki)
    return SignedBy(str(key), key=key.fingerprint, signed=moment)


def _annotated_entry(annotations: Mapping[str, str]) -> LogEntry:
    if keyless.LOG_ENTRY not in annotations:
        raise Rejected("it has no entry in a transparency log, which is required for signatures with a key")
    return LogEntry.from_annotation(annotations[keyless.LOG_ENTRY])


def _bundled_entry(bundle: Bundle) -> LogEntry:
    if len(bundle.log_entries) != 1:
        raise Rejected(f"it has {len(bundle.log_entries)} entries in a transparency log; exactly one is required")
    if "inclusionPromise" not in bundle.log_entries[0]:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            "Its log entry has an inclusion proof but no signed entry timestamp, and inclusion proofs are not "
            "supported for keys; do not require a log for this key.",
        )
    return LogEntry.from_bundle(bundle.log_entries[0])


def _by_certificate(signed: Signed, annotations: Mapping[str, str], trust: Trust) -> SignedBy:
    if not trust.identities or not annotations.get(keyless.CERTIFICATE):
        raise Rejected(f"its signature over these bytes was not made by {trust.describe()}")
    return _keyless(keyless.verify_annotated(annotations, signed, trust.trust_root(), trust.identities))


def _keyless(found: keyless.Keyless) -> SignedBy:
    who = found.signatory
    return SignedBy(f"{who.identity} (as {who.issuer} says)", None, who.identity, who.issuer, found.signed)
