"""The judgement of an image by the things attached to it, with a key: what counts, what does not, what is unknown."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pydantic import TypeAdapter

from promotion.signing.bundle import SIGNATURE_PREDICATE
from promotion.signing.image import MAX_CANDIDATES, attestations, signatures
from promotion.signing.sign import attestation_bundle, image_bundle, image_signature
from promotion.signing.signatures_found import SIGNATURE, BundleManifest, Gap, Material, SigLayer
from promotion.signing.trust_policy import Trust
from promotion.unknown import Reason, Unknown

from .attached import DIGEST, HEX, OTHER, REPOSITORY, SBOM, VSA, look, rewrite, statement


def test_both_forms_of_a_signature_count(trust, key, layer, bundle):
    """Each alone and both together; who signed is told."""
    for things, forms in (
        ([layer], ["cosign 2 signature"]),
        ([bundle], ["cosign 3 signature bundle"]),
        ([layer, bundle], ["cosign 2 signature", "cosign 3 signature bundle"]),
    ):
        found = look(trust, *things)
        assert found.is_signed()
        assert [each.form for each in found.verified] == forms
        assert {each.signer.key for each in found.verified} == {key.fingerprint}
        assert "is signed by the key 'image'" in found.summary


def test_nothing_attached_is_unsigned(trust):
    """When the listing was complete, that is a fact."""
    found = look(trust)
    assert not found.is_signed()
    assert found.summary == f"{DIGEST} has no valid signature: no candidate is attached."


def test_the_key_s_hint_is_only_a_hint(trust, bundle, stranger):
    """A wrong hint with the right key counts; the right hint with a wrong key does not."""
    fields = json.loads(bundle.bundle)
    fields["verificationMaterial"]["publicKey"]["hint"] = stranger.public.hint
    assert look(trust, replace(bundle, bundle=json.dumps(fields).encode())).is_signed()
    forged = json.loads(image_bundle(DIGEST, stranger).bundle)
    forged["verificationMaterial"]["publicKey"]["hint"] = trust.keys[0].hint
    assert not look(trust, BundleManifest(json.dumps(forged).encode())).is_signed()


def test_a_stranger_s_key_does_not_count(trust, stranger):
    """Nor does it stand in the way of a good one; any of several trusted keys counts."""
    strange = (image_signature(DIGEST, REPOSITORY, stranger), image_bundle(DIGEST, stranger))
    found = look(trust, *strange)
    assert not found.is_signed()
    assert all("was not made by the key 'image'" in each.why for each in found.rejected)
    assert look(Trust(keys=(*trust.keys, stranger.public)), *strange).is_signed()


def test_another_attestation_by_the_image_key_is_not_a_signature(trust, signer):
    """A lone verification summary that says FAILED makes cosign 3 say "verified"; here the image stays unsigned."""
    failed = statement(VSA, {"verificationResult": "FAILED"})
    found = look(trust, attestation_bundle(failed, signer))
    assert not found.is_signed()
    assert "is an attestation of type 'https://slsa.dev/verification_summary/v1'" in found.rejected[0].why
    assert attestations(Material(bundles=(attestation_bundle(failed, signer),)), DIGEST, trust, [VSA]).found()[
        0
    ].predicate == {"verificationResult": "FAILED"}


def test_an_annotation_makes_no_signature(trust, signer):
    """The predicate type in a manifest's annotation is not signed."""
    lying = {"dev.sigstore.bundle.predicateType": SIGNATURE_PREDICATE}
    found = look(trust, replace(attestation_bundle(statement(VSA), signer), annotations=lying))
    assert not found.is_signed()
    noted = attestations(
        Material(bundles=(replace(attestation_bundle(statement(), signer), annotations=lying),)), DIGEST, trust, [SBOM]
    ).found()[0]
    assert "calls it 'https://sigstore.dev/cosign/sign/v1', which is not signed" in noted.notes[0]


@pytest.mark.parametrize("hexes", [(OTHER,), (HEX.upper(),)])
def test_a_signature_of_another_image_does_not_count(trust, signer, hexes):
    """Though it is attached to this one."""
    moved = attestation_bundle(statement(SIGNATURE_PREDICATE, {}, hexes), signer)
    found = look(trust, moved, image_signature(f"sha256:{OTHER}", REPOSITORY, signer))
    assert not found.is_signed()
    assert len(found.rejected) == 2


