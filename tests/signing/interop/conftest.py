"""The real cosign, a registry on loopback, and an image in it."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.serving import WSGIRequestHandler, make_server

from promotion.clients.oci.attached import collect
from promotion.clients.oci.registry import RegistrySource
from promotion.core.image_reference import Digest, Repository
from promotion.sandbox.images import Image, build_image
from promotion.sandbox.registry import Registry
from promotion.signing.artifacts import Artifact, Target
from promotion.signing.keys import PublicKey
from promotion.signing.sign import Signer
from promotion.signing.signatures_found import Material

CREATED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "for tests only"


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, *_) -> None:
        """Keep silent."""


@contextmanager
def served(registry: Registry) -> Iterator[str]:
    """Serve a registry on loopback, and give its host and port."""
    server = make_server("127.0.0.1", 0, registry, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Shop:
    """An image in a registry of its own."""

    registry: Registry
    host: str
    image: Image

    @property
    def digest(self) -> Digest:
        """The image's digest."""
        return Digest(self.image.digest)

    @property
    def reference(self) -> str:
        """What cosign is told to look at."""
        return f"{self.host}/shop@{self.digest}"

    @property
    def created(self) -> datetime:
        """When everything here was made."""
        return CREATED

    @property
    def target(self) -> Target:
        """What an artifact refers to."""
        return Target(self.image.media_type, self.digest, len(self.image.manifest))

    def push(self, artifact: Artifact) -> None:
        """Push an artifact as a client would."""
        for blob in artifact.blobs.values():
            self.registry.put_blob("shop", blob)
        self.registry.put_manifest("shop", artifact.manifest, tag=artifact.tag)
        if not self.registry.referrers:
            self.registry.turn_off_referrers()

    def material(self) -> Material:
        """Read what is attached, over HTTP."""
        repository = Repository.parse(f"{self.host}/shop")
        return collect(RegistrySource(repository, endpoint=f"http://{self.host}"), self.digest)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Serve an image in an otherwise empty registry."""
    registry = Registry()
    image = build_image(revision="0" * 40, version="1.8.0", created=CREATED)
    registry.push("shop", image, tags=["1.8.0"])
    with served(registry) as host:
        yield Shop(registry, host, image)


@dataclass
class Cosign:
    """One release of cosign, offline."""

    program: str
    home: Path

    def __call__(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run it; its exit code is the answer."""
        environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "COSIGN_PASSWORD": PASSWORD,
            # Whatever it wants from the Internet fails at once.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
            **(env or {}),
        }
        return subprocess.run(
            [self.program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
            cwd=self.home,
        )


def _tool(name: str) -> str:
    folder = os.environ.get("PROMOTION_TOOLS")
    program = shutil.which(name, path=str(Path(folder, "bin")) if folder else None)
    if program is None:
        message = f"{name} is not installed: set PROMOTION_TOOLS to a folder with bin/{name}, or put it on PATH"
        if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return program


@pytest.fixture
def cosign2(tmp_path: Path) -> Cosign:
    """Run cosign 2."""
    return Cosign(_tool("cosign2"), tmp_path)


@pytest.fixture
def cosign3(tmp_path: Path) -> Cosign:
    """Run cosign 3."""
    return Cosign(_tool("cosign3"), tmp_path)


@dataclass
class KeyPair:
    """One key: for us as a signer, for cosign as files."""

    signer: Signer
    private: str
    public: str

    @property
    def key(self) -> PublicKey:
        """The public half."""
        return self.signer.public


@pytest.fixture
def key_pair(tmp_path: Path, cosign3: Cosign) -> Callable[[str], KeyPair]:
    """Make a key pair, and have cosign import it."""

    def make(name: str) -> KeyPair:
        private = ec.generate_private_key(ec.SECP256R1())
        plain = tmp_path / f"{name}.plain.pem"
        plain.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        done = cosign3("import-key-pair", "--key", str(plain), "--output-key-prefix", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        return KeyPair(Signer.of(private, name), str(tmp_path / f"{name}.key"), str(tmp_path / f"{name}.pub"))

    return make


@pytest.fixture
def offline(tmp_path: Path, cosign3: Cosign) -> list[str]:
    """Give the options with which cosign 3 signs without a transparency log."""
    config = tmp_path / "signing-config.json"
    done = cosign3("signing-config", "create", "--out", str(config))
    assert done.returncode == 0, done.stderr
    return ["--signing-config", str(config)]
