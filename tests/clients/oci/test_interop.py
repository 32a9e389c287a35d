"""One image, read from a registry of each kind and from what real tools make of it: always the same."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from promotion.clients.oci.auth import Credentials
from promotion.clients.oci.config import image_config
from promotion.clients.oci.layout import LayoutSource
from promotion.clients.oci.manifest import DOCKER_LIST, DOCKER_MANIFEST, ImageIndex, ImageManifest, parse_manifest
from promotion.clients.oci.platforms import platform_images
from promotion.clients.oci.registry import RegistrySource
from promotion.clients.oci.size import compressed_sizes
from promotion.clients.oci.source import ImageSource
from promotion.core.image_reference import Digest, Repository
from promotion.sandbox.images import Index, build_image, build_index
from promotion.sandbox.registry import Registry
from promotion.sandbox.registry_auth import Door, Mode

NOTE, SBOM = "application/vnd.example.note", "application/vnd.cyclonedx+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
Tool = Callable[..., str]


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, *_: Any) -> None:
        """Keep silent."""


@contextmanager
def served(registry: Registry) -> Iterator[str]:
    """Serve a registry on loopback, and give its host and port."""
    server = make_server("127.0.0.1", 0, registry, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def image() -> Index:
    """Build an image for two platforms."""
    return build_index(
        [
            build_image(
                revision="c0ffee00" * 5, version="1.8.0", created=datetime(2026, 3, 2, tzinfo=UTC), platform=platform
            )
            for platform in ("linux/amd64", "linux/arm64")
        ]
    )


def filled(image: Index, mode: Mode = "none") -> Registry:
    """Make a registry with the image and two artifacts that are attached to it."""
    registry = Registry(Door(mode, {"robot": "right"}))
    registry.push("shop", image, tags=["1.8.0"])
    registry.attach("shop", image.digest, NOTE, [("text/plain", b"a note")])
    registry.attach("shop", image.digest, SBOM, [(SBOM, b"{}")], {"org.example": "x"})
    return registry


def at(host: str, name: str = "shop", **options: Any) -> RegistrySource:
    """Read a repository of a registry on loopback."""
    return RegistrySource(Repository.parse(f"{host}/{name}"), endpoint=f"http://{host}", **options)


def same(source: ImageSource, image: Index) -> None:
    """Check that a source has that image: its platforms, their sizes and labels."""
    digest = Digest(image.digest)
    assert isinstance(source.manifest(digest), ImageIndex)
    assert {(str(one.platform), one.digest, one.bytes) for one in compressed_sizes(source, digest)} == {
        (part.platform, part.digest, sum(len(blob) for blob in part.blobs)) for part in image.images
    }
    for one in platform_images(source, digest):
        assert image_config(source, one.manifest).labels["org.opencontainers.image.version"] == "1.8.0"
        for layer in one.manifest.layers:
            assert len(source.blob(layer.digest, layer.size)) == layer.size


@pytest.mark.parametrize("mode", ["none", "basic", "bearer"])
@pytest.mark.parametrize("listing", ["api", "pages", "tag"])
def test_every_kind_of_registry(image: Index, mode: Mode, listing: str) -> None:
    """With or without a login, with the referrers API, with pages of it, or with the fallback tag: the same is read."""
    registry = filled(image, mode)
    if listing == "pages":
        registry.referrers_per_page = 1
    if listing == "tag":
        registry.turn_off_referrers()
    with served(registry) as host:
        source = at(host, login=(lambda: Credentials("robot", "right")) if mode != "none" else None)
        same(source, image)
        assert source.tag("1.8.0") == image.manifest
        assert source.tag("1.7.0") is None
        found = source.referrers(Digest(image.digest))
        assert {one.artifact_type for one in found} == {NOTE, SBOM}
        (sbom,) = source.referrers(Digest(image.digest), SBOM)
        assert sbom.manifest.annotations == {"org.example": "x"}
        assert source.referrers(Digest(image.images[0].digest)) == ()


# Real tools


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Run a tool by name, give what it wrote; where it is not installed the test says so."""

    def run(name: str, *arguments: str) -> str:
        folder = os.environ.get("PROMOTION_TOOLS")
        program = shutil.which(name, path=str(Path(folder, "bin")) if folder else None)
        if program is None:
            message = (
                f"{name} is not here: run tests/tools/fetch_debian_tools.py, and set PROMOTION_TOOLS to its folder"
            )
            if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
                pytest.fail(message)
            pytest.skip(message)
        environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "COSIGN_PASSWORD": ""}
        done = subprocess.run(
            [program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
            cwd=tmp_path,
        )
        assert done.returncode == 0, f"{name} {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    return run


COPY = ("--insecure-policy", "copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false")


def test_a_layout_of_skopeo(tool: Tool, image: Index, tmp_path: Path) -> None:
    """Skopeo writes the image into a layout: the digest and everything behind it stay the same."""
    with served(filled(image)) as host:
        tool("skopeo", *COPY, f"docker://{host}/shop@{image.digest}", "oci:layout:1.8.0")
    source = LayoutSource(tmp_path / "layout")
    same(source, image)
    assert source.tag("1.8.0") == image.manifest
    assert source.referrers(Digest(image.digest)) == ()


def test_the_formats_of_docker(tool: Tool, image: Index) -> None:
    """Skopeo makes a manifest list and schema 2 images of it: other digests, the same layers and labels."""
    registry = filled(image)
    with served(registry) as host:
        tool("skopeo", *COPY, "--format=v2s2", f"docker://{host}/shop@{image.digest}", f"docker://{host}/docker:1")
        source = at(host, "docker")
        raw = source.tag("1")
        assert raw is not None
        index = source.manifest(Digest.of(raw))
        assert (index.media_type, parse_manifest(raw)) == (DOCKER_LIST, index)
        parts = platform_images(source, index.digest)
        assert {part.manifest.media_type for part in parts} == {DOCKER_MANIFEST}
        before = {
            str(one.platform): {layer.digest for layer in one.manifest.layers}
            for one in platform_images(at(host), Digest(image.digest))
        }
        assert {str(one.platform): {layer.digest for layer in one.manifest.layers} for one in parts} == before
        told = json.loads(tool("skopeo", "inspect", "--tls-verify=false", f"docker://{host}/docker:1"))
        assert told["Labels"] == image_config(source, parts[0].manifest).labels
        assert told["Layers"] == [layer.digest for layer in parts[0].manifest.layers]


@pytest.mark.parametrize("with_api", [True, False])
def test_a_layout_of_oras(tool: Tool, image: Index, tmp_path: Path, with_api: bool) -> None:
    """Oras takes what is attached along; it is found beside the image in the layout."""
    registry = filled(image)
    if not with_api:
        registry.turn_off_referrers()
    with served(registry) as host:
        Path(tmp_path, "note.txt").write_text("seen")
        tool("oras", "attach", "--plain-http", "--artifact-type", "text/note", f"{host}/shop:1.8.0", "note.txt")
        expected = {(one.digest, one.artifact_type) for one in at(host).referrers(Digest(image.digest))}
        tool("oras", "cp", "--recursive", "--from-plain-http", "--to-oci-layout", f"{host}/shop:1.8.0", "layout:1.8.0")
    assert {kind for _, kind in expected} == {NOTE, SBOM, "text/note"}
    source = LayoutSource(tmp_path / "layout")
    same(source, image)
    assert {(one.digest, one.artifact_type) for one in source.referrers(Digest(image.digest))} == expected


def test_a_layout_of_crane(tool: Tool, image: Index, tmp_path: Path) -> None:
    """Crane pulls one platform into a layout."""
    part = image.images[0]
    with served(filled(image)) as host:
        tool("crane", "pull", "--insecure", "--format=oci", f"{host}/shop@{part.digest}", "layout")
    source = LayoutSource(tmp_path / "layout")
    assert isinstance(source.manifest(Digest(part.digest)), ImageManifest)
    (size,) = compressed_sizes(source, Digest(part.digest))
    assert size.bytes == sum(len(blob) for blob in part.blobs)


@pytest.mark.parametrize("with_api", [True, False])
def test_a_signature_of_cosign_3(tool: Tool, image: Index, with_api: bool) -> None:
    """Cosign attaches its bundle, and without the API lists it under another type than its own: it is found anyway."""
    registry = filled(image)
    if not with_api:
        registry.turn_off_referrers()
    with served(registry) as host:
        tool("cosign3", "generate-key-pair")
        tool("cosign3", "signing-config", "create", "--out", "signing.json")
        sign = ("sign", "--yes", "--key", "cosign.key", "--signing-config", "signing.json", "--allow-http-registry")
        tool("cosign3", *sign, f"{host}/shop@{image.digest}")
        (bundle,) = at(host).referrers(Digest(image.digest), BUNDLE)
        assert isinstance(bundle.manifest, ImageManifest)
        (layer,) = bundle.manifest.layers
        assert layer.media_type == BUNDLE
        assert "dsseEnvelope" in json.loads(at(host).blob(layer.digest, 1 << 20))


def test_a_signature_of_cosign_2(tool: Tool, image: Index) -> None:
    """Cosign 2 keeps its signature at a tag of its own, and no image there."""
    with served(filled(image)) as host:
        tag = f"sha256-{Digest(image.digest).hex}.sig"
        assert at(host).tag(tag) is None
        tool("cosign2", "generate-key-pair")
        sign = ("sign", "--yes", "--key", "cosign.key", "--tlog-upload=false", "--allow-http-registry")
        tool("cosign2", *sign, f"{host}/shop@{image.digest}")
        raw = at(host).tag(tag)
        assert raw is not None
        signature = parse_manifest(raw)
        assert isinstance(signature, ImageManifest)
        (layer,) = signature.layers
        assert layer.media_type == "application/vnd.dev.cosign.simplesigning.v1+json"
        assert "dev.cosignproject.cosign/signature" in layer.annotations
