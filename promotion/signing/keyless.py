"""Keyless signatures: made with a certificate of minutes, so the identity in it and the time of signing are judged.

cosign 2 keeps certificate and log entry in annotations; those are verified here. What sigstore bundles keep (inclusion
proofs, RFC 3161 time stamps) is verified by the optional package `sigstore`.
"""

import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from promotion.signing.bundle import Bundle
from promotion.signing.certificate import UNREADABLE, key_of, read_certificates, verify_chain
from promotion.signing.errors import Rejected, shown
from promotion.signing.identity import Identity, Signatory
from promotion.signing.rekor import LogEntry
from promotion.signing.signed import Signed
from promotion.signing.trust_root import EXTRA, TrustRoot
from promotion.unknown import Reason, Unknown

_HOSTILE = (
    *UNREADABLE,
    InvalidSignature,
    x509.ExtensionNotFound,
    struct.error,
    LookupError,
    AttributeError,
    ArithmeticError,
)
"""What the package sigstore lets through, beside its own errors, when its parsers meet hostile material."""

CERTIFICATE = "dev.sigstore.cosign/certificate"
CHAIN = "dev.sigstore.cosign/chain"
LOG_ENTRY = "dev.sigstore.cosign/bundle"
TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp"


@dataclass(frozen=True)
class Keyless:
    """A verified keyless signature: by whom, and when, as far as that was proven."""

    signatory: Signatory
    signed: datetime | None


def verify_annotated(
    annotations: Mapping[str, str], signed: Signed, root: TrustRoot, identities: Sequence[Identity]
) -> Keyless:
    """Verify a signature by the certificate and log entry in a layer's annotations.

    Raises Rejected; raises Unknown (not-supported) when only an RFC 3161 time stamp says when.
    """
    certificate = _one_certificate(annotations)
    if len(signed.signatures) != 1:
        raise Rejected(f"its envelope has {len(signed.signatures)} signatures; a keyless one has exactly one")
    key_of(certificate).verify(signed.message, signed.signatures[0])
    if LOG_ENTRY not in annotations:
        if TIMESTAMP in annotations:
            raise Unknown(
                Reason.NOT_SUPPORTED,
                "The time of signing is known only from an RFC 3161 time stamp beside a cosign 2 signature, which "
                "is not supported; sign with a transparency log or as a sigstore bundle.",
            )
        raise Rejected("no log entry says when it was signed, so its certificate may have expired before")
    entry = LogEntry.from_annotation(annotations[LOG_ENTRY])
    moment = entry.verify(root.transparency_logs)
    entry.ties(signed, certificate.public_bytes(Encoding.DER))
    links = read_certificates(annotations[CHAIN], "its certificate chain") if annotations.get(CHAIN) else ()
    verify_chain(certificate, links, root, moment)
    signatory = Signatory.of(certificate)
    signatory.expected(identities)
    return Keyless(signatory, moment)


def _one_certificate(annotations: Mapping[str, str]) -> x509.Certificate:
    certificates = read_certificates(annotations[CERTIFICATE], "its certificate")
    if len(certificates) != 1:
        raise Rejected(f"its certificate annotation holds {len(certificates)} certificates; expected one")
    return certificates[0]


class _Expected:
    """The policy handed to `sigstore`; its own compares the issuer only in the deprecated extension."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self.identities = identities
        self.signatory: Signatory | None = None

    def verify(self, cert: x509.Certificate) -> None:
        signatory = Signatory.of(cert)
        signatory.expected(self.identities)
        self.signatory = signatory


def verify_bundle(bundle: Bundle, root: TrustRoot, identities: Sequence[Identity]) -> Keyless:
    """Verify a bundle that was signed with a certificate, by way of the package `sigstore`, offline.

    Raises Rejected; raises Unknown (not-supported) when the package is not installed.
    """
    try:
        from sigstore.errors import Error  # here, because it is optional and takes a second
        from sigstore.models import Bundle as SigstoreBundle
        from sigstore.models import TrustedRoot
        from sigstore.verify import Verifier
    except ModuleNotFoundError:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"There is a keyless sigstore bundle, but the package that verifies it is not installed; {EXTRA}.",
        ) from None
    if bundle.envelope is None:
        raise Rejected("it signs a bare blob, not a statement about an image")
    if not bundle.log_entries:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            "It has no entry in a transparency log, and a time stamp alone is not supported (GitHub's attestations "
            "in private repositories have only that); sign with a transparency log or with a key.",
        )
    policy = _Expected(identities)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(root.raw)
        file.flush()
        try:
            trusted = TrustedRoot.from_file(file.name)
        except (Error, ValueError) as error:
            raise Unknown(
                Reason.MALFORMED,
                f"The package sigstore cannot read the trust root: {shown(error)}; give a different one.",
            ) from None
    try:
        kind, payload = Verifier(trusted_root=trusted).verify_dsse(SigstoreBundle.from_json(bundle.raw), policy)
    except (Error, *_HOSTILE) as error:
        raise Rejected(f"it does not verify: {shown(error)}") from None
    if (kind, payload) != (bundle.envelope.payload_type, bundle.envelope.payload) or policy.signatory is None:
        raise Rejected("two readers of the bundle disagree on what was signed")
    return Keyless(policy.signatory, _logged(bundle))


def _logged(bundle: Bundle) -> datetime | None:
    """When the log took it in, if it promised that; the entry itself was verified before."""
    if "inclusionPromise" not in bundle.log_entries[0]:
        return None
    return LogEntry.from_bundle(bundle.log_entries[0]).integrated
