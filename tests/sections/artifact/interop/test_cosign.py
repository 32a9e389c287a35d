"""The real cosign, 2 and 3, and the gate: each accepts what the other one signed and attested."""

import json
from urllib.parse import urlsplit

import pytest

from tests.runner import judge
from tests.sections.artifact.sbom.tools import program

WITHOUT_LOG = ("--insecure-ignore-tlog", "--allow-http-registry")


def reference(world) -> str:
    """What cosign is told to look at."""
    return f"{urlsplit(world.places.registry).netloc}/shop@{world.digest}"


def beside(world, name: str) -> str:
    """A file beside promotion.toml."""
    return str(world.config.with_name(name))


def test_cosign_accepts_the_healthy_world(world_pool, cosign2, cosign3):
    """Both releases verify the sandbox's signature, and cosign 3 each of its attestations."""
    with world_pool.world() as world:
        for cosign in (cosign2, cosign3):
            done = cosign("verify", "--key", beside(world, "cosign.pub"), *WITHOUT_LOG, reference(world))
            assert done.returncode == 0, done.stderr
        for kind in ("cyclonedx", "vuln", "slsaprovenance1"):
            key = beside(world, "attestations.pub")
            done = cosign3("verify-attestation", "--type", kind, "--key", key, *WITHOUT_LOG, reference(world))
            assert done.returncode == 0, done.stderr


def test_cosign_refuses_what_the_gate_refuses(world_pool, cosign2, cosign3, tmp_path):
    """What cosign 3 takes for a signature, a summary that says FAILED, is none for cosign 2 and for the gate."""
    with world_pool.world("only-a-failed-summary") as world:
        arguments = ("verify", "--key", beside(world, "cosign.pub"), *WITHOUT_LOG, reference(world))
        assert cosign2(*arguments).returncode != 0
        assert cosign3(*arguments).returncode == 0
        judged = judge(world, tmp_path, "-m", "artifact")
    assert judged.item("image-signed")["status"] == "failed"


@pytest.mark.parametrize("release", ["cosign2", "cosign3"])
def test_the_gate_accepts_what_cosign_signed(world_pool, tmp_path, request, key_pair, offline, release):
    """An image signed by cosign, with a bill of materials that cosign attested, is signed and has one."""
    cosign, keys = request.getfixturevalue(release), key_pair("own")
    document = tmp_path / "sbom.json"
    alone = ("--tlog-upload=false",) if release == "cosign2" else tuple(offline)
    with world_pool.world("image-unsigned") as world:
        document.write_text(json.dumps(bill_of_materials(world)))
        image = ("--key", keys.private, *alone, "--allow-http-registry", "--yes", reference(world))
        done = cosign("sign", *image)
        assert done.returncode == 0, done.stderr
        done = cosign("attest", "--type", "cyclonedx", "--predicate", str(document), *image)
        assert done.returncode == 0, done.stderr
        signer = "{key = " + json.dumps(keys.public) + "}"
        told = ("--set", f"image.signer={signer}", "--set", f"image.sbom.signer={signer}")
        judged = judge(world, tmp_path / "reports", "-m", "artifact", *told)
    assert judged.item("image-signed")["status"] == "passed", judged.printed
    assert judged.item("sbom-attached")["status"] == "passed", judged.printed


def bill_of_materials(world) -> dict:
    """What the sandbox's own pipeline attests."""
    from promotion.sandbox.world import image, predicates

    release = image.releases()[-1]
    assert release.digest == world.digest
    return predicates.bill_of_materials(release, release.built)


def test_the_gate_accepts_what_syft_and_trivy_wrote(world_pool, tmp_path, cosign3, key_pair, offline):
    """A bill of materials by syft, of the image in the registry, and a report that went through Trivy, both count."""
    syft, trivy, keys = program("syft", tmp_path), program("trivy", tmp_path), key_pair("own")
    with world_pool.world("sbom-missing", "scan-missing") as world:
        target = reference(world)
        plain = {"SYFT_REGISTRY_INSECURE_USE_HTTP": "true"}
        found = syft("scan", f"registry:{target}", "-o", "cyclonedx-json", "-q", environ=plain)
        (tmp_path / "syft.json").write_bytes(found)
        (tmp_path / "trivy.json").write_text(json.dumps(trivy_report(world)))
        converted = trivy("convert", "--format", "cosign-vuln", str(tmp_path / "trivy.json"))
        (tmp_path / "vuln.json").write_bytes(converted)
        for kind, name in (("cyclonedx", "syft.json"), ("vuln", "vuln.json")):
            predicate = ("--type", kind, "--predicate", str(tmp_path / name))
            done = cosign3(
                "attest", *predicate, "--key", keys.private, *offline, "--allow-http-registry", "--yes", target
            )
            assert done.returncode == 0, done.stderr
        signer = "{key = " + json.dumps(keys.public) + "}"
        told = ("--set", f"image.sbom.signer={signer}", "--set", f"image.vulnerabilities.signer={signer}")
        judged = judge(world, tmp_path / "reports", "-m", "artifact", *told)
    assert judged.item("sbom-attached")["status"] == "passed", judged.printed
    assert judged.item("no-critical-vulnerabilities")["status"] == "passed", judged.printed


def trivy_report(world) -> dict:
    """A report as Trivy writes it of the sandbox's image."""
    from datetime import UTC, datetime, timedelta

    from promotion.sandbox.world import image, predicates

    release = image.releases()[-1]
    assert release.digest == world.digest
    return predicates.trivy_report(release, datetime.now(UTC) - timedelta(hours=1))
