"""Public keys: what is read, what is refused, and which signatures they accept."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.unknown import Reason, Unknown

DATA = b"what is signed"


def public(private) -> bytes:
    """Give the DER SPKI, as KMS GetPublicKey does."""
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def flip(data: bytes, bit: int) -> bytes:
    """Turn one bit over."""
    return bytes(byte ^ (1 << bit % 8 if index == bit // 8 else 0) for index, byte in enumerate(data))


@pytest.mark.parametrize(
    ("curve", "algorithm", "signed_with"),
    [
        (ec.SECP256R1(), "ECDSA P-256", [hashes.SHA256()]),
        (ec.SECP384R1(), "ECDSA P-384", [hashes.SHA384(), hashes.SHA256()]),
        (ec.SECP521R1(), "ECDSA P-521", [hashes.SHA512(), hashes.SHA256()]),
    ],
    ids=["P-256", "P-384", "P-521"],
)
def test_ecdsa_is_verified_in_der_and_raw(curve, algorithm, signed_with):
    """DER and raw r‖s of the same signature are the same signature; one bit more or less is none."""
    private = ec.generate_private_key(curve)
    key = PublicKey.from_spki(public(private))
    assert key.algorithm == algorithm
    size = (curve.key_size + 7) // 8
    for digest in signed_with:
        signature = private.sign(DATA, ec.ECDSA(digest))
        r, s = utils.decode_dss_signature(signature)
        raw = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        for form in (signature, raw):
            key.verify(DATA, form)
            for bad in (form + b"\0", form[:-1], flip(form, 77), b"", b"\0" * len(form)):
                with pytest.raises(Rejected):
                    key.verify(DATA, bad)
            with pytest.raises(Rejected):
                key.verify(DATA + b" ", form)


def test_ecdsa_p256_over_another_hash_is_refused():
    """P-256 goes with SHA-256 alone."""
    private = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(Rejected):
        PublicKey.from_spki(public(private)).verify(DATA, private.sign(DATA, ec.ECDSA(hashes.SHA512())))


def test_ed25519_is_verified():
    """Ed25519 signs the message itself."""
    private = ed25519.Ed25519PrivateKey.generate()
    key = PublicKey.from_spki(public(private))
    assert key.algorithm == "Ed25519"
    key.verify(DATA, private.sign(DATA))
    with pytest.raises(Rejected):
        key.verify(DATA, flip(private.sign(DATA), 3))
    with pytest.raises(Rejected):
        key.verify(DATA, b"short")


def test_rsa_is_verified():
    """PKCS #1 v1.5 and PSS with SHA-256, the schemes KMS offers; SHA-1 is not accepted."""
    private = rsa.generate_private_key(65537, 2048)
    key = PublicKey.from_spki(public(private))
    assert key.algorithm == "RSA 2048"
    key.verify(DATA, private.sign(DATA, padding.PKCS1v15(), hashes.SHA256()))
    key.verify(DATA, private.sign(DATA, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()))
    with pytest.raises(Rejected):
        key.verify(DATA, private.sign(DATA, padding.PKCS1v15(), hashes.SHA1()))


@pytest.mark.parametrize(
    ("private", "why"),
    [
        (lambda: rsa.generate_private_key(65537, 1024), "RSA with 1024 bits, which is weak"),
        (lambda: rsa.generate_private_key(3, 2048), "exponent 3, which is weak"),
        (lambda: ec.generate_private_key(ec.SECP256K1()), "secp256k1"),
        (lambda: ec.generate_private_key(ec.SECP224R1()), "secp224r1"),
        (ed448.Ed448PrivateKey.generate, "neither ECDSA, Ed25519 nor RSA"),
        (lambda: dsa.generate_private_key(2048), "neither ECDSA, Ed25519 nor RSA"),
    ],
    ids=["short RSA", "RSA exponent", "secp256k1", "secp224r1", "Ed448", "DSA"],
)
def test_weak_and_unknown_keys_are_refused_with_a_sentence(private, why):
    """A signature of a weak key proves nothing, so the key is refused before any signature is looked at."""
    with pytest.raises(Unknown, match=why) as refused:
        PublicKey.from_spki(public(private()), "image")
    assert refused.value.reason is Reason.NOT_SUPPORTED
    assert "image" in refused.value.message


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        ("", "empty"),
        ("no key", "not PEM"),
        (b"\xff\xfe", "not PEM"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "cannot be parsed as a public key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "PEM of CERTIFICATE"),
    ],
)
def test_what_is_no_public_key_is_refused(pem, why):
    """The sentence says what was there."""
    with pytest.raises(Unknown, match=why) as refused:
        PublicKey.from_pem(pem, "image")
    assert refused.value.reason is Reason.MALFORMED


def test_a_private_key_in_the_place_of_a_public_one_is_refused_without_repeating_it():
    """The mistake is named and the key does not get into the message."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(Unknown, match="PEM of PRIVATE KEY") as refused:
        PublicKey.from_pem(pem)
    assert pem.splitlines()[1] not in str(refused.value)


def test_two_keys_in_one_file_are_refused():
    """Which of them would count is nobody's guess."""
    pem = PublicKey.from_spki(public(ec.generate_private_key(ec.SECP256R1()))).pem
    with pytest.raises(Unknown, match="PUBLIC KEY, PUBLIC KEY"):
        PublicKey.from_pem(pem + pem)


def test_a_key_is_the_same_key_however_it_was_given(key):
    """PEM and DER give one fingerprint, which is SHA-256 of the DER; the hint is the same in base64."""
    assert PublicKey.from_pem(key.pem).fingerprint == key.fingerprint == hashlib.sha256(key.spki).hexdigest()
    assert bytes.fromhex(key.fingerprint) == base64.b64decode(key.hint)
    assert PublicKey.from_pem(key.pem.encode()) == PublicKey.from_spki(key.spki)


def test_a_key_is_told_apart_at_a_glance(key):
    """Name, algorithm and the beginning of the fingerprint."""
    assert str(key) == f"the key 'image' (ECDSA P-256, sha256:{key.fingerprint[:16]}…)"
    assert str(PublicKey(key.spki)).startswith("the key ECDSA P-256, sha256:")
