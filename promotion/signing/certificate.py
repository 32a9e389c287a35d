"""Certificates of keyless signatures: read, and followed to a trusted authority at the time of signing."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from promotion.signing.errors import Rejected, shown
from promotion.signing.keys import PublicKey
from promotion.signing.sct import verify_sct
from promotion.signing.trust_root import TrustRoot
from promotion.signing.wire import read_pem
from promotion.unknown import Unknown

UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises, now or on first use, for certificates that are not well-formed."""

_MAX_CHAIN = 8
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def read_certificates(pem: str, what: str) -> tuple[x509.Certificate, ...]:
    """Read the certificates in `pem`, one to eight. Raises Rejected."""
    blocks = read_pem(pem, what)
    if len(blocks) > _MAX_CHAIN or any(label != "CERTIFICATE" for label, _ in blocks):
        raise Rejected(f"{what} is not one to {_MAX_CHAIN} PEM certificates")
    try:
        certificates = tuple(x509.load_der_x509_certificate(der) for _, der in blocks)
        for certificate in certificates:
            certificate.extensions  # noqa: B018 - parsed here, so that what is malformed is found here
    except UNREADABLE as error:
        raise Rejected(f"{what} cannot be read as X.509: {shown(error)}") from None
    return certificates


def key_of(certificate: x509.Certificate) -> PublicKey:
    """Take out the key that the certificate certifies. Raises Rejected when it is weak or of an unknown kind."""
    try:
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return PublicKey.from_spki(spki, "of the certificate")
    except Unknown as unknown:
        raise Rejected(unknown.message) from None
    except UNREADABLE as error:
        raise Rejected(f"its certificate's key cannot be read: {shown(error)}") from None


def verify_chain(
    certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], root: TrustRoot, moment: datetime
) -> None:
    """Raise Rejected unless a trusted authority issued the certificate, for code signing, and it was valid then.

    Also demands the promise of a trusted certificate log (SCT). `intermediates` come from a stranger and are only
    links; the ends of the chain are `root`'s.
    """
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise Rejected(
            f"it was signed at {moment:{_TIME}}, but its certificate is valid only from "
            f"{certificate.not_valid_before_utc:{_TIME}} to {certificate.not_valid_after_utc:{_TIME}}"
        )
    _for_code_signing(certificate)
    anchors = [each for authority in root.authorities if authority.used(moment) for each in authority.certificates]
    if not anchors:
        raise Rejected(f"the trust root has no certificate authority for {moment:%Y-%m-%d}")
    # The defaults of `cryptography` are the web's and demand client authentication; code signing is judged above.
    policies = (ExtensionPolicy.webpki_defaults_ca(), ExtensionPolicy.webpki_defaults_ee())
    ca, leaf = (each.may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None) for each in policies)
    verifier = (
        PolicyBuilder().store(Store(anchors)).time(moment).extension_policies(ca_policy=ca, ee_policy=leaf)
    ).build_client_verifier()
    try:
        chain = verifier.verify(certificate, list(intermediates)).chain
    except (VerificationError, *UNREADABLE) as error:
        raise Rejected(
            f"its certificate was not issued by a certificate authority of the trust root: {shown(error)}"
        ) from None
    verify_sct(certificate, chain[1], root.certificate_logs)


def _for_code_signing(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        raise Rejected("its certificate has no extended key usage for code signing") from None
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in purposes:
        raise Rejected("its certificate is not for code signing")
