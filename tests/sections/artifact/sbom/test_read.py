"""Documents of both formats are summed up alike, and others are refused with a sentence."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.document import CYCLONEDX_VERSIONS, SPDX_VERSIONS
from promotion.sections.artifact.sbom.read import read_sbom
from promotion.sections.artifact.sbom.summary import Sbom
from promotion.unknown import Reason, Unknown

from .documents import DIGEST, SHOP, cyclonedx, image_package, package, spdx, without

DOCUMENTS = {
    **{f"CycloneDX {version}": cyclonedx(version) for version in CYCLONEDX_VERSIONS},
    **{f"SPDX {version}": spdx(version) for version in SPDX_VERSIONS},
}


def read(document, wanted=SHOP):
    """Read a document."""
    return read_sbom(document, "the SBOM", wanted)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_version_is_summed_up_alike(name):
    """The same image gives the same numbers, whatever format and version it is written in."""
    found = read(DOCUMENTS[name])
    format_, version = name.split()
    assert found == Sbom(
        source="the SBOM",
        format=format_,
        spec_version=version,
        created=datetime(2026, 11, 20, 9, 5, tzinfo=UTC),
        tool="syft 1.18.1",
        # SPDX 2.2 cannot say that a package is an operating system: there it counts as one more package.
        components=6 if version == "2.2" else 5,
        os_packages=4,
        base_system=("debian-12",) if version == "2.2" else ("debian 12",),
        application=("shop 1.8.0",),
        application_called="shop",
        application_said_by="the label org.opencontainers.image.source",
        digests=(DIGEST,),
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_all_forms_of_a_predicate_are_the_same(name):
    """An object, its bytes, its text, and cosign 1's wrapping."""
    document = DOCUMENTS[name]
    text = json.dumps(document)
    expected = read(document)
    for form in (text, text.encode(), {"Data": document, "Timestamp": "2026-11-20T09:05:00Z"}, {"Data": text}):
        assert read(form) == expected


