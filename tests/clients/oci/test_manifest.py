"""A manifest is read in one way or not at all."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.clients.oci.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    ImageIndex,
    ImageManifest,
    parse_manifest,
)
from promotion.core.image_reference import Digest
from promotion.unknown import Reason, Unknown

from .hostile import DIGEST, IMAGE, IMAGE_BYTES, artifact

HEX = "0" * 64
CHILD = {"mediaType": OCI_MANIFEST, "digest": f"sha256:{HEX}", "size": 7}
ATTESTATION = {
    **CHILD,
    "platform": {"os": "unknown", "architecture": "unknown"},
    "annotations": {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": f"sha256:{HEX}",
    },
}


def written(document: Any) -> bytes:
    """Write JSON."""
    return json.dumps(document).encode()


def refused(raw: bytes, served_as: str | None = None, reason: Reason = Reason.MALFORMED) -> str:
    """Give the message with which a manifest is refused for that reason."""
    with pytest.raises(Unknown) as caught:
        parse_manifest(raw, served_as)
    assert caught.value.reason == reason
    return caught.value.message


def test_an_image() -> None:
    """An image has a configuration and layers, and keeps the bytes and their digest."""
    found = parse_manifest(IMAGE_BYTES, OCI_MANIFEST)
    assert isinstance(found, ImageManifest)
    assert (found.digest, found.raw, found.media_type) == (DIGEST, IMAGE_BYTES, OCI_MANIFEST)
    assert [layer.size for layer in found.layers] == [7]
    assert found.subject is None
    assert "raw" not in repr(found)


@pytest.mark.parametrize("served_as", [DOCKER_MANIFEST, f"{DOCKER_MANIFEST}; charset=utf-8", "application/json", None])
def test_a_docker_image(served_as: str | None) -> None:
    """Docker's schema 2 is an image too, also where the server does not say what it serves."""
    raw = written({**IMAGE, "mediaType": DOCKER_MANIFEST})
    assert parse_manifest(raw, served_as).media_type == DOCKER_MANIFEST


def test_a_manifest_that_does_not_name_its_type() -> None:
    """OCI manifests may leave their type to the server; without either word the content decides."""
    document = {key: value for key, value in IMAGE.items() if key != "mediaType"}
    assert parse_manifest(written(document), OCI_MANIFEST).media_type == OCI_MANIFEST
    assert isinstance(parse_manifest(written(document)), ImageManifest)
    assert isinstance(parse_manifest(written({"schemaVersion": 2, "manifests": []})), ImageIndex)


