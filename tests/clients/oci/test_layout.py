"""A directory is a source like any other: what is in it is checked, what is not in it is said."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from promotion.clients.oci.layout import LayoutSource
from promotion.clients.oci.manifest import OCI_INDEX, OCI_MANIFEST, ImageManifest
from promotion.clients.oci.source import DigestMismatch, NotThere, RegistryLimits
from promotion.core.image_reference import Digest
from promotion.sandbox.images import descriptor
from promotion.unknown import Reason

from .hostile import BLOB, BLOB_DIGEST, DIGEST, IMAGE_BYTES, artifact, listing
from .looks import unknown

NAME = "org.opencontainers.image.ref.name"
NOTE = artifact(DIGEST)


class Layout:
    """An image layout in the making."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.blobs = directory / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)
        (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def put(self, *contents: bytes) -> None:
        """Keep blobs."""
        for content in contents:
            (self.blobs / Digest.of(content).hex).write_bytes(content)

    def index(self, *entries: dict[str, Any], **more: Any) -> LayoutSource:
        """Write index.json, and open the layout."""
        document = {"schemaVersion": 2, "manifests": list(entries), **more}
        (self.directory / "index.json").write_text(json.dumps(document))
        return LayoutSource(self.directory)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Make a layout with an image and a blob in it."""
    layout = Layout(tmp_path / "layout")
    layout.put(IMAGE_BYTES, BLOB)
    return layout


def entry(content: bytes, name: str | None = None, kind: str = OCI_MANIFEST) -> dict[str, Any]:
    """Describe a manifest for index.json."""
    return {**descriptor(kind, content), **({"annotations": {NAME: name}} if name else {})}


def test_what_is_there(layout: Layout) -> None:
    """Manifests, blobs and tags are found, manifests also if only another index lists them."""
    source = layout.index(entry(IMAGE_BYTES, "1.8.0"))
    layout.put(NOTE)
    assert isinstance(source.manifest(DIGEST), ImageManifest)
    assert source.manifest(Digest.of(NOTE)).artifact_type == "application/vnd.example.note"
    assert source.blob(BLOB_DIGEST, len(BLOB)) == BLOB
    assert source.tag("1.8.0") == IMAGE_BYTES
    assert source.tag("1.7.0") is None


def test_what_is_not_there(layout: Layout) -> None:
    """A blob that is not in the directory is not there."""
    with pytest.raises(NotThere):
        layout.index().manifest(Digest.of(b"nothing"))
    with pytest.raises(NotThere):
        layout.index().blob(Digest.of(b"nothing"), 1)


def test_other_bytes(layout: Layout) -> None:
    """A file that does not hash to its name is wrong."""
    (layout.blobs / DIGEST.hex).write_bytes(IMAGE_BYTES + b" ")
    with pytest.raises(DigestMismatch):
        layout.index(entry(IMAGE_BYTES)).manifest(DIGEST)


def test_too_large(layout: Layout) -> None:
    """No more than was allowed is read."""
    unknown(lambda: layout.index().blob(BLOB_DIGEST, len(BLOB) - 1), Reason.TRUNCATED)
    layout.index()
    unknown(lambda: LayoutSource(layout.directory, limits=RegistryLimits(manifest_bytes=5)), Reason.TRUNCATED)


def test_another_type_than_listed(layout: Layout) -> None:
    """An image that index.json lists as an index is read as neither."""
    unknown(lambda: layout.index(entry(IMAGE_BYTES, kind=OCI_INDEX)).manifest(DIGEST), Reason.MALFORMED)


def test_two_manifests_of_one_name(layout: Layout) -> None:
    """A tag that means two manifests means none."""
    layout.put(NOTE)
    source = layout.index(entry(IMAGE_BYTES, "1.8.0"), entry(NOTE, "1.8.0"))
    unknown(lambda: source.tag("1.8.0"), Reason.MALFORMED)


def test_attached_beside_and_at_the_fallback_tag(layout: Layout) -> None:
    """Artifacts are found beside the image (as oras writes them) and at the fallback tag; each counts once."""
    other, foreign = artifact(DIGEST, "application/vnd.example.other"), artifact(Digest.of(b"another image"))
    tag = listing(NOTE, other)
    layout.put(NOTE, other, foreign, tag)
    named = entry(tag, f"sha256-{DIGEST.hex}", OCI_INDEX)
    source = layout.index(entry(IMAGE_BYTES, "1.8.0"), entry(NOTE), entry(foreign), named)
    assert {one.digest for one in source.referrers(DIGEST)} == {Digest.of(NOTE), Digest.of(other)}
    (found,) = source.referrers(DIGEST, "application/vnd.example.other")
    assert found.digest == Digest.of(other)
    assert layout.index(entry(IMAGE_BYTES)).referrers(DIGEST) == ()


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("oci-layout", None, Reason.NO_DATA),
        ("oci-layout", b'{"imageLayoutVersion": "2.0.0"}', Reason.NOT_SUPPORTED),
        ("oci-layout", b"{}", Reason.NOT_SUPPORTED),
        ("oci-layout", b"1.0.0", Reason.MALFORMED),
        ("oci-layout", b" " * 5000, Reason.TRUNCATED),
        ("index.json", None, Reason.NO_DATA),
        ("index.json", IMAGE_BYTES, Reason.MALFORMED),
        ("index.json", b"[]", Reason.MALFORMED),
    ],
    ids=["no marker", "version 2", "no version", "no JSON", "huge", "no index", "an image", "a list"],
)
def test_no_layout(layout: Layout, file: str, content: bytes | None, reason: Reason) -> None:
    """A directory that is no image layout is refused when it is opened."""
    layout.index()
    (layout.directory / file).unlink()
    if content is not None:
        (layout.directory / file).write_bytes(content)
    unknown(lambda: LayoutSource(layout.directory), reason)


def test_what_is_no_file(layout: Layout) -> None:
    """A pipe in place of a blob is not waited for, and a directory is not read."""
    os.mkfifo(layout.blobs / Digest.of(b"pipe").hex)
    (layout.blobs / Digest.of(b"directory").hex).mkdir()
    for content in (b"pipe", b"directory"):
        unknown(lambda content=content: layout.index().blob(Digest.of(content), 9), Reason.MALFORMED)  # type: ignore[misc]


def test_what_may_not_be_read(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that this user may not read is unknown."""
    source = layout.index()

    def deny(*_: Any, **__: Any) -> Any:
        raise PermissionError

    monkeypatch.setattr(Path, "open", deny)
    unknown(lambda: source.blob(BLOB_DIGEST, 99), Reason.ACCESS_DENIED)
