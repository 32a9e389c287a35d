"""OCI images built in memory: a few kilobytes that every registry client takes for an image.

Shapes follow the OCI image specification 1.1 (manifest, image index, configuration, layer tar). The same arguments
give the same bytes on every machine, so a digest may be written down: time stamps and owners are fixed, and gzip
members hold stored blocks, because compressors differ between versions and platforms.
"""

import hashlib
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from promotion.core.clock import stamp

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
EMPTY_CONFIG = b"{}"
"""The content of the `application/vnd.oci.empty.v1+json` descriptor (image specification, manifest.md)."""

_STORED_BLOCK = 0xFFFF


@dataclass(frozen=True)
class Package:
    """A Debian package of the base system, as dpkg's status file lists it."""

    name: str
    version: str


BASE_SYSTEM = (
    Package("base-files", "12.4+deb12u12"),
    Package("ca-certificates", "20230311+deb12u1"),
    Package("libc6", "2.36-9+deb12u13"),
    Package("libssl3", "3.0.17-1~deb12u3"),
    Package("python3.11-minimal", "3.11.2-6+deb12u6"),
)


@dataclass(frozen=True)
class Image:
    """An image for one platform. `layers` are the gzip tars in the order of the manifest."""

    manifest: bytes
    config: bytes
    layers: tuple[bytes, ...]
    platform: str
    media_type: str = MANIFEST
    digest: str = field(init=False)
    """`sha256:` and 64 hex digits: the hash of `manifest`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.manifest))

    @property
    def blobs(self) -> tuple[bytes, ...]:
        """Everything that must be in the registry before the manifest."""
        return (self.config, *self.layers)


@dataclass(frozen=True)
class Index:
    """An image for several platforms: `manifest` is the image index that names `images`."""

    manifest: bytes
    images: tuple[Image, ...]
    media_type: str = INDEX
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.manifest))


def build_image(
    *,
    revision: str,
    version: str,
    created: datetime,
    source: str = "https://github.com/example/shop",
    platform: str = "linux/amd64",
    labels: Mapping[str, str | None] | None = None,
    files: Mapping[str, bytes] | None = None,
    absent_layer_bytes: int = 0,
) -> Image:
    """Build an image of the service: a layer with the base system, one with the application.

    `revision` is the commit it was built from. `labels` are added to the standard ones; None takes one away. `files`
    are added to the application's layer. `absent_layer_bytes` names one more layer of that size, in bytes, in the
    manifest alone: a limit on the size is judged by what the manifest declares, and nobody wants to serve 500 MB to
    prove it.
    """
    standard = {
        "org.opencontainers.image.created": stamp(created),
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.source": source,
        "org.opencontainers.image.title": "shop",
        "org.opencontainers.image.version": version,
    }
    tars = [_tar(_base_system()), _tar({**_application(version), **(files or {})})]
    layers = tuple(_gzip(tar) for tar in tars)
    described = [descriptor(LAYER, layer) for layer in layers]
    diff_ids = [digest_of(tar) for tar in tars]
    if absent_layer_bytes:
        described.append({"mediaType": LAYER, "digest": digest_of(b"absent"), "size": absent_layer_bytes})
        diff_ids.append(digest_of(b"absent tar"))
    os, architecture = platform.split("/")
    merged = {**standard, **(labels or {})}
    config = canonical(
        {
            "created": stamp(created),
            "architecture": architecture,
            "os": os,
            "config": {
                "User": "10001",
                "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"],
                "Entrypoint": ["python3", "-m", "shop"],
                "ExposedPorts": {"8080/tcp": {}},
                "Labels": {name: text for name, text in sorted(merged.items()) if text is not None},
            },
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [{"created": stamp(created), "created_by": "build"} for _ in diff_ids],
        }
    )
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config), "layers": described}
    return Image(canonical(manifest), config, layers, platform)


def build_index(images: Sequence[Image]) -> Index:
    """Put an image index over images of several platforms."""
    entries = []
    for image in images:
        os, architecture = image.platform.split("/")
        platform = {"architecture": architecture, "os": os}
        entries.append({**descriptor(image.media_type, image.manifest), "platform": platform})
    return Index(canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}), tuple(images))


def canonical(document: object) -> bytes:
    """Write JSON without spaces, keys in the order given."""
    return json.dumps(document, separators=(",", ":")).encode()


def descriptor(media_type: str, content: bytes) -> dict[str, object]:
    """Describe some bytes as an OCI content descriptor: mediaType, digest, size in bytes."""
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def digest_of(content: bytes) -> str:
    """Hash some bytes: `sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _base_system() -> dict[str, bytes]:
    status = "\n".join(
        f"Package: {package.name}\nStatus: install ok installed\nArchitecture: all\nVersion: {package.version}\n"
        for package in BASE_SYSTEM
    )
    release = 'ID=debian\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
    return {
        "etc/debian_version": b"12.12\n",
        "etc/os-release": release.encode(),
        "var/lib/dpkg/status": status.encode(),
    }


def _application(version: str) -> dict[str, bytes]:
    packages = "usr/lib/python3/dist-packages"
    return {
        f"{packages}/shop/__main__.py": f'VERSION = "{version}"\n'.encode(),
        f"{packages}/shop-{version}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: shop\nVersion: {version}\n".encode()
        ),
    }


def _tar(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def _gzip(content: bytes) -> bytes:
    """Write a gzip member (RFC 1952) of stored deflate blocks (RFC 1951, 3.2.4)."""
    pieces = [content[start : start + _STORED_BLOCK] for start in range(0, len(content), _STORED_BLOCK)] or [b""]
    blocks = [
        struct.pack("<BHH", number == len(pieces) - 1, len(piece), len(piece) ^ 0xFFFF) + piece
        for number, piece in enumerate(pieces)
    ]
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + b"".join(blocks) + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
