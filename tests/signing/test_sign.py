"""Signing: the private key stays unseen, and a signature that does not verify never leaves."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from promotion.signing.keys import PublicKey
from promotion.signing.sign import Signer, attestation_layer, image_bundle, image_signature
from promotion.signing.statement import Statement, Subject
from promotion.unknown import Reason, Unknown

HEX = "ab" * 32
PREHASHED = ec.ECDSA(utils.Prehashed(SHA256()))


@pytest.fixture
def private() -> ec.EllipticCurvePrivateKey:
    """Make a private key."""
    return ec.generate_private_key(ec.SECP256R1())


def public(private) -> PublicKey:
    """Read the public half."""
    return PublicKey.from_spki(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def test_a_key_elsewhere_signs_digests(private):
    """What KMS is asked is 32 bytes, and what it answers is taken as it is."""
    asked = []

    def sign_digest(digest: bytes) -> bytes:
        asked.append(digest)
        return private.sign(digest, PREHASHED)

    signer = Signer(public(private), sign_digest)
    signer.public.verify(b"x" * 10_000, signer.sign(b"x" * 10_000))
    assert [len(each) for each in asked] == [32]


@pytest.mark.parametrize(
    "sign_digest",
    [
        lambda private, digest: private.sign(digest, ec.ECDSA(SHA256())),
        lambda _, digest: ec.generate_private_key(ec.SECP256R1()).sign(digest, PREHASHED),
        lambda private, digest: b"".join(
            part.to_bytes(32, "big") for part in utils.decode_dss_signature(private.sign(digest, PREHASHED))
        ),
        lambda *_: b"",
    ],
    ids=["hashed again", "another key", "not DER", "nothing"],
)
def test_a_signature_that_does_not_verify_never_leaves(private, sign_digest):
    """A signing service that hashes the digest again, signs with another key, or answers in another form."""
    signer = Signer(public(private), lambda digest: sign_digest(private, digest))
    with pytest.raises(Unknown, match="nothing was signed") as unknown:
        image_bundle(f"sha256:{HEX}", signer)
    assert unknown.value.reason is Reason.ERROR


def test_only_p256_signs(private):
    """The one scheme that every reader must know."""
    with pytest.raises(Unknown, match="P-384"):
        Signer.of(ec.generate_private_key(ec.SECP384R1()))


def test_a_private_key_is_read_and_never_shown(private):
    """With and without a password; neither key nor password is in a message or a repr."""
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    locked = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hush"))
    assert Signer.from_pem(plain).public == Signer.from_pem(locked, password=b"hush").public
    for pem, password in ((locked, None), (locked, b"wrong word"), (b"nonsense", None), (plain, b"wrong word")):
        with pytest.raises(Unknown, match="image") as unknown:
            Signer.from_pem(pem, "image", password)
        assert unknown.value.__cause__ is None
        assert "wrong word" not in str(unknown.value)
    other = ed25519.Ed25519PrivateKey.generate()
    with pytest.raises(Unknown, match="not ECDSA"):
        Signer.from_pem(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert "sign_digest" not in repr(Signer.from_pem(plain))


def test_the_forms_are_cosign_s(signer):
    """Media types, names and places of the fields are those that cosign 2.5 and 3.1 write."""
    layer = image_signature(f"sha256:{HEX}", "r.example.com/shop", signer, {"commit": "1"})
    assert json.loads(layer.payload)["optional"] == {"commit": "1"}
    assert list(layer.annotations) == ["dev.cosignproject.cosign/signature"]
    bundle = json.loads(image_bundle(f"sha256:{HEX}", signer).bundle)
    assert bundle["verificationMaterial"] == {"publicKey": {"hint": signer.public.hint}}
    statement = Statement("p:q", (Subject({"sha256": HEX}),), {}).write()
    layer = attestation_layer(statement, signer)
    assert layer.annotations == {"dev.cosignproject.cosign/signature": "", "predicateType": "p:q"}


def test_only_statements_are_attested(signer):
    """What is no statement is refused before it is attached, not after."""
    from promotion.signing.errors import Rejected

    with pytest.raises(Rejected):
        attestation_layer(b"{}", signer)
    with pytest.raises(ValueError, match="not a sha256 digest"):
        image_bundle("latest", signer)
