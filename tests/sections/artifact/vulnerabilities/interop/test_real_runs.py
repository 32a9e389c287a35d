"""Real Trivy run by us, on a registry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.oci.platforms import platform_images
from promotion.clients.oci.registry import RegistrySource
from promotion.core.image_reference import Digest, Reference, Repository
from promotion.sandbox.images import build_index
from promotion.sandbox.registry import Registry
from promotion.sections.artifact.sbom.judgement import Kind
from promotion.sections.artifact.vulnerabilities.binding import Tie, platforms_of, tie
from promotion.sections.artifact.vulnerabilities.image import ImageDigests
from promotion.sections.artifact.vulnerabilities.judge import judge_reports
from promotion.sections.artifact.vulnerabilities.run_trivy import run_trivy
from promotion.unknown import Reason, Unknown
from tests.clients.oci.test_interop import served
from tests.sections.artifact.sbom.layouts import build

from .database import write_database

TRUTH = {"CRITICAL": 2, "HIGH": 1, "LOW": 1}


@pytest.fixture(scope="module")
def both():
    """Build the image for two platforms."""
    return build_index([build(platform=platform) for platform in ("linux/amd64", "linux/arm64")])


@pytest.fixture(scope="module")
def old():
    """Build an image on a release that gets no updates any more."""
    return build(files={"etc/debian_version": b"8.11\n", "etc/os-release": b'ID=debian\nVERSION_ID="8"\n'})


@pytest.fixture(scope="module")
def host(image, both, old):
    """Serve the images."""
    registry = Registry()
    for name, pushed in (("shop", image), ("both", both), ("old", old)):
        registry.push(name, pushed, tags=["1.8.0"])
    with served(registry) as address:
        yield address


def digests_of(host, name, image):
    """Ask the registry what an image is known by."""
    source = RegistrySource(Repository.parse(f"{host}/{name}"), endpoint=f"http://{host}")
    return ImageDigests.of(image.digest, platform_images(source, Digest(image.digest)))


def run(trivy, host, name, image, **options):
    """Run Trivy on an image in the registry."""
    return run_trivy(Reference.parse(f"{host}/{name}@{image.digest}"), "trivy", environ=trivy.environ, **options)


def test_an_image_in_a_registry_is_scanned(trivy, host, image, digests):
    """It is tied to the manifest, and as new as the database."""
    found = run(trivy, host, "shop", image)
    assert (found.counts, found.doubts) == (TRUTH, ())
    assert (found.image_digests, found.image_id) == ((digests.digest,), digests.platforms[0].config)
    assert digests_of(host, "shop", image) == digests
    assert found.data_from is not None
    judgement = judge_reports([found], digests, datetime.now(UTC))
    assert [problem.kind for problem in judgement.problems] == [Kind.CRITICAL]
    assert judgement.doubts == ()


def test_each_platform_of_an_index_is_scanned_by_itself(trivy, host, both):
    """One scan of the index is that of one platform, and does not cover the other."""
    known = digests_of(host, "both", both)
    reports = [run(trivy, host, "both", both, platform=platform) for platform in ("linux/amd64", "linux/arm64")]
    assert [tie(report, known) for report in reports] == [Tie.OURS, Tie.OURS]
    covered = [[each.platform for each in platforms_of(report, known)] for report in reports]
    assert covered == [["linux/amd64"], ["linux/arm64"]]
    clean = [replace(report, counts={}, critical=()) for report in reports]
    assert [doubt.reason for doubt in judge_reports(clean[:1], known, datetime.now(UTC)).doubts] == [Reason.NO_DATA]
    assert judge_reports(clean, known, datetime.now(UTC)).doubts == ()


def test_a_system_that_has_reached_its_end_of_life_is_doubted(trivy, host, old):
    """Trivy finds nothing in its packages, for nobody looks for anything in them any more."""
    found = run(trivy, host, "old", old)
    assert "CRITICAL" not in found.counts
    assert any("debian 8.11, which has reached its end of life" in doubt.message for doubt in found.doubts)


def test_what_lies_about_takes_no_part(trivy, host, image, tmp_path, monkeypatch):
    """Neither a .trivyignore nor a trivy.yaml in the folder, nor variables of the environment."""
    (tmp_path / ".trivyignore").write_text("CVE-2026-1001\nCVE-2026-1003\n")
    (tmp_path / "trivy.yaml").write_text("severity: [LOW]\n")
    monkeypatch.chdir(tmp_path)
    narrow = {"TRIVY_SEVERITY": "LOW", "TRIVY_IGNORE_UNFIXED": "true", "TRIVY_SCANNERS": "secret"}
    reference = Reference.parse(f"{host}/shop@{image.digest}")
    assert run_trivy(reference, "trivy", environ={**trivy.environ, **narrow}).counts == TRUTH


def test_a_scan_with_an_old_database_is_stale(trivy, host, image, digests, tmp_path):
    """The report says it is of today; what Trivy knows is of last month."""
    cache = write_database(tmp_path / "cache", updated=datetime.now(UTC) - timedelta(days=30))
    found = run_trivy(
        Reference.parse(f"{host}/shop@{image.digest}"),
        "trivy",
        environ={**trivy.environ, "TRIVY_CACHE_DIR": str(cache)},
    )
    clean = replace(found, counts={}, critical=())
    assert [doubt.reason for doubt in judge_reports([clean], digests, datetime.now(UTC)).doubts] == [Reason.STALE]


def test_without_a_database_it_is_unknown(trivy, host, image, tmp_path):
    """Trivy ends with 1, and its last words are told."""
    with pytest.raises(Unknown, match="--skip-db-update cannot be specified on the first run") as told:
        run_trivy(
            Reference.parse(f"{host}/shop@{image.digest}"),
            "trivy",
            environ={**trivy.environ, "TRIVY_CACHE_DIR": str(tmp_path)},
        )
    assert told.value.reason is Reason.ERROR


def test_an_image_that_is_not_there_is_unknown(trivy, host):
    """The registry's refusal is among the last words."""
    with pytest.raises(Unknown, match="ended with exit status 1") as told:
        run_trivy(Reference.parse(f"{host}/shop@sha256:{'0' * 64}"), "trivy", environ=trivy.environ)
    assert told.value.reason is Reason.ERROR
