"""Attestations of an image: what was said, by whom, about what."""

import json
from base64 import b64encode
from dataclasses import replace

from promotion.signing.dsse import IN_TOTO, pae, write_envelope
from promotion.signing.image import attestations
from promotion.signing.sign import attestation_bundle, attestation_layer, image_bundle
from promotion.signing.signatures_found import BundleManifest, Material

from .attached import DIGEST, HEX, OTHER, SBOM, VSA, statement


def test_attestations_of_both_forms_count(trust, signer):
    """By the signed type, in the order they are attached."""
    material = Material(
        attestations=(attestation_layer(statement(), signer), attestation_layer(statement(VSA), signer)),
        bundles=(attestation_bundle(statement(SBOM, {"b": 2}), signer), image_bundle(DIGEST, signer)),
    )
    found = attestations(material, DIGEST, trust, [SBOM])
    assert [each.predicate for each in found.found()] == [{"a": 1}, {"b": 2}]
    assert found.other_types == (VSA,)
    assert "is attested: https://cyclonedx.org/bom by the key 'image'" in found.summary
    nothing = attestations(material, DIGEST, trust, ["https://spdx.dev/Document"])
    assert nothing.found() == ()
    assert f"only {SBOM}, {VSA} is attested" in nothing.summary


def test_attestations_are_not_believed_unsigned(trust, signer, stranger):
    """Wrong key, changed payload, other digest: each with its reason."""
    good = attestation_layer(statement(), signer)
    fields = json.loads(good.envelope)
    changed = replace(
        good, envelope=json.dumps({**fields, "payload": b64encode(statement(SBOM, {"c": 3})).decode()}).encode()
    )
    moved = attestation_layer(statement(SBOM, None, (OTHER,)), signer)
    material = Material(attestations=(attestation_layer(statement(), stranger), changed, moved))
    found = attestations(material, DIGEST, trust, [SBOM])
    assert found.found() == ()
    assert len(found.rejected) == 3


def test_several_signatures_of_an_attestation_layer_are_noted(trust, signer, stranger):
    """DSSE allows several signers; one who is trusted is enough, and the reader is told."""
    good = attestation_layer(statement(), signer)
    fields = json.loads(good.envelope)
    fields["signatures"] += json.loads(attestation_layer(statement(), stranger).envelope)["signatures"]
    both = replace(good, envelope=json.dumps(fields).encode())
    found = attestations(Material(attestations=(both,)), DIGEST, trust, [SBOM]).found()[0]
    assert found.notes == ("Its envelope has 2 signatures; one of them is trusted.",)


def test_a_statement_about_us_and_others_counts_and_says_so(trust, signer):
    """An image and its report can have one statement."""
    both = attestation_bundle(statement(SBOM, None, (OTHER, HEX)), signer)
    found = attestations(Material(bundles=(both,)), DIGEST, trust, [SBOM]).found()[0]
    assert found.subjects == 2
    assert found.notes == ("The statement is about 1 other things too.",)


def test_an_empty_subject_digest_does_not_count(trust, signer):
    """Neither alone nor beside ours."""
    for subjects in ([{"digest": {"sha256": ""}}], [{"digest": {"sha256": HEX}}, {"digest": {}}], []):
        payload = json.dumps({**json.loads(statement()), "subject": subjects}).encode()
        envelope = write_envelope(payload, signer.sign(pae(IN_TOTO, payload)))
        fields = json.loads(image_bundle(DIGEST, signer).bundle) | {"dsseEnvelope": envelope}
        found = attestations(Material(bundles=(BundleManifest(json.dumps(fields).encode()),)), DIGEST, trust, [SBOM])
        assert not found.found()
