"""What an image is made of, for each of its platforms: size, configuration, labels."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from promotion.clients.oci.config import ImageConfig, image_config
from promotion.clients.oci.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Manifest,
    parse_manifest,
)
from promotion.clients.oci.platforms import PlatformImage, platform_images
from promotion.clients.oci.size import PlatformSize, compressed_sizes
from promotion.clients.oci.source import NotThere, Referrer, checked
from promotion.core.image_reference import Digest
from promotion.core.parallel import in_parallel
from promotion.sandbox.images import CONFIG, LAYER, build_image, build_index, canonical, descriptor
from promotion.unknown import Reason

from .hostile import artifact
from .looks import unknown

DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"


@dataclass
class Shelf:
    """An image source in memory."""

    content: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> Digest:
        """Keep some bytes."""
        digest = Digest.of(content)
        self.content[digest] = content
        return digest

    def manifest(self, digest: Digest) -> Manifest:
        """Read a manifest."""
        return parse_manifest(self.blob(digest, 0))

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Read some bytes."""
        if digest not in self.content:
            raise NotThere(f"the blob {digest}", "the shelf")
        return checked(self.content[digest], digest, "the blob")

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Referrer, ...]:
        """List nothing."""
        return ()

    def tag(self, name: str) -> bytes | None:
        """Know no tag."""
        return None


@pytest.fixture
def shelf() -> Shelf:
    """Start with nothing."""
    return Shelf()


def put(shelf: Shelf, config: Mapping[str, Any] | bytes, /, **changes: Any) -> Digest:
    """Put an image on the shelf."""
    raw = config if isinstance(config, bytes) else canonical(config)
    shelf.put(raw)
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(CONFIG, raw),
        "layers": [descriptor(LAYER, b"layer")],
    }
    return shelf.put(canonical({**manifest, **changes}))


def index(shelf: Shelf, *entries: Mapping[str, Any], kind: str = OCI_INDEX) -> Digest:
    """Put an index on the shelf."""
    return shelf.put(canonical({"schemaVersion": 2, "mediaType": kind, "manifests": list(entries)}))


def entry(shelf: Shelf, digest: Digest, **more: Any) -> dict[str, Any]:
    """Describe a manifest for an index."""
    return {**descriptor(OCI_MANIFEST, shelf.content[digest]), **more}


AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}


def test_the_size_of_one_image(shelf: Shelf) -> None:
    """The size is that of the layers and the configuration as the manifest says; a repeated layer counts once."""
    config = canonical(AMD64)
    layers = [{**descriptor(LAYER, b"layer"), "size": 500_000_000}, descriptor(LAYER, b"small")]
    digest = put(shelf, config, layers=[*layers, layers[1]])
    (found,) = compressed_sizes(shelf, digest)
    assert (str(found.platform), found.digest) == ("linux/amd64", digest)
    assert found.bytes == 500_000_000 + 5 + len(config)


@pytest.mark.parametrize(("kind", "manifest"), [(OCI_INDEX, OCI_MANIFEST), (DOCKER_LIST, DOCKER_MANIFEST)])
def test_the_size_for_each_platform(shelf: Shelf, kind: str, manifest: str) -> None:
    """Each platform of an index is measured, BuildKit's attestations are not; in Docker's formats too."""
    small = put(shelf, AMD64, mediaType=manifest)
    large = put(shelf, ARM64, mediaType=manifest, layers=[{**descriptor(LAYER, b"x"), "size": 1000}])
    note = {
        **entry(shelf, shelf.put(artifact(small))),
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": small},
    }
    digest = index(
        shelf,
        {**entry(shelf, small, platform=AMD64), "mediaType": manifest},
        {**entry(shelf, large), "mediaType": manifest},
        note,
        kind=kind,
    )
    found = compressed_sizes(shelf, digest)
    assert [(str(one.platform), one.digest) for one in found] == [("linux/amd64", small), ("linux/arm64/v8", large)]
    assert found[1].bytes - found[0].bytes == 1000 - 5 + len(canonical(ARM64)) - len(canonical(AMD64))


def test_an_index_without_images(shelf: Shelf) -> None:
    """An index that lists no image has no size, rather than none that is too large."""
    assert "no image" in unknown(lambda: compressed_sizes(shelf, index(shelf)), Reason.MALFORMED)


def test_an_index_in_an_index(shelf: Shelf) -> None:
    """An index inside an index is refused with a sentence."""
    inner = index(shelf, entry(shelf, put(shelf, AMD64), platform=AMD64))
    outer = index(shelf, {**entry(shelf, inner), "mediaType": OCI_INDEX})
    unknown(lambda: compressed_sizes(shelf, outer), Reason.NOT_SUPPORTED)


def test_what_is_not_there(shelf: Shelf) -> None:
    """A digest that is not there is said so; an index that lists what is not there cannot be relied on."""
    nothing = Digest.of(b"nothing")
    with pytest.raises(NotThere):
        compressed_sizes(shelf, nothing)
    listed = index(shelf, {"mediaType": OCI_MANIFEST, "digest": nothing, "size": 7, "platform": AMD64})
    unknown(lambda: compressed_sizes(shelf, listed), Reason.MALFORMED)