@pytest.mark.parametrize(
    ("predicate", "what"),
    [
        ("SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n", "SPDX in tag-value form"),
        ({"Data": "SPDXVersion: SPDX-2.2\n", "Timestamp": ""}, "SPDX in tag-value form"),
        ('<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', "XML"),
        ({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}, r"SPDX 3 \(JSON-LD\)"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.3"}, "CycloneDX 1.3"),
        ({"bomFormat": "CycloneDX", "specVersion": "2.0"}, "CycloneDX 2.0"),
        ({"spdxVersion": "SPDX-2.1"}, "SPDX 2.1"),
        ({"spdxVersion": "SPDX-3.0"}, "SPDX 3.0"),
    ],
)
def test_other_formats_are_not_supported_and_named(predicate, what):
    """The sentence says what it is and what to attest instead."""
    with pytest.raises(Unknown, match=what) as told:
        read(predicate)
    assert told.value.reason is Reason.NOT_SUPPORTED
    assert "--type cyclonedx" in told.value.message


MALFORMED = {
    "nothing": None,
    "a number": 3,
    "a list": [],
    "an empty object": {},
    "empty text": "",
    "empty bytes": b"",
    "a list in text": "[]",
    "an empty wrapping": {"Data": None},
    "the format in another case": {"bomFormat": "cyclonedx", "specVersion": "1.6"},
    "no version": {"bomFormat": "CycloneDX"},
    "a number for a version": {"bomFormat": "CycloneDX", "specVersion": 1.6},
    "components that are no list": {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {}},
    "metadata that are a list": cyclonedx(metadata=[]),
    "a date in words": cyclonedx(metadata={"timestamp": "today"}),
    "text for what is described": cyclonedx(metadata={"component": "shop"}),
    "text for the tools": cyclonedx(metadata={"tools": "syft"}),
    "a component that is a number": cyclonedx(components=[3]),
    "a component without a type": cyclonedx(components=[{"name": "without a type"}]),
    "a component without a name": cyclonedx(components=[{"type": "library"}]),
    "a number for a package URL": cyclonedx(components=[{"type": "library", "name": "x", "purl": 3}]),
    "a list for a nested component": cyclonedx(components=[{"type": "library", "name": "x", "components": [[]]}]),
    "packages that are no list": spdx(packages={}),
    "a package without a name": spdx(packages=[{"SPDXID": "SPDXRef-x"}]),
    "a package without an identifier": spdx(packages=[{"name": "x"}]),
    "text for references": spdx(packages=[{**package("x", None), "externalRefs": "pkg:deb/x"}]),
    "a relationship that is a number": spdx(relationships=[3]),
    "a number for what is described": spdx(documentDescribes=[3]),
    "no creationInfo": without(spdx(), "creationInfo"),
    "no date": without(spdx(), "creationInfo", "created"),
    "no namespace": without(spdx(), "documentNamespace"),
    "no identifier": without(spdx(), "SPDXID"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_document_is_malformed(case):
    """The structure that counts is always checked, without any schema."""
    with pytest.raises(Unknown) as told:
        read(MALFORMED[case])
    assert told.value.reason is Reason.MALFORMED


def test_a_key_twice_is_malformed():
    """Readers differ on which one counts."""
    twice = json.dumps(cyclonedx())[:-1] + ', "components": []}'
    with pytest.raises(Unknown, match="twice"):
        read(twice)


def test_the_base_system_may_be_known_by_its_packages_alone():
    """Without an operating system its packages say which it is."""
    for document in (
        cyclonedx(components=[c for c in cyclonedx()["components"] if c["type"] == "library"]),
        spdx(packages=[p for p in spdx()["packages"] if p["name"] != "debian"]),
    ):
        assert read(document).base_system == ("debian-12",)


def test_nested_components_count():
    """CycloneDX lets a component contain others."""
    inner = {"type": "library", "name": "shop", "components": [{"type": "library", "name": "inner"}]}
    found = read(cyclonedx(components=[{"type": "framework", "name": "outer", "components": [inner]}]))
    assert (found.components, found.application) == (3, ("shop",))


def test_components_of_the_described_one_count():
    """Some tools nest everything there; and what is described may be the application itself."""
    about = {
        "type": "application",
        "name": "shop",
        "version": "1.8.0",
        "components": [{"type": "library", "name": "x"}],
    }
    found = read(cyclonedx(metadata={"component": about}, components=[]))
    assert (found.components, found.application, found.digests) == (1, ("shop 1.8.0",), ())


def test_the_image_is_not_the_application():
    """Every image is called like its repository: that says nothing of what is in it."""
    libraries = [{"type": "library", "name": "x"}]
    assert read(cyclonedx(components=libraries)).application == ()
    image = {"type": "container", "name": "shop", "version": "1.8.0"}
    assert read(cyclonedx(metadata={"component": image}, components=libraries)).application == ()
    packages = [image_package(name="shop"), package("x", None)]
    assert read(spdx(packages=packages)).application == ()


@pytest.mark.parametrize(
    ("document", "tool"),
    [
        (cyclonedx(metadata={}), ""),
        (cyclonedx(metadata={"tools": []}), ""),
        (cyclonedx(metadata={"tools": [{"name": "cdxgen"}]}), "cdxgen"),
        (cyclonedx(metadata={"tools": {"services": []}}), ""),
        (spdx(creationInfo={"created": "2026-11-20T09:05:00Z", "creators": ["Tool: trivy"]}), "trivy"),
        (
            spdx(creationInfo={"created": "2026-11-20T09:05:00Z", "creators": ["Tool: sbom-tool-v2.2"]}),
            "sbom-tool v2.2",
        ),
        (spdx(creationInfo={"created": "2026-11-20T09:05:00Z", "creators": ["Organization: Example"]}), ""),
        (spdx(creationInfo={"created": "2026-11-20T09:05:00Z"}), ""),
    ],
)
def test_the_tool_is_named_if_the_document_names_it(document, tool):
    """In the old and the new way of CycloneDX, and among SPDX's creators."""
    assert read(document).tool == tool


def test_names_are_cut_and_counted_in_full():
    """What is kept is small, however large the document."""
    shops = [{"type": "library", "name": "shop", "version": str(n), "purl": "pkg:rpm/x/y"} for n in range(100)]
    found = read(cyclonedx(components=shops))
    assert (found.components, found.os_packages, len(found.application)) == (100, 100, 20)


def test_the_summary_survives_a_record():
    """It is evidence: read back from JSON it is equal."""
    adapter = TypeAdapter(Sbom)
    for found in (read(spdx()), replace(read(cyclonedx()), created=None, schema_errors=("wrong",))):
        assert adapter.validate_json(adapter.dump_json(found)) == found


def test_without_a_wanted_application_nothing_is_recognised():
    """And the summary says that nobody named it."""
    found = read(cyclonedx(), Application())
    assert (found.application, found.application_called) == ((), "")
