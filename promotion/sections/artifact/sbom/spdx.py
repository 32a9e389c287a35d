"""Read SPDX 2.2 and 2.3 (ISO/IEC 5962 and its successor) in JSON; https://spdx.github.io/spdx-spec/v2.3/."""

import re
from collections.abc import Iterator

from packageurl import PackageURL

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.document import Document
from promotion.sections.artifact.sbom.fields import SbomFields, digests_in, said
from promotion.sections.artifact.sbom.purl import IMAGE_TYPES, parse_purl
from promotion.sections.artifact.sbom.summary import ComponentCounter, Sbom

_BEFORE_VERSION = re.compile(r"-(?=v?[0-9])")
_DOCUMENT = "SPDXRef-DOCUMENT"
# Trivy says what it looked at in annotations, whose texts have no standard.
_DIGEST_ANNOTATIONS = ("RepoDigest: ", "ImageID: ", "Reference: ")


def read_spdx(document: Document, wanted: Application) -> Sbom:
    """Sum up a document. Unknown("malformed") when something in it is of another type than the format has it."""
    spdx = document.fields
    creation = spdx.sub("creationInfo")
    tally, described = ComponentCounter(wanted), _described(spdx)
    _ = (
        spdx.text("SPDXID"),
        spdx.text("name"),
        creation.text("created"),
    )  # mandatory, though nothing here depends on them
    names = [spdx.text("documentNamespace")]
    for package in spdx.objects("packages"):
        name, version, purl = package.text("name"), package.text("versionInfo", ""), _purl(package)
        purpose = package.text("primaryPackagePurpose", "").replace("_", "-")
        is_described = package.text("SPDXID") in described
        if _is_image(purpose, version, purl, is_described):
            names += _names_of_image(package)
        elif purpose == "OPERATING-SYSTEM":
            tally.add_system(name, version)
        elif purpose != "FILE":
            tally.add(name, version, purl)
    return tally.summed_up(document, creation.moment("created"), _tool(creation), digests_in(*names))


def _described(spdx: SbomFields) -> frozenset[str]:
    """Find what the document says it is about, in both ways of saying it."""
    found = set(spdx.texts("documentDescribes"))
    for relation in spdx.objects("relationships"):
        kind = relation.text("relationshipType", "")
        if kind == "DESCRIBES" and relation.text("spdxElementId", "") == _DOCUMENT:
            found.add(relation.text("relatedSpdxElement", ""))
        elif kind == "DESCRIBED_BY" and relation.text("relatedSpdxElement", "") == _DOCUMENT:
            found.add(relation.text("spdxElementId", ""))
    return frozenset(found)


def _is_image(purpose: str, version: str, purl: PackageURL | None, is_described: bool) -> bool:
    named = purl is not None and purl.type in IMAGE_TYPES
    return named or purpose == "CONTAINER" or (is_described and bool(digests_in(version)))


def _purl(package: SbomFields) -> PackageURL | None:
    for locator in _locators(package):
        return parse_purl(locator)
    return None


def _locators(package: SbomFields) -> Iterator[str]:
    for reference in package.objects("externalRefs"):
        if reference.text("referenceType", "") == "purl":
            yield reference.text("referenceLocator")


def _names_of_image(package: SbomFields) -> Iterator[str]:
    yield from (package.text("name"), package.text("versionInfo", ""), *_locators(package))
    for checksum in package.objects("checksums"):
        if checksum.text("algorithm") == "SHA256":
            yield f"sha256:{checksum.text('checksumValue')}"
    for annotation in package.objects("annotations"):
        if annotation.text("comment", "").startswith(_DIGEST_ANNOTATIONS):
            yield annotation.text("comment")


def _tool(creation: SbomFields) -> str:
    """Name the first tool among the creators: `Tool: syft-1.18.1`."""
    tools = (each.partition(":")[2].strip() for each in creation.texts("creators") if each.startswith("Tool:"))
    first = next(tools, "")
    return said(_BEFORE_VERSION.sub(" ", first))
