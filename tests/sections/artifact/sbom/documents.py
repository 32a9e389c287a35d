"""SBOMs of a small image, written by hand after the specifications."""

from datetime import UTC, datetime

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.judge import Described

DIGEST = "sha256:" + "a1" * 32
CONFIG = "sha256:" + "c0" * 32
OTHER = "sha256:" + "0f" * 32
BUILT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHOP = Application.wanted(None, None, {"org.opencontainers.image.source": "https://github.com/example/shop"})
IMAGE = Described(DIGEST, frozenset({DIGEST, CONFIG}), BUILT)

PACKAGES = ("base-files", "ca-certificates", "libc6", "libssl3")


def _deb(name):
    return f"pkg:deb/debian/{name}@1.0%2Bdeb12u1?arch=all&distro=debian-12"


def cyclonedx(version="1.6", **changes):
    """Write a CycloneDX document: an operating system, four of its packages, and the application."""
    packages = [{"type": "library", "name": name, "version": "1.0+deb12u1", "purl": _deb(name)} for name in PACKAGES]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 1,
        "metadata": {
            "timestamp": "2026-11-20T09:05:00Z",
            "tools": {"components": [{"type": "application", "name": "syft", "version": "1.18.1"}]},
            "component": {"type": "container", "name": "registry.example/shop", "version": DIGEST},
        },
        "components": [
            *packages,
            {"type": "library", "name": "shop", "version": "1.8.0", "purl": "pkg:pypi/shop@1.8.0"},
            {"type": "operating-system", "name": "debian", "version": "12"},
            {"type": "file", "name": "/var/lib/dpkg/status"},
        ],
    }
    if version == "1.4":
        document["metadata"]["tools"] = [{"vendor": "anchore", "name": "syft", "version": "1.18.1"}]
    return {**document, **changes}


def spdx(version="2.3", **changes):
    """Write an SPDX document of the same image."""
    document = {
        "spdxVersion": f"SPDX-{version}",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "registry.example/shop",
        "documentNamespace": "https://example.org/sbom/registry.example/shop-0f1e2d3c",
        "creationInfo": {
            "created": "2026-11-20T09:05:00Z",
            "creators": ["Organization: Example", "Tool: syft-1.18.1"],
        },
        "packages": [
            image_package(),
            *(package(name, _deb(name)) for name in PACKAGES),
            package("shop", "pkg:pypi/shop@1.8.0", "1.8.0"),
            {**package("debian", None, "12"), "primaryPackagePurpose": "OPERATING-SYSTEM"},
        ],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-image",
            },
            {"spdxElementId": "SPDXRef-image", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-shop"},
        ],
    }
    if version == "2.2":
        for each in document["packages"]:
            each.pop("primaryPackagePurpose", None)
    return {**document, **changes}


def image_package(**changes):
    """Describe the image itself, as SPDX does."""
    return {
        "SPDXID": "SPDXRef-image",
        "name": "registry.example/shop",
        "versionInfo": DIGEST,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER",
        **changes,
    }


def package(name, purl, version="1.0+deb12u1"):
    """Describe a package, as SPDX does."""
    cpe = {
        "referenceCategory": "SECURITY",
        "referenceType": "cpe23Type",
        "referenceLocator": f"cpe:2.3:a:{name}:{name}:1.0:*:*:*:*:*:*:*",
    }
    located = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
    described = image_package(SPDXID=f"SPDXRef-{name}", name=name, versionInfo=version)
    del described["primaryPackagePurpose"]
    return {**described, "externalRefs": [cpe, *([located] if purl else [])]}


def without(document, *path):
    """Copy a document without what is at that path."""
    if len(path) == 1:
        return {key: value for key, value in document.items() if key != path[0]}
    return {**document, path[0]: without(document[path[0]], *path[1:])}
