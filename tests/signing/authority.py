"""For tests: a certificate authority like Fulcio with its certificate log, and a trust root for it."""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from promotion.signing.identity import ISSUER, ISSUER_OLD

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
IDENTITY = "https://github.com/example/shop/.github/workflows/build.yml@refs/heads/main"
OIDC = "https://token.actions.githubusercontent.com"
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def spki(key) -> bytes:
    """Give the DER of the public half of a key."""
    public = key.public_key() if hasattr(key, "public_key") else key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pem(certificate: x509.Certificate) -> str:
    """Write a certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM).decode()


def b64(data: bytes) -> str:
    """Write bytes as base64 text."""
    return b64encode(data).decode()


def utf8_string(text: str) -> bytes:
    """Write a short DER UTF8String."""
    content = text.encode()
    assert len(content) < 0x80
    return bytes([0x0C, len(content)]) + content


def _p256():
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Leaf:
    """A signing key of minutes and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, data: bytes) -> bytes:
        """Sign with ECDSA and SHA-256, DER."""
        return self.key.sign(data, ec.ECDSA(SHA256()))


@dataclass
class Authority:
    """Root, intermediate, certificate log and transparency log, each with its own key."""

    root_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP384R1()))
    issuer_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP384R1()))
    ct_key: ec.EllipticCurvePrivateKey = field(default_factory=_p256)
    log_key: ec.EllipticCurvePrivateKey = field(default_factory=_p256)

    def __post_init__(self):
        self.root = self._ca("root", self.root_key, "root", self.root_key, 1)
        self.issuer = self._ca("intermediate", self.issuer_key, "root", self.root_key, 0)

    def _ca(self, name, key, issuer, issuer_key, path_length):
        usage = x509.KeyUsage(*(index in {5, 6} for index in range(9)))
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=365))
            .not_valid_after(NOW + timedelta(days=3650))
            .add_extension(usage, critical=True)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if path_length == 0:
            eku = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
            builder = builder.add_extension(eku, critical=False)
        return builder.sign(issuer_key, SHA384())

    def certify(
        self,
        identity=IDENTITY,
        issuer=OIDC,
        *,
        names=None,
        old_issuer=None,
        purpose=ExtendedKeyUsageOID.CODE_SIGNING,
        valid_from=NOW - timedelta(minutes=1),
        valid_to=NOW + timedelta(minutes=9),
        sct_key=None,
        sct_body=None,
        key=None,
    ) -> Leaf:
        """Issue a leaf certificate; `old_issuer` "" leaves the deprecated extension out."""
        key = key or _p256()
        kind = x509.RFC822Name if "@" in identity and "://" not in identity else x509.UniformResourceIdentifier
        old = issuer if old_issuer is None else old_issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(_name("intermediate"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid_from)
            .not_valid_after(valid_to)
            .add_extension(x509.KeyUsage(*(index == 0 for index in range(9))), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer_key.public_key()), critical=False
            )
        )
        if names is None:
            names = [kind(identity)]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
        if issuer:
            builder = builder.add_extension(x509.UnrecognizedExtension(ISSUER, utf8_string(issuer)), critical=False)
        if old:
            builder = builder.add_extension(x509.UnrecognizedExtension(ISSUER_OLD, old.encode()), critical=False)
        if sct_key is None:
            sct_key = self.ct_key
        if sct_key:
            body = sct_body or builder.sign(self.issuer_key, SHA384()).tbs_certificate_bytes
            listed = self._sct(body, valid_from, sct_key)
            builder = builder.add_extension(x509.UnrecognizedExtension(SCT_LIST, listed), critical=False)
        return Leaf(key, builder.sign(self.issuer_key, SHA384()))

    def _sct(self, body: bytes, moment: datetime, key) -> bytes:
        millis = (int(moment.timestamp()) * 1000 + 123).to_bytes(8, "big")
        log_id = hashlib.sha256(spki(key)).digest()
        issuer = hashlib.sha256(spki(self.issuer_key)).digest()
        signed = b"\0\0" + millis + b"\0\1" + issuer + len(body).to_bytes(3, "big") + body + b"\0\0"
        signature = key.sign(signed, ec.ECDSA(SHA256()))
        one = b"\0" + log_id + millis + b"\0\0" + b"\4\3" + len(signature).to_bytes(2, "big") + signature
        listed = len(one).to_bytes(2, "big") + one
        listed = len(listed).to_bytes(2, "big") + listed
        assert len(listed) < 0x80 or len(listed) < 0x100
        return (b"\x04" + bytes([len(listed)]) if len(listed) < 0x80 else b"\x04\x81" + bytes([len(listed)])) + listed

    def trusted_root(self, *, ct_keys=None, log_keys=None, **validity) -> bytes:
        """Write a sigstore trusted_root.json of this authority."""
        period = {"start": "2020-01-01T00:00:00Z", **validity}

        def log(url, key):
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(spki(key)),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": period,
                },
                "logId": {"keyId": b64(hashlib.sha256(spki(key)).digest())},
            }

        certificates = [{"rawBytes": b64(each.public_bytes(Encoding.DER))} for each in (self.issuer, self.root)]
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log("https://log.example.com", key) for key in log_keys or [self.log_key]],
                "certificateAuthorities": [
                    {
                        "subject": {"organization": "example", "commonName": "root"},
                        "uri": "https://ca.example.com",
                        "certChain": {"certificates": certificates},
                        "validFor": period,
                    }
                ],
                "ctlogs": [log("https://ct.example.com", key) for key in ct_keys or [self.ct_key]],
                "timestampAuthorities": [],
            }
        ).encode()


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "example"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )
