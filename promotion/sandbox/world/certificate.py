"""The certificate of an environment's load balancer in ACM."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

ISSUED_DAYS_AGO = 10
VALID_DAYS = 397
"""How long a certificate of ACM is valid: 13 months."""


def issue(environment: "Environment") -> None:
    """Make a certificate as ACM issues them, ten days old."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = today - timedelta(days=ISSUED_DAYS_AGO)
    key, certificate = _leaf(f"shop.{environment.name}.example", start, start + timedelta(days=VALID_DAYS))
    answer = environment.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)
    environment.certificate = answer["CertificateArn"]
    environment.backend("acm")._certificates[environment.certificate].type = "AMAZON_ISSUED"


def add(environment: "Environment", name: str) -> str:
    """Make a certificate for another name (SNI), put it on the HTTPS listener, and give its ARN."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    key, certificate = _leaf(name, today - timedelta(days=ISSUED_DAYS_AGO), today + timedelta(days=VALID_DAYS))
    answer = environment.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)
    arn = str(answer["CertificateArn"])
    listener = environment.listeners[443]
    kept = environment.backend("acm")._certificates[arn]
    kept.type, kept.in_use_by = "AMAZON_ISSUED", [listener]
    environment.client("elbv2").add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": arn}])
    return arn


def redate(environment: "Environment", end: datetime, name: str | None = None, arn: str | None = None) -> None:
    """Let the certificate end at a moment, in UTC, past or future; let it be for another name if one is given.

    `arn` is that of another certificate than the environment's.
    """
    from cryptography import x509

    kept = environment.backend("acm")._certificates[arn or environment.certificate]
    wanted = name or (kept.common_name if arn else f"shop.{environment.name}.example")
    _, pem = _leaf(wanted, end - timedelta(days=VALID_DAYS), end)
    kept.cert, kept._cert, kept.sans = pem, x509.load_pem_x509_certificate(pem), [wanted]
    kept.common_name = wanted
    kept.status = "EXPIRED" if end < datetime.now(UTC) else "ISSUED"


@cache
def _leaf(name: str, start: datetime, end: datetime) -> tuple[bytes, bytes]:
    """Give key and certificate as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Amazon RSA 2048 M02")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)
