"""Bytes are checked against their digests, and against what the server announced of them."""

import pytest

from promotion.clients.oci.manifest import OCI_MANIFEST, ImageManifest
from promotion.clients.oci.source import DigestMismatch, RegistryLimits
from promotion.core.image_reference import Digest
from promotion.unknown import Reason

from .hostile import (
    BLOB,
    BLOB_DIGEST,
    DIGEST,
    IMAGE_BYTES,
    Act,
    Server,
    answer,
    raw,
)
from .looks import BLOB_PATH, MANIFEST_PATH, OK, Make, read_blob, unknown


def test_a_manifest(server: Server, source: Make) -> None:
    """A manifest is asked for by digest and in the four types that are understood, and nobody may compress it."""
    server.on(MANIFEST_PATH, answer(IMAGE_BYTES, Content_Type=OCI_MANIFEST))
    found = source().manifest(DIGEST)
    assert isinstance(found, ImageManifest)
    assert found.raw == IMAGE_BYTES
    (asked,) = server.asked
    assert asked.headers["Accept-Encoding"] == "identity"
    assert asked.headers["Accept"].count("application/vnd.") == 4
    assert asked.authorization is None


@pytest.mark.parametrize("read", ["manifest", "blob"])
def test_other_bytes(server: Server, source: Make, read: str) -> None:
    """Bytes that do not hash to their digest are wrong, not unknown; both digests are said."""
    other = IMAGE_BYTES + b" "
    server.on(MANIFEST_PATH, answer(other, Content_Type=OCI_MANIFEST, Docker_Content_Digest=DIGEST))
    server.on(f"/v2/shop/blobs/{DIGEST}", answer(other))
    with pytest.raises(DigestMismatch) as caught:
        source().manifest(DIGEST) if read == "manifest" else source().blob(DIGEST, 10_000)
    assert (caught.value.expected, caught.value.actual) == (DIGEST, Digest.of(other))
    assert str(DIGEST) in str(caught.value)


def test_a_length_that_lies(server: Server, source: Make) -> None:
    """A Content-Length that is too small makes other bytes of it; one that is too large makes a cut answer."""
    server.on(BLOB_PATH, raw("HTTP/1.1 200 OK\nContent-Length: 5\n\n", BLOB))
    with pytest.raises(DigestMismatch):
        read_blob(source())
    server.on(BLOB_PATH, raw("HTTP/1.1 200 OK\nContent-Length: 5000\n\n", BLOB))
    assert "announced length" in unknown(lambda: source().blob(BLOB_DIGEST, 9000), Reason.TRUNCATED)


@pytest.mark.parametrize(
    "act",
    [
        raw(OK, BLOB[:-1]),
        raw(OK),
        raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", b"5\r\nthe b\r\n"),
        raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", b"5\r\nth"),
        raw("HTTP/1.1 200 OK\nConnection: close\n\n", BLOB[:-1]),
    ],
    ids=["cut", "empty", "between chunks", "in a chunk", "unframed"],
)
def test_a_cut_answer(server: Server, source: Make, act: Act) -> None:
    """An answer that ends early is unknown, never other bytes, whichever way its end was to be found."""
    server.on(BLOB_PATH, act)
    unknown(lambda: read_blob(source()), Reason.TRUNCATED)


@pytest.mark.parametrize(
    "act",
    [
        raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", b"13\r\n" + BLOB + b"\r\n0\r\n\r\n"),
        raw("HTTP/1.1 200 OK\nConnection: close\n\n", BLOB),
        raw("HTTP/1.0 200 OK\n\n", BLOB),
    ],
    ids=["chunked", "unframed", "HTTP/1.0"],
)
def test_every_framing(server: Server, source: Make, act: Act) -> None:
    """A whole answer is taken, however its end is found."""
    server.on(BLOB_PATH, act)
    assert read_blob(source()) == BLOB


@pytest.mark.parametrize(
    "act",
    [
        answer(b"x" * 1001),
        raw("HTTP/1.1 200 OK\nConnection: close\n\n", b"x" * 1001),
        raw("HTTP/1.1 200 OK\nContent-Length: 99999999999999\n\n", b"x" * 1001),
    ],
    ids=["announced", "unframed", "announced as huge"],
)
def test_too_large(server: Server, source: Make, act: Act) -> None:
    """No more than was allowed is read."""
    server.on(BLOB_PATH, act)
    assert "1000 bytes" in unknown(lambda: read_blob(source()), Reason.TRUNCATED)


def test_a_large_manifest(server: Server, source: Make) -> None:
    """Manifests have a limit of their own."""
    server.on(MANIFEST_PATH, answer(IMAGE_BYTES, Content_Type=OCI_MANIFEST))
    small = RegistryLimits(manifest_bytes=len(IMAGE_BYTES) - 1)
    unknown(lambda: source(limits=small).manifest(DIGEST), Reason.TRUNCATED)


def test_compressed_on_the_way(server: Server, source: Make) -> None:
    """What comes compressed though nobody asked is not unpacked: a few bytes could become many."""
    server.on(BLOB_PATH, answer(BLOB, Content_Encoding="gzip"))
    unknown(lambda: read_blob(source()), Reason.MALFORMED)
