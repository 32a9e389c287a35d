"""Which image a document says it is of."""

import pytest

from promotion.sections.artifact.sbom.read import read_sbom

from .documents import CONFIG, DIGEST, OTHER, SHOP, cyclonedx, image_package, package, spdx


def read(document):
    """Read a document."""
    return read_sbom(document, "the SBOM", SHOP)


@pytest.mark.parametrize(
    ("about", "digests"),
    [
        ({"version": DIGEST}, (DIGEST,)),
        ({"version": DIGEST.upper().replace("SHA256", "sha256")}, (DIGEST,)),
        ({"purl": f"pkg:oci/shop@{DIGEST}?arch=amd64"}, (DIGEST,)),
        ({"purl": f"pkg:oci/shop@{DIGEST.replace(':', '%3A')}"}, (DIGEST,)),
        ({"purl": f"pkg:docker/shop@1.8.0?digest={DIGEST}"}, (DIGEST,)),
        ({"bom-ref": f"pkg:oci/shop@{DIGEST}"}, (DIGEST,)),
        ({"name": f"registry.example/shop@{DIGEST}"}, (DIGEST,)),
        ({"hashes": [{"alg": "SHA-256", "content": DIGEST[7:]}]}, (DIGEST,)),
        ({"hashes": [{"alg": "SHA-512", "content": DIGEST[7:]}]}, ()),
        ({"properties": [{"name": "aquasecurity:trivy:ImageID", "value": CONFIG}]}, (CONFIG,)),
        ({"properties": [{"name": "aquasecurity:trivy:RepoDigest", "value": f"shop@{DIGEST}"}]}, (DIGEST,)),
        ({"properties": [{"name": "aquasecurity:trivy:DiffID", "value": OTHER}]}, ()),
        ({"version": "1.8.0"}, ()),
        ({"version": DIGEST, "properties": [{"name": "x:ImageID", "value": CONFIG}]}, (DIGEST, CONFIG)),
    ],
)
def test_cyclonedx_names_its_image_in_many_ways(about, digests):
    """In version, package URL, reference, name, hash or Trivy's properties; layers are no images."""
    found = read(cyclonedx(metadata={"component": {"type": "container", "name": "shop", **about}}))
    assert found.digests == digests


@pytest.mark.parametrize(
    ("about", "digests"),
    [
        ({}, (DIGEST,)),
        ({"versionInfo": "1.8.0"}, ()),
        ({"versionInfo": "", "checksums": [{"algorithm": "SHA256", "checksumValue": DIGEST[7:].upper()}]}, (DIGEST,)),
        ({"versionInfo": "", "checksums": [{"algorithm": "SHA1", "checksumValue": "ab" * 20}]}, ()),
        (
            {
                "versionInfo": "",
                "externalRefs": [
                    {"referenceType": "purl", "referenceLocator": "pkg:oci/shop"},
                    {"referenceType": "purl", "referenceLocator": f"pkg:oci/shop@{DIGEST}"},
                ],
            },
            (DIGEST,),
        ),
        ({"versionInfo": "", "annotations": [{"comment": f"ImageID: {CONFIG}"}]}, (CONFIG,)),
        ({"versionInfo": "", "annotations": [{"comment": f"DiffID: {OTHER}"}]}, ()),
    ],
)
def test_spdx_names_its_image_in_many_ways(about, digests):
    """In version, checksum, package URLs or Trivy's annotations."""
    packages = [image_package(**about), package("shop", None)]
    assert read(spdx(packages=packages)).digests == digests


def test_the_namespace_of_an_spdx_document_names_its_image():
    """Trivy writes the reference into it."""
    namespace = f"http://trivy.dev/container_image/registry.example/shop@{OTHER}-df15ef5c-ad60"
    assert read(spdx(documentNamespace=namespace)).digests == (OTHER, DIGEST)


def test_what_a_document_describes_is_found_in_every_way_of_saying_it():
    """SPDX 2.2 has no purpose: an image is what is described and has a digest for its version."""
    relation = {
        "spdxElementId": "SPDXRef-image",
        "relationshipType": "DESCRIBED_BY",
        "relatedSpdxElement": "SPDXRef-DOCUMENT",
    }
    for change in ({"relationships": [relation]}, {"relationships": [], "documentDescribes": ["SPDXRef-image"]}):
        assert read(spdx("2.2", **change)).digests == (DIGEST,)
    assert read(spdx("2.2", relationships=[])).components == 7