def test_an_artifact_is_no_image(shelf: Shelf) -> None:
    """A signature or an SBOM has no platform, and is not measured as if it were the image."""
    digest = shelf.put(artifact(Digest.of(b"image")))
    assert "is an artifact, not an image" in unknown(lambda: platform_images(shelf, digest), Reason.NOT_SUPPORTED)


def test_a_configuration(shelf: Shelf) -> None:
    """Labels, date, platform and layers of an image as a builder writes them."""
    image = build_image(revision="c0ffee00" * 5, version="1.8.0", created=datetime(2026, 3, 2, tzinfo=UTC))
    for blob in image.blobs:
        shelf.put(blob)
    (one,) = platform_images(shelf, shelf.put(image.manifest))
    found = image_config(shelf, one.manifest)
    assert found.labels["org.opencontainers.image.revision"] == "c0ffee00" * 5
    assert found.created == datetime(2026, 3, 2, tzinfo=UTC)
    assert str(found.platform) == image.platform
    assert len(found.diff_ids) == len(one.manifest.layers)


@pytest.mark.parametrize("config", [{}, {"config": None}, {"config": {}}, {"config": {"Labels": None}}])
def test_no_labels(shelf: Shelf, config: dict[str, Any]) -> None:
    """An image without labels has none; Docker's own type of configuration is read as well."""
    raw = canonical({**AMD64, **config})
    digest = put(shelf, raw, config=descriptor(DOCKER_CONFIG, raw))
    (one,) = platform_images(shelf, digest)
    found = image_config(shelf, one.manifest)
    assert (found.labels, found.created, found.diff_ids) == ({}, None, ())


def test_the_date_of_a_builder(shelf: Shelf) -> None:
    """Docker writes nanoseconds; they are more than a datetime holds, and harmless."""
    digest = put(shelf, {**AMD64, "created": "2026-03-02T10:11:12.123456789+01:00"})
    (one,) = platform_images(shelf, digest)
    assert image_config(shelf, one.manifest).created == datetime(2026, 3, 2, 9, 11, 12, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "config",
    [
        b"",
        b"[]",
        b'{"os": "linux"}',
        b'{"os": "linux", "architecture": "amd64", "os": "windows"}',
        canonical({**AMD64, "os": 5}),
        canonical({**AMD64, "config": {"Labels": {"a": 1}}}),
        canonical({**AMD64, "config": {"Labels": {"a": "1"}, "labels": {"a": "2"}}}),
        canonical({**AMD64, "config": "x"}),
        canonical({**AMD64, "created": "yesterday"}),
        canonical({**AMD64, "created": "2026-03-02T10:11:12"}),
        canonical({**AMD64, "created": 5}),
        canonical({**AMD64, "rootfs": {"diff_ids": ["sha256:1"]}}),
    ],
    ids=range(12),
)
def test_a_configuration_nobody_can_rely_on(shelf: Shelf, config: bytes) -> None:
    """A broken configuration is unknown; a label is not read from what two readers would read in two ways."""
    digest = put(shelf, config)
    unknown(lambda: platform_images(shelf, digest), Reason.MALFORMED)


def test_a_configuration_of_another_size(shelf: Shelf) -> None:
    """A manifest that gives a wrong size for the configuration gives a wrong size for the image."""
    raw = canonical(AMD64)
    digest = put(shelf, raw, config={**descriptor(CONFIG, raw), "size": 1})
    unknown(lambda: platform_images(shelf, digest), Reason.MALFORMED)


def test_it_survives_a_record(shelf: Shelf) -> None:
    """Sizes, manifests and configurations that are written down come back the same."""
    windows = {"os": "windows", "architecture": "amd64", "os.version": "10.0"}
    digest = put(shelf, {**windows, "created": "2026-03-02T10:11:12Z", "config": {"Labels": {"a": "1"}}})
    sizes = compressed_sizes(shelf, digest)
    (one,) = platform_images(shelf, digest)
    assert one.platform.os_version == "10.0"
    for kind, value in (
        (tuple[PlatformSize, ...], sizes),
        (PlatformImage, one),
        (ImageConfig, image_config(shelf, one.manifest)),
    ):
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        assert adapter.validate_json(adapter.dump_json(value)) == value


def test_several_at_once() -> None:
    """Reads at once keep their order and the caller's context, and the first that fails is the one that is told."""
    noted: ContextVar[list[int]] = ContextVar("noted")
    noted.set([])

    def read(number: int) -> int:
        noted.get().append(number)
        if number > 4:
            raise NotThere(str(number), "here")
        return -number

    assert in_parallel(read, range(5)) == [0, -1, -2, -3, -4]
    assert in_parallel(read, []) == []
    assert sorted(noted.get()) == [0, 1, 2, 3, 4]
    with pytest.raises(NotThere, match=r"^5 is"):
        in_parallel(read, range(9))


def test_the_sandbox_index(shelf: Shelf) -> None:
    """An index over two platforms gives both, in its order."""
    images = [
        build_image(revision="a" * 40, version="1", created=datetime(2026, 3, 2, tzinfo=UTC), platform=platform)
        for platform in ("linux/arm64", "linux/amd64")
    ]
    for image in images:
        shelf.put(image.manifest)
    digest = shelf.put(build_index(images).manifest)
    assert [str(one.platform) for one in platform_images(shelf, digest)] == ["linux/arm64", "linux/amd64"]