@pytest.mark.parametrize("kind", [OCI_INDEX, DOCKER_LIST])
def test_an_index_sets_build_attestations_apart(kind: str) -> None:
    """What BuildKit attaches is no image; entries of types nobody knows are ignored, as the specification says."""
    image = {**CHILD, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8", "os.version": "6"}}
    other = {**CHILD, "mediaType": "application/vnd.example.other"}
    found = parse_manifest(
        written({"schemaVersion": 2, "mediaType": kind, "manifests": [image, ATTESTATION, other]}), kind
    )
    assert isinstance(found, ImageIndex)
    (entry,) = found.images
    assert str(entry.platform) == "linux/arm64/v8"
    assert entry.platform is not None
    assert entry.platform.os_version == "6"
    assert [one.annotations for one in found.build_attestations] == [ATTESTATION["annotations"]]


@pytest.mark.parametrize(
    "change",
    [
        {"platform": {"os": "linux", "architecture": "amd64"}},
        {"platform": None},
        {"annotations": {}},
        {"annotations": {"vnd.docker.reference.type": "other"}},
    ],
)
def test_a_note_alone_hides_no_image(change: dict[str, Any]) -> None:
    """An entry for a real platform stays an image whatever its annotations say, and so does one without them."""
    found = parse_manifest(written({"schemaVersion": 2, "manifests": [{**ATTESTATION, **change}]}))
    assert isinstance(found, ImageIndex)
    assert len(found.images) == 1
    assert found.build_attestations == ()


def test_what_is_attached() -> None:
    """An artifact says to what it belongs and what it is; without a type of its own, its configuration's counts."""
    found = parse_manifest(artifact(DIGEST))
    assert found.subject is not None
    assert (found.subject.digest, found.artifact_type) == (DIGEST, "application/vnd.example.note")
    assert parse_manifest(artifact(DIGEST, artifactType=None)).artifact_type == "application/vnd.oci.empty.v1+json"


@pytest.mark.parametrize(
    ("document", "served_as"),
    [
        ({"schemaVersion": 1, "fsLayers": []}, None),
        ({"schemaVersion": 1, "fsLayers": []}, "application/vnd.docker.distribution.manifest.v1+prettyjws"),
        (IMAGE | {"mediaType": None}, "application/vnd.docker.distribution.manifest.v1+json"),
    ],
)
def test_schema_1(document: Any, served_as: str | None) -> None:
    """Docker's schema 1 is refused with a sentence that says what to do."""
    assert "build and push the image with a current tool" in refused(written(document), served_as, Reason.NOT_SUPPORTED)


def test_other_types() -> None:
    """What is no manifest is refused by name."""
    kind = "application/vnd.oci.artifact.manifest.v1+json"
    assert kind in refused(written({**IMAGE, "mediaType": kind}), None, Reason.NOT_SUPPORTED)
    assert "text/html" in refused(written(IMAGE | {"mediaType": None}), "text/html", Reason.NOT_SUPPORTED)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (written(IMAGE).decode().encode("utf-16"), "not UTF-8"),
        (b'{"a": "\\ud800"}', "not UTF-8"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"9" * 5000 + b"}", ""),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "too deep"),
        (b'{"schemaVersion": 2, "schemaVersion": 2}', "twice"),
        (IMAGE_BYTES[:-1] + b',"layers":[]}', "twice"),
        (IMAGE_BYTES[:-1] + b',"Layers":[]}', "in a different case"),
        (written({**IMAGE, "config": {**CHILD, "MediaType": OCI_INDEX}}), "in a different case"),
        (IMAGE_BYTES[:-1] + b',"\xc5\xbfubject":{}}', "in a different case"),
        (IMAGE_BYTES[:-1] + b',"manifests":[]}', "both"),
        (IMAGE_BYTES[:-1] + b',"Manifests":[]}', "both"),
        (IMAGE_BYTES[:-1] + b',"manifests":null}', "both"),
        (written({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [], "layers": []}), "both"),
        (written({"schemaVersion": 2, "mediaType": OCI_INDEX}), "without `manifests`"),
        (written({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": CHILD}), "without `layers`"),
        (written({**IMAGE, "schemaVersion": 3}), "schemaVersion"),
        (written({**IMAGE, "schemaVersion": 2.0}), "schemaVersion"),
        (written({**IMAGE, "schemaVersion": "2"}), "schemaVersion"),
        (written({**IMAGE, "config": None}), "config"),
        (written({**IMAGE, "layers": {}}), "layers"),
        (written({**IMAGE, "layers": [CHILD] * 1001}), "layers"),
        (written({**IMAGE, "layers": [{**CHILD, "size": -1}]}), "layers.0.size"),
        (written({**IMAGE, "layers": [{**CHILD, "size": "7"}]}), "layers.0.size"),
        (written({**IMAGE, "layers": [{**CHILD, "size": True}]}), "layers.0.size"),
        (written({**IMAGE, "layers": [{**CHILD, "size": 2**63}]}), "layers.0.size"),
        (written({**IMAGE, "layers": [{**CHILD, "digest": "sha256:12"}]}), "layers.0.digest"),
        (written({**IMAGE, "layers": [{**CHILD, "digest": f"sha512:{HEX * 2}"}]}), "layers.0.digest"),
        (written({**IMAGE, "layers": [{**CHILD, "Digest": f"sha256:{HEX}"}]}), "in a different case"),
        (written({**IMAGE, "annotations": {"a": 1}}), "annotations.a"),
        (written({**IMAGE, "subject": "sha256:0"}), "subject"),
    ],
)
def test_what_cannot_be_relied_on(raw: bytes, says: str) -> None:
    """Documents that are broken, or that two readers could read in two ways, are unknown; never half an image."""
    assert says in refused(raw)


def test_two_words_for_the_type() -> None:
    """A server that calls an index what calls itself an image is not believed, and neither is the document."""
    assert "served as" in refused(IMAGE_BYTES, OCI_INDEX)
    assert "served as" in refused(IMAGE_BYTES, DOCKER_MANIFEST)


def test_null_is_absent() -> None:
    """Go writes null for what is empty; that is not a fault."""
    found = parse_manifest(written({**IMAGE, "layers": None, "annotations": None, "subject": None}))
    assert isinstance(found, ImageManifest)
    assert found.layers == ()


def test_names_of_ours_mean_nothing() -> None:
    """A field is known by the name of the specification alone, not by what it is called in here."""
    found = parse_manifest(artifact(DIGEST, artifactType=None, declared_artifact_type="x", schema_version=1))
    assert found.artifact_type == "application/vnd.oci.empty.v1+json"
    document = {key: value for key, value in IMAGE.items() if key != "schemaVersion"}
    assert "schemaVersion" in refused(written({**document, "schema_version": 2}))


def test_fields_of_ours_cannot_be_planted() -> None:
    """A document cannot say itself what its bytes or its digest are."""
    found = parse_manifest(written({**IMAGE, "digest": f"sha256:{HEX}", "raw": "planted"}))
    assert found.digest == Digest.of(found.raw)


def test_a_message_does_not_repeat_what_it_was_sent() -> None:
    """Whoever writes a manifest cannot write our messages: values are not quoted, types are cut."""
    message = refused(written({**IMAGE, "config": {**CHILD, "size": "GO GO GO " * 100}}))
    assert "GO GO" not in message
    assert len(refused(written({**IMAGE, "mediaType": "x" * 9999}), None, Reason.NOT_SUPPORTED)) < 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(f"sha256:{HEX}"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mediaType", "digest", "size", "platform", "os", "annotations", "layers", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KEYS = ["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "annotations", "artifactType"]


@settings(max_examples=150, deadline=None)
@given(document=st.dictionaries(st.sampled_from(KEYS), JSON), base=st.sampled_from([{}, IMAGE]))
def test_any_document_is_a_manifest_or_unknown(document: dict[str, Any], base: dict[str, Any]) -> None:
    """No document makes the reader fail in another way than by saying that it does not know."""
    try:
        found = parse_manifest(written({**base, **document}))
    except Unknown:
        return
    assert found.digest == Digest.of(found.raw)
