"""Reading what is attached to an image through a source: everything, or a gap that says what is missing."""

from datetime import UTC, datetime

import pytest

from promotion.clients.oci import attached as collecting
from promotion.clients.oci.attached import collect
from promotion.clients.oci.manifest import parse_manifest
from promotion.clients.oci.source import DigestMismatch, NotThere, Referrer
from promotion.core.image_reference import Digest
from promotion.signing.artifacts import (
    Target,
    attestations_artifact,
    bundle_artifact,
    envelope_artifact,
    signatures_artifact,
)
from promotion.signing.image import attestations, signatures
from promotion.signing.sign import attestation_bundle, attestation_layer
from promotion.unknown import Reason, Unknown

from .attached import DIGEST, SBOM, statement

CREATED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TARGET = Target("application/vnd.oci.image.manifest.v1+json", DIGEST, 500)


class Store:
    """A source in memory, with places where it fails."""

    def __init__(self, *artifacts):
        self.blobs, self.tags, self.manifests = {}, {}, []
        self.fails = {}
        for each in artifacts:
            self.blobs |= each.blobs
            if each.tag:
                self.tags[each.tag] = each.manifest
            else:
                self.manifests.append(each.manifest)

    def _fail(self, *names):
        for name in names:
            if name in self.fails:
                raise self.fails[name]

    def blob(self, digest, max_bytes):
        """Read a blob."""
        self._fail("blob", digest)
        if digest not in self.blobs:
            raise NotThere(f"the blob {digest}", "the store")
        if len(self.blobs[digest]) > max_bytes:
            raise Unknown(Reason.TRUNCATED, "too large")
        return self.blobs[digest]

    def tag(self, name):
        """Read a tag."""
        self._fail("tag", name[-3:])
        return self.tags.get(name)

    def referrers(self, digest, artifact_type=None):
        """List referrers."""
        self._fail("referrers")
        return tuple(Referrer(parse_manifest(raw)) for raw in self.manifests)


@pytest.fixture
def store(layer, bundle, signer) -> Store:
    """Attach two signatures and three attestations."""
    return Store(
        signatures_artifact(DIGEST, [layer]),
        attestations_artifact(DIGEST, [attestation_layer(statement(), signer)]),
        bundle_artifact(TARGET, bundle, CREATED),
        bundle_artifact(TARGET, attestation_bundle(statement(SBOM, {"b": 2}), signer), CREATED),
        envelope_artifact(
            TARGET, attestation_layer(statement(SBOM, {"c": 3}), signer).envelope, "application/vnd.example", CREATED
        ),
    )


def test_everything_attached_is_found(store, trust):
    """By tag, and by reference whatever the artifact's type."""
    material = collect(store, Digest(DIGEST))
    assert material.gaps == ()
    assert len(signatures(material, DIGEST, trust).verified) == 2
    found = attestations(material, DIGEST, trust, [SBOM]).found()
    assert [each.predicate for each in found] == [{"a": 1}, {"c": 3}, {"b": 2}]
    assert material.signatures[0].place == f"the tag {DIGEST[:19].replace(':', '-')}….sig"


def test_nothing_attached_is_complete(trust):
    """No tag and no referrer: a fact, not a gap."""
    material = collect(Store(), Digest(DIGEST))
    assert material.gaps == ()
    assert not signatures(material, DIGEST, trust).is_signed()


@pytest.mark.parametrize("name", ["sig", "att", "referrers"])
def test_what_cannot_be_listed_is_a_gap(store, trust, name):
    """Its reason is kept, and what else was found still counts."""
    store.fails[name] = Unknown(Reason.THROTTLED, f"{name} was throttled")
    material = collect(store, Digest(DIGEST))
    assert [(gap.reason, gap.what) for gap in material.gaps] == [(Reason.THROTTLED, f"{name} was throttled")]
    assert signatures(material, DIGEST, trust).is_signed()


def test_a_layer_that_cannot_be_read_is_a_gap(store, trust, layer):
    """Missing, refused, or larger than its descriptor says."""
    for digest in list(store.blobs):
        if store.blobs[digest] == layer.payload:
            del store.blobs[digest]
        elif store.blobs[digest].startswith(b'{"mediaType"'):
            store.fails[digest] = Unknown(Reason.ACCESS_DENIED, "denied")
    material = collect(store, Digest(DIGEST))
    assert sorted(gap.reason for gap in material.gaps) == ["access-denied", "access-denied", "no-data"]
    with pytest.raises(Unknown, match="not everything could be read"):
        signatures(material, DIGEST, trust).is_signed()


def test_bytes_that_were_changed_are_an_alarm(store):
    """A registry that serves other bytes than were asked for is nothing to read further."""
    store.fails["blob"] = DigestMismatch("the blob", Digest(DIGEST), Digest("sha256:" + "0" * 64))
    with pytest.raises(DigestMismatch):
        collect(store, Digest(DIGEST))


def test_an_index_at_the_tag_is_a_gap(store, trust):
    """Cosign writes an image manifest there; what an index means nobody has said."""
    name = next(name for name in store.tags if name.endswith(".sig"))
    store.tags[name] = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    material = collect(store, Digest(DIGEST))
    assert [gap.reason for gap in material.gaps] == [Reason.NOT_SUPPORTED]


def test_a_manifest_that_cannot_be_read_is_a_gap(store):
    """Malformed is not absent."""
    store.tags = dict.fromkeys(store.tags, b"{")
    assert [gap.reason for gap in collect(store, Digest(DIGEST)).gaps] == [Reason.MALFORMED] * 2


def test_not_more_than_a_budget_is_read(store, trust, monkeypatch):
    """What is beyond is a gap: nobody fills the memory, and nobody hides behind the rest."""
    monkeypatch.setattr(collecting, "MAX_TOTAL", 1000)
    material = collect(store, Digest(DIGEST))
    assert [gap.reason for gap in material.gaps] == [Reason.TRUNCATED]
    assert sum(map(len, (material.signatures, material.attestations, material.bundles))) < 5
