"""Reading the certificate that a server shows."""

from promotion.sections.security.https.seen import Leaf


def read_leaf(der: bytes) -> Leaf:
    """Read a certificate from its DER form. Raises ValueError if it is none."""
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(der)
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names: tuple[str, ...] = ()
    else:
        names = (
            *alternative.get_values_for_type(x509.DNSName),
            *(str(one) for one in alternative.get_values_for_type(x509.IPAddress)),
        )
    return Leaf(
        subject=certificate.subject.rfc4514_string(),
        names=names,
        issuer=certificate.issuer.rfc4514_string(),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
    )


def asked_name(names: tuple[str, ...]) -> str | None:
    """Give a name to ask a server for that a certificate of these names is for; None if it has none.

    A wildcard stands for one label (RFC 9525, 6.3), so any will do.
    """
    whole = [name for name in names if not name.startswith("*.")]
    return whole[0] if whole else next((f"promotion-checklist.{name[2:]}" for name in names), None)
