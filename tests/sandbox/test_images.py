"""The images of the sandbox are real: unpacked, hashed and described as the OCI image specification says."""

import gzip
import io
import json
import tarfile
from datetime import UTC, datetime
from typing import Any

import pytest

from promotion.sandbox.images import Image, build_image, build_index, digest_of

COMMIT = "5f1c2a9d" * 5
CREATED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def image(**changes: Any) -> Image:
    """Build the image of a release, with changes."""
    return build_image(**{"revision": COMMIT, "version": "1.8.0", "created": CREATED, **changes})


def test_same_arguments_give_the_same_bytes() -> None:
    """Two builds are one image, on any machine: the digest may be written down."""
    assert image() == image()
    assert image().digest == "sha256:d8204babe1fe572af5f928cbf664db1cd4492113e7a48288ac82834b3252b2cc"


def test_the_manifest_describes_its_blobs() -> None:
    """Every descriptor has the size and digest of the bytes, and the digest is that of the manifest."""
    built = image()
    manifest = json.loads(built.manifest)
    described = [manifest["config"], *manifest["layers"]]
    assert [(d["digest"], d["size"]) for d in described] == [(digest_of(b), len(b)) for b in built.blobs]
    assert built.digest == digest_of(built.manifest)
    assert manifest["mediaType"] == built.media_type


def test_layers_unpack_to_the_diff_ids() -> None:
    """An independent gzip and tar read the layers, and the tars hash to the diff ids of the configuration."""
    built = image(files={"srv/large": b"x" * 200_000})
    tars = [gzip.decompress(layer) for layer in built.layers]
    assert [digest_of(tar) for tar in tars] == json.loads(built.config)["rootfs"]["diff_ids"]
    names = []
    for tar in tars:
        with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
            names += opened.getnames()
    assert "etc/os-release" in names
    assert "var/lib/dpkg/status" in names
    assert "srv/large" in names


def test_labels_say_where_it_comes_from() -> None:
    """The commit, the version and the source are labels of the configuration; None takes one away."""
    labels = json.loads(image().config)["config"]["Labels"]
    assert labels["org.opencontainers.image.revision"] == COMMIT
    assert labels["org.opencontainers.image.version"] == "1.8.0"
    assert labels["org.opencontainers.image.created"] == "2026-03-02T09:30:00.000Z"
    bare = json.loads(image(labels={"org.opencontainers.image.revision": None}).config)["config"]["Labels"]
    assert "org.opencontainers.image.revision" not in bare


def test_an_index_names_each_platform() -> None:
    """Two platforms are two images under one index, each with its own digest."""
    amd, arm = image(), image(platform="linux/arm64")
    index = build_index([amd, arm])
    entries = json.loads(index.manifest)["manifests"]
    assert [entry["digest"] for entry in entries] == [amd.digest, arm.digest]
    assert [entry["platform"]["architecture"] for entry in entries] == ["amd64", "arm64"]
    assert amd.digest != arm.digest


@pytest.mark.parametrize("size", [1, 600_000_000])
def test_an_absent_layer_is_only_declared(size: int) -> None:
    """A layer can be declared without being there, so that a limit on the size can be crossed."""
    built = image(absent_layer_bytes=size)
    assert json.loads(built.manifest)["layers"][-1]["size"] == size
    assert len(built.layers) == 2
