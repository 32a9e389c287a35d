"""Signing: the forms that cosign 2 and 3 write, made with a key here or a key elsewhere (KMS)."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from promotion.signing.bundle import SIGNATURE_PREDICATE, write_bundle
from promotion.signing.dsse import IN_TOTO, pae, write_envelope
from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.signing.signatures_found import SIGNATURE, AttLayer, BundleManifest, SigLayer, image_digest
from promotion.signing.simplesigning import SimpleSigning
from promotion.signing.statement import Statement, Subject
from promotion.unknown import Reason, Unknown

SignDigest = Callable[[bytes], bytes]
"""Takes the SHA-256 of what is to be signed (32 bytes), returns an ECDSA signature in DER: KMS Sign with
MessageType=DIGEST, which a payload of more than 4096 bytes needs anyway."""


@dataclass(frozen=True)
class Signer:
    """Somebody who signs with ECDSA P-256, the one scheme that every reader must know."""

    public: PublicKey
    sign_digest: SignDigest = field(repr=False)

    def __post_init__(self) -> None:
        """Raise Unknown (not-supported) for another kind of key."""
        if self.public.algorithm != "ECDSA P-256":
            raise Unknown(
                Reason.NOT_SUPPORTED, f"Cannot sign with {self.public}; use an ECDSA P-256 key (KMS: ECC_NIST_P256)."
            )

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey, name: str = "") -> Self:
        """Sign with a private key that is in this process."""
        spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        prehashed = ec.ECDSA(utils.Prehashed(SHA256()))
        return cls(PublicKey.from_spki(spki, name), lambda digest: private.sign(digest, prehashed))

    @classmethod
    def from_pem(cls, pem: bytes, name: str = "", password: bytes | None = None) -> Self:
        """Read a PEM private key. Raises Unknown without a word of the key."""
        what = f"The private key {name}".rstrip()
        try:
            private = load_pem_private_key(pem, password)
        except (ValueError, TypeError):
            raise Unknown(Reason.MALFORMED, f"{what} is not a PEM private key, or the password is wrong.") from None
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise Unknown(Reason.NOT_SUPPORTED, f"{what} is not ECDSA; use ECDSA P-256.")
        return cls.of(private, name)

    def sign(self, data: bytes) -> bytes:
        """Make a DER signature over `data`, verified here before it is returned.

        Raises Unknown when what came back does not verify: another key, or a signature over a digest hashed again.
        """
        signature = self.sign_digest(sha256(data).digest())
        try:
            utils.decode_dss_signature(signature)
            self.public.verify(data, signature)
        except (Rejected, ValueError):
            raise Unknown(
                Reason.ERROR,
                f"The signer returned something that is not a signature by {self.public}; nothing was signed. "
                "Check that the signing key matches the public key, and that it signs the digest as a digest.",
            ) from None
        return signature


def image_signature(
    digest: str, repository: str, signer: Signer, optional: Mapping[str, Any] | None = None
) -> SigLayer:
    """Make a cosign 2 signature of the image `digest`, called `repository` (`host/path`, without tag or digest)."""
    payload = SimpleSigning(image_digest(digest), repository, optional or {}).write()
    return SigLayer(payload, {SIGNATURE: b64encode(signer.sign(payload)).decode()})


def image_bundle(digest: str, signer: Signer) -> BundleManifest:
    """Make a cosign 3 signature of the image `digest`: a bundle of a `sign/v1` statement."""
    subject = Subject({"sha256": image_digest(digest).removeprefix("sha256:")})
    return attestation_bundle(Statement(SIGNATURE_PREDICATE, (subject,), {}).write(), signer)


def attestation_layer(statement: bytes, signer: Signer) -> AttLayer:
    """Sign a statement (`Statement.write`) as cosign 2 attaches it."""
    predicate_type = Statement.parse(statement).predicate_type
    envelope = write_envelope(statement, signer.sign(pae(IN_TOTO, statement)))
    return AttLayer(dumps(envelope).encode(), {SIGNATURE: "", "predicateType": predicate_type})


def attestation_bundle(statement: bytes, signer: Signer) -> BundleManifest:
    """Sign a statement (`Statement.write`) as cosign 3 attaches it."""
    predicate_type = Statement.parse(statement).predicate_type
    envelope = write_envelope(statement, signer.sign(pae(IN_TOTO, statement)))
    return BundleManifest(
        write_bundle(envelope, signer.public.hint),
        {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicate_type,
        },
    )
