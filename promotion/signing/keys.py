"""Public keys whose signatures count."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from promotion.signing.errors import Rejected, shown
from promotion.signing.wire import read_pem
from promotion.unknown import Reason, Unknown

Supported = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

_CURVES: dict[str, tuple[str, tuple[hashes.HashAlgorithm, ...]]] = {
    "secp256r1": ("P-256", (hashes.SHA256(),)),
    "secp384r1": ("P-384", (hashes.SHA384(), hashes.SHA256())),
    "secp521r1": ("P-521", (hashes.SHA512(), hashes.SHA256())),
}
"""What signs over each curve: KMS and sigstore bundles the hash of the curve's size, cosign 2 always SHA-256."""
_RSA_MIN, _RSA_MAX = 2048, 8192
"""Bits. Less is weak (NIST SP 800-131A); more only serves to keep the verifier busy."""
_RSA_EXPONENT = 65537


@dataclass(frozen=True)
class PublicKey:
    """A public key: its DER SubjectPublicKeyInfo (RFC 5280), and what the settings call it."""

    spki: bytes = field(repr=False)
    name: str = ""

    @classmethod
    def from_pem(cls, pem: str | bytes, name: str = "") -> Self:
        """Read one PEM `PUBLIC KEY` block.

        Raises Unknown (malformed) when it is something else, Unknown (not-supported) when the key is weak or of a kind
        that is not verified here.
        """
        what = f"The public key {name}".rstrip()
        try:
            blocks = read_pem(pem.decode("ascii") if isinstance(pem, bytes) else pem, what)
        except Rejected as rejected:
            raise Unknown(Reason.MALFORMED, f"{rejected.message}; give the key as one PEM PUBLIC KEY block.") from None
        except UnicodeDecodeError:
            raise Unknown(Reason.MALFORMED, f"{what} is not PEM; give it as one PEM PUBLIC KEY block.") from None
        labels = [label for label, _ in blocks]
        if labels != ["PUBLIC KEY"]:
            there = ", ".join(labels)
            raise Unknown(Reason.MALFORMED, f"{what} is PEM of {there}; expected exactly one PUBLIC KEY block.")
        return cls.from_spki(blocks[0][1], name)

    @classmethod
    def from_spki(cls, spki: bytes, name: str = "") -> Self:
        """Read a DER SubjectPublicKeyInfo, as AWS KMS GetPublicKey gives it. Raises Unknown as `from_pem` does."""
        what = f"The public key {name}".rstrip()
        try:
            loaded = load_der_public_key(spki)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Unknown(Reason.MALFORMED, f"{what} cannot be parsed as a public key: {shown(error)}.") from None
        weakness = _weakness(loaded)
        if weakness:
            raise Unknown(Reason.NOT_SUPPORTED, f"{what} {weakness}; sign with ECDSA P-256 instead.")
        # Re-encoded, so that one key has one fingerprint however its file was written.
        return cls(loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), name)

    @cached_property
    def key(self) -> Supported:
        """The key as `cryptography` has it."""
        loaded = load_der_public_key(self.spki)
        if not isinstance(loaded, Supported):  # a PublicKey made past the constructors above
            raise TypeError("not a supported public key")
        return loaded

    @property
    def algorithm(self) -> str:
        """What the key signs with: `ECDSA P-256`, `Ed25519`, `RSA 3072`."""
        if isinstance(self.key, ec.EllipticCurvePublicKey):
            return f"ECDSA {_CURVES[self.key.curve.name][0]}"
        return f"RSA {self.key.key_size}" if isinstance(self.key, rsa.RSAPublicKey) else "Ed25519"

    @property
    def hint(self) -> str:
        """Base64 of SHA-256 of the SPKI: what cosign puts into a bundle to say which key signed."""
        return base64.b64encode(hashlib.sha256(self.spki).digest()).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SPKI, 64 hex digits: `openssl pkey -pubin -outform DER | sha256sum`; Rekor's log id."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def pem(self) -> str:
        """The key as a PEM `PUBLIC KEY` block."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def __str__(self) -> str:
        """Enough to tell two keys apart: `the key 'image' (ECDSA P-256, sha256:1f2e3d4c…)`."""
        detail = f"{self.algorithm}, sha256:{self.fingerprint[:16]}…"
        return f"the key {self.name!r} ({detail})" if self.name else f"the key {detail}"

    def verify(self, data: bytes, signature: bytes) -> None:
        """Raise Rejected unless this key made `signature` over `data`.

        ECDSA signatures may be DER (RFC 3279) or raw r‖s (IEEE P1363), which some attestors write.
        """
        if not any(_accepts(self.key, data, form) for form in self._forms(signature)):
            raise Rejected(f"the signature was not made over these bytes by {self}")

    def _forms(self, signature: bytes) -> tuple[bytes, ...]:
        if not isinstance(self.key, ec.EllipticCurvePublicKey):
            return (signature,)
        half = (self.key.key_size + 7) // 8
        if len(signature) != 2 * half:
            return (signature,)
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        return (signature, utils.encode_dss_signature(r, s))


def _accepts(key: Supported, data: bytes, signature: bytes) -> bool:
    checks: list[Callable[[], None]]
    if isinstance(key, ec.EllipticCurvePublicKey):
        checks = [partial(key.verify, signature, data, ec.ECDSA(each)) for each in _CURVES[key.curve.name][1]]
    elif isinstance(key, rsa.RSAPublicKey):
        schemes = (padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO))
        checks = [partial(key.verify, signature, data, scheme, hashes.SHA256()) for scheme in schemes]
    else:
        checks = [partial(key.verify, signature, data)]
    return any(_holds(check) for check in checks)


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except InvalidSignature:
        return False
    return True


def _weakness(key: object) -> str | None:
    """Say why no signature of this key may count; None when it may."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        known = key.curve.name in _CURVES
        return None if known else f"is ECDSA over {key.curve.name}; only P-256, P-384 and P-521 are supported"
    if isinstance(key, rsa.RSAPublicKey):
        return _rsa_weakness(key)
    return None if isinstance(key, ed25519.Ed25519PublicKey) else "is neither ECDSA, Ed25519 nor RSA"


def _rsa_weakness(key: rsa.RSAPublicKey) -> str | None:
    if key.key_size < _RSA_MIN:
        return f"is RSA with {key.key_size} bits, which is weak: at least {_RSA_MIN} are required"
    if key.key_size > _RSA_MAX:
        return f"is RSA with {key.key_size} bits; more than {_RSA_MAX} are not supported"
    if key.public_numbers().e < _RSA_EXPONENT:
        return f"is RSA with exponent {key.public_numbers().e}, which is weak: at least {_RSA_EXPONENT} is required"
    return None
