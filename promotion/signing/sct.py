"""Signed certificate timestamps: that a certificate was made public in a certificate log (RFC 6962, 3.2)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

from promotion.signing.errors import Rejected
from promotion.signing.rekor import TransparencyLog

_MAX = 10
_PRECERTIFICATE = 1


def verify_sct(certificate: x509.Certificate, issuer: x509.Certificate, logs: Iterable[TransparencyLog]) -> None:
    """Raise Rejected unless a trusted log promised to record this certificate of this issuer."""
    try:
        timestamps = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
    except x509.ExtensionNotFound:
        raise Rejected(
            "its certificate has no signed certificate timestamp (SCT) of a certificate transparency log"
        ) from None
    by_id = {bytes.fromhex(log.key.fingerprint): log for log in logs}
    for each in list(timestamps.value)[:_MAX]:
        log = by_id.get(each.log_id)
        if log is None or not log.used(each.timestamp.replace(tzinfo=UTC)):
            continue
        try:
            log.key.verify(_signed(each, certificate, issuer), each.signature)
        except Rejected:
            continue
        return
    raise Rejected("its certificate has no signed certificate timestamp (SCT) of a log in the trust root")


def _signed(timestamp: SignedCertificateTimestamp, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Rebuild the bytes the log signed: version, type, time, the precertificate under its issuer's key, extensions."""
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = certificate.tbs_precertificate_bytes
    since_epoch = timestamp.timestamp.replace(tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    return b"".join(
        (
            timestamp.version.value.to_bytes(1, "big"),
            (0).to_bytes(1, "big"),
            (since_epoch // timedelta(milliseconds=1)).to_bytes(8, "big"),
            _PRECERTIFICATE.to_bytes(2, "big"),
            sha256(spki).digest(),
            len(body).to_bytes(3, "big"),
            body,
            len(timestamp.extension_bytes).to_bytes(2, "big"),
            timestamp.extension_bytes,
        )
    )