def test_a_bundle_over_a_blob_is_not_a_signature(trust, signer):
    """It signs bytes and says nothing about this image, whatever bytes they were."""
    signed = {"signature": b64encode(signer.sign(DIGEST.encode())).decode(), "messageDigest": {}}
    fields = json.loads(image_bundle(DIGEST, signer).bundle) | {"messageSignature": signed}
    del fields["dsseEnvelope"]
    found = look(trust, BundleManifest(json.dumps(fields).encode()))
    assert "bare blob" in found.rejected[0].why


def test_raw_ecdsa_signatures_count(trust, signer, bundle):
    """Some attestors write r‖s instead of DER; it is the same signature."""
    r, s = decode_dss_signature(b64decode(json.loads(bundle.bundle)["dsseEnvelope"]["signatures"][0]["sig"]))
    raw = b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    assert look(trust, rewrite(bundle, signatures=[{"sig": raw}])).is_signed()


def test_the_repository_that_was_signed_is_only_noted(trust, layer):
    """The same digest in another repository is the same image; cosign ignores the name."""
    material = Material(signatures=(layer,))
    assert signatures(material, DIGEST, trust, repository=REPOSITORY).verified[0].notes == ()
    noted = signatures(material, DIGEST, trust, repository="elsewhere.example.com/shop").verified[0].notes
    assert noted == (f"It was signed as '{REPOSITORY}'; the digest is the same, so the image is the same.",)


def test_an_incomplete_listing_is_unknown_and_not_unsigned(trust, layer):
    """Unless a good signature was seen all the same."""
    gap = Gap(Reason.ACCESS_DENIED, "the referrers could not be listed")
    with pytest.raises(Unknown, match="could not be listed") as unknown:
        signatures(Material(gaps=(gap,)), DIGEST, trust).is_signed()
    assert unknown.value.reason is Reason.ACCESS_DENIED
    assert signatures(Material(signatures=(layer,), gaps=(gap,)), DIGEST, trust).is_signed()
    with pytest.raises(Unknown, match="could not be listed"):
        attestations(Material(gaps=(gap,)), DIGEST, trust, [SBOM]).found()


def test_more_candidates_than_are_read_is_unknown(trust, stranger):
    """A thousand worthless signatures cannot hide a good one behind them, nor the fact that not all were read."""
    worthless = SigLayer(b"", {SIGNATURE: "AAAA"})
    found = signatures(Material(signatures=(worthless,) * (MAX_CANDIDATES + 1)), DIGEST, trust)
    assert len(found.rejected) == MAX_CANDIDATES
    with pytest.raises(Unknown, match="only 1000 were read") as unknown:
        found.is_signed()
    assert unknown.value.reason is Reason.TRUNCATED


def test_nobody_trusted_is_no_judgement():
    """Then nothing can be said of any signature."""
    with pytest.raises(Unknown) as unknown:
        Trust()
    assert unknown.value.reason is Reason.NOT_DECLARED


@pytest.mark.parametrize("digest", ["", HEX, f"sha256:{HEX.upper()}", f"sha256:{HEX}0", f"sha512:{HEX}", f"{DIGEST}\n"])
def test_a_digest_must_be_a_digest(trust, digest):
    """A caller's mistake, and an error at once."""
    with pytest.raises(ValueError, match="not a sha256 digest"):
        signatures(Material(), digest, trust)


def test_findings_survive_their_record(trust, stranger, layer, bundle, signer):
    """What is judged is what was recorded: written as JSON and read back, everything is equal."""
    material = Material(
        signatures=(layer, SigLayer(b"x", {})),
        bundles=(bundle, attestation_bundle(statement(), signer), image_bundle(DIGEST, stranger)),
        gaps=(Gap(Reason.TIMEOUT, "late"),),
    )
    for found in (signatures(material, DIGEST, trust), attestations(material, DIGEST, trust, [SBOM])):
        adapter = TypeAdapter(type(found))
        assert adapter.validate_json(adapter.dump_json(found)) == found
