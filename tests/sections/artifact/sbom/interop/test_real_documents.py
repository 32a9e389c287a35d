"""SBOMs by real syft and real Trivy of an image of the sandbox: accepted, and read to the same numbers."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from promotion.sandbox.images import BASE_SYSTEM, Image, digest_of
from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.document import PREDICATE_TYPES
from promotion.sections.artifact.sbom.judge import Described, SbomLimits, judge_sbom
from promotion.sections.artifact.sbom.judgement import Kind
from promotion.sections.artifact.sbom.read import read_sbom
from tests.sections.artifact.sbom.interop.attesting import attested
from tests.sections.artifact.sbom.layouts import BUILT, build, write_layout
from tests.sections.artifact.sbom.tools import library, program

SYFT = {
    "CycloneDX 1.4": "cyclonedx-json@1.4",
    "CycloneDX 1.5": "cyclonedx-json@1.5",
    "CycloneDX 1.6": "cyclonedx-json@1.6",
    "SPDX 2.2": "spdx-json@2.2",
    "SPDX 2.3": "spdx-json@2.3",
}
TRIVY = {"CycloneDX 1.7": "cyclonedx", "SPDX 2.3": "spdx-json"}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Make a folder to work in."""
    return tmp_path_factory.mktemp("sbom")


@pytest.fixture(scope="module")
def image() -> Image:
    """Build the image."""
    return build()


@pytest.fixture(scope="module")
def layout(home, image) -> Path:
    """Write the image to disk."""
    return write_layout(image, home / "layout")


@pytest.fixture(scope="module")
def syft(home, layout):
    """Have syft write a document, each once."""
    run = program("syft", home)
    quiet = {"SYFT_CHECK_FOR_APP_UPDATE": "false"}
    return cache(lambda form: run("scan", "--quiet", f"oci-dir:{layout}", "--output", form, environ=quiet))


@pytest.fixture(scope="module")
def trivy(home, layout):
    """Have Trivy write a document, each once; that needs no database."""
    run = program("trivy", home)
    options = ("--quiet", "--skip-version-check", "--input", str(layout))
    return cache(lambda form: run("image", *options, "--format", form))


def wanted(image):
    """Name the application by the image's own label."""
    return Application.wanted(None, None, json.loads(image.config)["config"]["Labels"])


def described(image):
    """Describe the image that the documents must be of."""
    return Described(image.digest, frozenset({image.digest, digest_of(image.config)}), BUILT)


def accept(document, image, tool, version):
    """Check that a document is accepted, and read to what the image has in it."""
    library("cyclonedx.validation.json")
    library("spdx_tools.spdx.validation.document_validator")
    found = read_sbom(document, "the SBOM", wanted(image), validate=True)
    judgement = judge_sbom(found, described(image), datetime.now(UTC), SbomLimits())
    assert (judgement.problems, judgement.doubts, judgement.notes) == ((), (), ())
    format_, version = version.split()
    assert (found.format, found.spec_version, found.tool.partition(" ")[0]) == (format_, version, tool)
    assert (found.components, found.os_packages) == (len(BASE_SYSTEM) + 1, len(BASE_SYSTEM))
    assert found.application == ("shop 1.8.0",)
    assert found.base_system[0].startswith("debian")
    assert found.schema_errors == ()
    return found


@pytest.mark.parametrize("version", SYFT)
def test_documents_of_syft(syft, image, version):
    """In every version it writes; it names the manifest's digest."""
    found = accept(syft(SYFT[version]), image, "syft", version)
    assert found.digests == (image.digest,)


@pytest.mark.parametrize("version", TRIVY)
def test_documents_of_trivy(trivy, image, version):
    """From a layout it names the configuration's digest alone."""
    found = accept(trivy(TRIVY[version]), image, "trivy", version)
    assert found.digests == (digest_of(image.config),)


def test_a_document_of_another_image(syft, image):
    """The next build of the same service: everything in it is alike but for the digest."""
    other = build(labels={"build": "2"})
    found = read_sbom(syft("cyclonedx-json"), "the SBOM", wanted(other))
    problems = judge_sbom(found, described(other), datetime.now(UTC), SbomLimits()).problems
    assert [problem.kind for problem in problems] == [Kind.ANOTHER_IMAGE]
    assert image.digest in problems[0].message


def test_a_document_of_a_source_tree(home, image):
    """Syft on a folder sees the application and no system."""
    tree = home / "tree"
    tree.mkdir()
    (tree / "package-lock.json").write_text(
        json.dumps(
            {
                "name": "shop",
                "version": "1.8.0",
                "lockfileVersion": 3,
                "packages": {"": {"name": "shop", "version": "1.8.0"}, "node_modules/x": {"version": "1.0.0"}},
            }
        )
    )
    document = program("syft", home)("scan", "--quiet", f"dir:{tree}", "--output", "cyclonedx-json")
    found = read_sbom(document, "the SBOM", wanted(image))
    problems = judge_sbom(found, described(image), datetime.now(UTC), SbomLimits()).problems
    assert Kind.NO_BASE_SYSTEM in [problem.kind for problem in problems]


def test_the_same_image_by_two_tools_is_counted_alike(syft, trivy, image):
    """Four documents, one count: the image, its operating system and its files do not count as components."""
    documents = [*(syft(form) for form in ("cyclonedx-json", "spdx-json")), *(trivy(form) for form in TRIVY.values())]
    found = [read_sbom(each, "the SBOM", wanted(image)) for each in documents]
    assert {(each.components, each.os_packages) for each in found} == {(6, 5)}


@pytest.mark.parametrize("cosign", ["cosign2", "cosign3"])
@pytest.mark.parametrize(
    ("kind", "form"), [("cyclonedx", "cyclonedx-json"), ("spdxjson", "spdx-json"), ("spdx", "spdx-json")]
)
def test_predicates_that_cosign_writes(home, syft, image, cosign, kind, form):
    """Their types are those that are looked for, and all of them are read alike, text or object."""
    statement = attested(cosign, home, kind, syft(form), image.manifest)
    assert statement.predicate_type in PREDICATE_TYPES
    statement.about(image.digest)
    plain = read_sbom(syft(form), "the SBOM", wanted(image))
    assert read_sbom(statement.predicate, "the SBOM", wanted(image)) == plain
