"""What the real cosign attaches is read and verified here."""

import json

import pytest

from promotion.signing.image import attestations, signatures
from promotion.signing.trust_policy import Trust

PLAIN = "--allow-http-registry"
CYCLONEDX = "https://cyclonedx.org/bom"


@pytest.fixture
def predicate(tmp_path) -> str:
    """Write a small software bill of materials."""
    path = tmp_path / "sbom.json"
    path.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}))
    return str(path)


@pytest.fixture
def attesting(offline, predicate) -> tuple[list[str], list[str]]:
    """Give the options to sign offline, and those that say what is attested."""
    return offline, ["--type", "cyclonedx", "--predicate", predicate]


def test_cosign_2_signature(shop, cosign2, key_pair):
    """A `.sig` tag, with an annotation of the signer's own."""
    image = key_pair("image")
    options = ("--yes", "--tlog-upload=false", "--key", image.private, PLAIN, "-a", "commit=1f2e")
    done = cosign2("sign", *options, shop.reference)
    assert done.returncode == 0, done.stderr
    found = signatures(shop.material(), shop.digest, Trust(keys=(image.key,)), repository=f"{shop.host}/shop")
    assert found.is_signed(), found.summary
    assert [(each.form, each.signer.key, each.notes) for each in found.verified] == [
        ("cosign 2 signature", image.key.fingerprint, ())
    ]


def test_cosign_2_attestation(shop, cosign2, key_pair, predicate):
    """An `.att` tag; the image is not signed by it."""
    image = key_pair("image")
    options = ("--yes", "--tlog-upload=false", "--key", image.private, PLAIN, "--type", "cyclonedx")
    done = cosign2("attest", *options, "--predicate", predicate, shop.reference)
    assert done.returncode == 0, done.stderr
    material, trust = shop.material(), Trust(keys=(image.key,))
    found = attestations(material, shop.digest, trust, [CYCLONEDX]).found()
    assert [each.predicate["bomFormat"] for each in found] == ["CycloneDX"]
    assert not signatures(material, shop.digest, trust).is_signed()


@pytest.mark.parametrize("with_api", [True, False], ids=["referrers API", "fallback tag"])
def test_cosign_3_signature_and_attestation(shop, cosign3, key_pair, attesting, with_api):
    """Bundles that refer to the image, in a registry of today and in one of yesterday."""
    shop.registry.referrers = with_api
    image = key_pair("image")
    offline, predicate = attesting
    options = ("--yes", "--key", image.private, *offline, PLAIN)
    done = cosign3("sign", *options, shop.reference)
    assert done.returncode == 0, done.stderr
    done = cosign3("attest", *options, *predicate, shop.reference)
    assert done.returncode == 0, done.stderr
    material, trust = shop.material(), Trust(keys=(image.key,))
    found = signatures(material, shop.digest, trust)
    assert [each.form for each in found.verified] == ["cosign 3 signature bundle"]
    assert "is an attestation of type 'https://cyclonedx.org/bom'" in found.rejected[0].why
    attested = attestations(material, shop.digest, trust, [CYCLONEDX]).found()
    assert [(each.form, each.notes) for each in attested] == [("attestation bundle", ())]
