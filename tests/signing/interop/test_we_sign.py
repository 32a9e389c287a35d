"""What is signed here the real cosign verifies; and where cosign's answer alone would mislead."""

import pytest

from promotion.signing.artifacts import attestations_artifact, bundle_artifact, envelope_artifact, signatures_artifact
from promotion.signing.image import attestations, signatures
from promotion.signing.sign import attestation_bundle, attestation_layer, image_bundle, image_signature
from promotion.signing.statement import V01, V1, Statement, Subject
from promotion.signing.trust_policy import Trust

PLAIN = "--allow-http-registry"
UNLOGGED = "--insecure-ignore-tlog"
VSA = "https://slsa.dev/verification_summary/v1"


def statement(shop, predicate, version=V1, others=()) -> bytes:
    """Write a verification summary of the image."""
    subjects = (Subject({"sha256": shop.digest.hex}, f"{shop.host}/shop"), *others)
    return Statement(VSA, subjects, predicate, version).write()


@pytest.fixture
def verifies(shop):
    """Ask cosign: its exit code is 0."""

    def ask(cosign, key, *options) -> bool:
        command = ("verify-attestation", "--type", VSA) if options == ("attestation",) else ("verify",)
        done = cosign(*command, "--key", key.public, UNLOGGED, PLAIN, shop.reference)
        return done.returncode == 0

    return ask


def test_our_cosign_2_signature(shop, cosign2, cosign3, key_pair, verifies):
    """Both releases verify it, and neither with another key."""
    image, other = key_pair("image"), key_pair("other")
    shop.push(signatures_artifact(shop.digest, [image_signature(shop.digest, f"{shop.host}/shop", image.signer)]))
    assert [verifies(cosign2, image), verifies(cosign3, image)] == [True, True]
    assert [verifies(cosign2, other), verifies(cosign3, other)] == [False, False]


def test_our_cosign_3_signature(shop, cosign3, key_pair, verifies):
    """It verifies, and not with another key."""
    image, other = key_pair("image"), key_pair("other")
    shop.push(bundle_artifact(shop.target, image_bundle(shop.digest, image.signer), shop.created))
    assert verifies(cosign3, image)
    assert not verifies(cosign3, other)


def test_our_attestations(shop, cosign2, cosign3, key_pair, verifies):
    """As a layer for cosign 2, as a bundle for cosign 3, and about two things at once."""
    key = key_pair("checklist")
    shop.push(attestations_artifact(shop.digest, [attestation_layer(statement(shop, {"a": 1}, V01), key.signer)]))
    assert verifies(cosign2, key, "attestation")
    report = Subject({"sha256": "ab" * 32}, "report.html")
    both = attestation_bundle(statement(shop, {"a": 1}, V1, [report]), key.signer)
    shop.push(bundle_artifact(shop.target, both, shop.created))
    assert verifies(cosign3, key, "attestation")


def test_cosign_3_takes_a_failed_attestation_for_a_signature(shop, cosign2, cosign3, key_pair, verifies):
    """An unsigned image with one statement by the image key, which says FAILED: cosign 3 says verified; we do not."""
    image = key_pair("image")
    failed = attestation_bundle(statement(shop, {"verificationResult": "FAILED"}), image.signer)
    shop.push(bundle_artifact(shop.target, failed, shop.created))
    assert verifies(cosign3, image)
    assert not verifies(cosign2, image)
    found = signatures(shop.material(), shop.digest, Trust(keys=(image.key,)))
    assert not found.is_signed()
    assert "not a signature of the image" in found.summary


def test_a_bundle_by_another_key_hides_the_signature_from_cosign_3(shop, cosign3, key_pair, verifies):
    """After it cosign 3 ignores the `.sig` tag; the same statement under a type of one's own does no harm."""
    image, checklist = key_pair("image"), key_pair("checklist")
    trust = Trust(keys=(image.key,))
    shop.push(signatures_artifact(shop.digest, [image_signature(shop.digest, f"{shop.host}/shop", image.signer)]))
    said = statement(shop, {"a": 1})
    layer = attestation_layer(said, checklist.signer)
    shop.push(envelope_artifact(shop.target, layer.envelope, "application/vnd.example.report", shop.created))
    assert verifies(cosign3, image)
    shop.push(bundle_artifact(shop.target, attestation_bundle(said, checklist.signer), shop.created))
    assert not verifies(cosign3, image)
    shop.push(bundle_artifact(shop.target, image_bundle(shop.digest, image.signer), shop.created))
    assert verifies(cosign3, image)
    material = shop.material()
    assert len(signatures(material, shop.digest, trust).verified) == 2
    assert len(attestations(material, shop.digest, Trust(keys=(checklist.key,)), [VSA]).found()) == 2
