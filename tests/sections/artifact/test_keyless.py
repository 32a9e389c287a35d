"""Keyless signatures through the whole gate: identity and issuer, a private trust root, the certificate's time."""

import json
from datetime import timedelta

import pytest
import requests

from promotion.signing.artifacts import signatures_artifact
from promotion.signing.sign import Signer
from tests.runner import judge
from tests.signing import logged
from tests.signing.authority import IDENTITY, NOW, OIDC, Authority

MINUTE = timedelta(minutes=1)


def push(world, artifact) -> None:
    """Push an artifact to the sandbox's registry, as a client would."""
    base = f"{world.places.registry}/v2/shop"
    for digest, content in artifact.blobs.items():
        requests.post(f"{base}/blobs/uploads/", params={"digest": digest}, data=content, timeout=5).raise_for_status()
    kind = {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}
    requests.put(f"{base}/manifests/{artifact.tag}", data=artifact.manifest, headers=kind, timeout=5).raise_for_status()


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A certificate authority with its logs."""
    return Authority()


def image_signed(world_pool, folder, authority, leaf, **expected):
    """Sign the sandbox's image with this certificate, and judge it as these settings expect."""
    root = folder / "trusted_root.json"
    root.write_bytes(authority.trusted_root())
    declared = {"identity": IDENTITY, "issuer": OIDC, "trust_root": str(root), **expected}
    signer = "{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in declared.items()) + "}"
    with world_pool.world("image-unsigned") as world:
        push(world, signatures_artifact(world.digest, [logged.sign_image(authority, world.digest, leaf)]))
        judged = judge(world, folder / "reports", "-m", "artifact", "--set", f"image.signer={signer}")
    return judged.item("image-signed"), judged.printed


def test_the_declared_identity_counts(world_pool, tmp_path, authority):
    """Signed by the workflow, vouched for by the issuer, in the log while the certificate was valid."""
    item, printed = image_signed(world_pool, tmp_path, authority, authority.certify())
    assert item["status"] == "passed", printed
    assert IDENTITY in item["subjects"][0]["measured"]


def test_a_pattern_counts_for_the_whole_identity(world_pool, tmp_path, authority):
    """A regular expression must match from the first character to the last."""
    pattern = {"identity": r"https://github\.com/example/shop/.*", "identity_is_regex": True}
    item, printed = image_signed(world_pool, tmp_path, authority, authority.certify(), **pattern)
    assert item["status"] == "passed", printed


@pytest.mark.parametrize(
    "certified",
    [
        {"valid_from": NOW - 10 * MINUTE, "valid_to": NOW - MINUTE},
        {"valid_from": NOW + MINUTE},
        {"identity": f"{IDENTITY}-of-somebody-else"},
        {"identity": f"https://elsewhere.example/?{IDENTITY}"},
        {"issuer": "https://accounts.example.com"},
    ],
    ids=["expired", "not-yet-valid", "identity-longer", "identity-inside-another", "another-issuer"],
)
def test_what_does_not_count(world_pool, tmp_path, authority, certified):
    """Looked at, and not by whom it must be, or not when it could be: not signed."""
    item, printed = image_signed(world_pool, tmp_path, authority, authority.certify(**certified))
    assert item["status"] == "failed", printed


def test_a_key_does_not_stand_in_for_an_identity(world_pool, tmp_path, authority):
    """A signature without a certificate is by nobody that is declared."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from promotion.signing.sign import image_signature

    signer = Signer.of(ec.generate_private_key(ec.SECP256R1()), "a key")
    root = tmp_path / "trusted_root.json"
    root.write_bytes(authority.trusted_root())
    declared = f'{{identity = "{IDENTITY}", issuer = "{OIDC}", trust_root = "{root}"}}'
    with world_pool.world("image-unsigned") as world:
        push(world, signatures_artifact(world.digest, [image_signature(world.digest, "shop", signer)]))
        judged = judge(world, tmp_path / "reports", "-m", "artifact", "--set", f"image.signer={declared}")
    assert judged.item("image-signed")["status"] == "failed", judged.printed
