"""Sigstore bundles: what is read, and what is refused."""

import json
from pathlib import Path

import pytest

from promotion.signing.bundle import SIGNATURE_PREDICATE, Bundle, write_bundle
from promotion.signing.dsse import write_envelope
from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.signing.signatures_found import BUNDLE_TYPES
from promotion.signing.statement import Statement

ENVELOPE = write_envelope(b"{}", b"signature")
MESSAGE = {"messageDigest": {"algorithm": "SHA2_256", "digest": "AAAA"}, "signature": "AAAA"}
KEY = {"publicKey": {"hint": "hint"}}


def bundle(**changes) -> bytes:
    """Write a bundle, with changes; None takes a field away."""
    fields = json.loads(write_bundle(ENVELOPE, "hint")) | changes
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


@pytest.mark.parametrize("media_type", sorted(BUNDLE_TYPES))
def test_all_versions_are_read(media_type):
    """v0.1 to v0.3, and the two ways to write the last."""
    read = Bundle.parse(bundle(mediaType=media_type))
    assert (read.has_certificate, read.hint, read.log_entries) == (False, "hint", ())
    assert read.envelope.payload == b"{}"


@pytest.mark.parametrize(
    "material",
    [
        {"certificate": {"rawBytes": "AAAA"}},
        {"x509CertificateChain": {"certificates": [{"rawBytes": "AAAA"}]}, "tlogEntries": [{}]},
    ],
    ids=["certificate", "chain"],
)
def test_a_certificate_is_noticed(material):
    """Such a bundle is for keyless verification."""
    assert Bundle.parse(bundle(verificationMaterial=material)).has_certificate


def test_a_bundle_over_a_blob_has_no_envelope():
    """It signs bytes, and says nothing about an image."""
    assert Bundle.parse(bundle(dsseEnvelope=None, messageSignature=MESSAGE)).envelope is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"mediaType": "application/vnd.dev.sigstore.bundle.v0.4+json"}, "v0.1 to v0.3 are supported"),
        ({"mediaType": None}, "no string at `mediaType`"),
        ({"verificationMaterial": None}, "no object"),
        ({"verificationMaterial": {}}, "has none of"),
        ({"verificationMaterial": {**KEY, "certificate": {}}}, "publicKey and certificate"),
        ({"verificationMaterial": {"publicKey": []}}, "no object at `publicKey`"),
        ({"verificationMaterial": {**KEY, "PublicKey": {}}}, "differ only in case"),
        ({"verificationMaterial": {**KEY, "tlogEntries": {}}}, "tlogEntries"),
        ({"verificationMaterial": {**KEY, "tlogEntries": [1]}}, "tlogEntries"),
        ({"dsseEnvelope": None}, "has none of"),
        ({"messageSignature": MESSAGE}, "dsseEnvelope and messageSignature"),
        ({"dsseEnvelope": None, "messageSignature": {}}, "no string at `signature`"),
        ({"dsseEnvelope": {**ENVELOPE, "signatures": []}}, "has 0 signatures"),
        ({"dsseEnvelope": {**ENVELOPE, "signatures": [{"sig": "AAAA"}] * 2}}, "has 2 signatures"),
    ],
)
def test_malformed_bundles_are_refused(changes, why):
    """Exactly one content, one material, one signature."""
    with pytest.raises(Rejected, match=why):
        Bundle.parse(bundle(**changes))


def test_duplicate_keys_are_refused():
    """Two envelopes in one bundle."""
    twice = bundle()[:-1] + b',"dsseEnvelope":' + json.dumps(ENVELOPE).encode() + b"}"
    with pytest.raises(Rejected, match="twice"):
        Bundle.parse(twice)


def test_a_published_bundle_verifies_and_its_statement_is_refused():
    """Of the conformance suite: right signature, right hint, and a statement of a version that does not exist."""
    data = Path(__file__).with_name("vectors").joinpath("bundle-unknown-statement.json").read_bytes()
    read = Bundle.parse(data)
    pem = (
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC5EkE5q94pBsk2vRdne6qEVUD/MqlDL7n3YoVZnDH+WBOuJxvZ3Gn5ZBaHlTpEEKvYddt0qe\n"
        "NHmxE73TIt6/0g==\n-----END PUBLIC KEY-----\n"
    )
    key = PublicKey.from_pem(pem)
    assert read.hint == key.hint
    with pytest.raises(Rejected, match="Statement/v2"):
        Statement.parse(read.envelope.verify([key]))


def test_the_signature_predicate_is_cosign_s():
    """The one predicate that means a signature."""
    assert SIGNATURE_PREDICATE == "https://sigstore.dev/cosign/sign/v1"
