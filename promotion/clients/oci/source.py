"""Where images are read from, and what reading one can say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from promotion.clients.oci.manifest import Manifest
from promotion.core.image_reference import Digest


class DigestMismatch(Exception):  # noqa: N818 - it is a finding: somebody looked, and it is wrong
    """Bytes that do not hash to the digest they were asked for, though the whole answer had arrived.

    Not an `Unknown`: whoever judges the digest says failed.
    """

    def __init__(self, what: str, expected: Digest, actual: Digest) -> None:
        self.what = what
        self.expected = expected
        self.actual = actual
        super().__init__(what, expected, actual)

    def __str__(self) -> str:
        return (
            f"{self.what} was requested as {self.expected}, but its content hashes to {self.actual}: the registry "
            "or something between it and the gate changed it; do not promote, and find out what"
        )


class NotThere(Exception):  # noqa: N818 - it is a finding: the registry was asked, and said no
    """The registry itself said that it has no such manifest, blob or repository."""

    def __init__(self, what: str, where: str) -> None:
        self.what = what
        self.where = where
        super().__init__(what, where)

    def __str__(self) -> str:
        return f"{self.what} is not in {self.where}"


@dataclass(frozen=True)
class RegistryLimits:
    """How long and how much to read before giving up with `Unknown`."""

    connect_timeout: float = 5
    """Seconds to wait for a connection."""
    read_timeout: float = 20
    """Seconds to wait for the next bytes."""
    answer_deadline: float = 60
    """Seconds for one answer to arrive whole, so that bytes coming one by one do not hold up a run."""
    attempts: int = 3
    """Tries of a read that was throttled, met a server error or a broken connection. A time-out is not tried again."""
    backoff: float = 0.2
    """Seconds; doubled with each try."""
    retry_after: float = 5
    """The longest Retry-After, in seconds, that is waited for; a longer one is an answer."""
    manifest_bytes: int = 4 << 20
    """Largest manifest, in bytes; the distribution specification asks registries to take at least this."""
    referrers: int = 1000
    """Most referrers of one image."""


@dataclass(frozen=True)
class RegistryCall:
    """One request that was made, for the record. Never carries a header, a query, or a user's name in the URL."""

    method: str
    url: str
    status: int | None
    """HTTP status; None when there was no answer."""
    request_id: str | None
    """The server's own name for the request, if it gave one."""


OnCall = Callable[[RegistryCall], None]


@dataclass(frozen=True)
class Referrer:
    """An artifact attached to an image: its manifest says so itself in `subject`."""

    manifest: Manifest

    @property
    def digest(self) -> Digest:
        """Digest of the artifact's manifest."""
        return self.manifest.digest

    @property
    def artifact_type(self) -> str:
        """What it is, by its own manifest: the lister's word is not asked."""
        return self.manifest.artifact_type


class ImageSource(Protocol):
    """A repository of images. Every method may raise `Unknown`: the question stays open."""

    def manifest(self, digest: Digest) -> Manifest:
        """Read the manifest with that digest. Raises DigestMismatch, NotThere."""

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Read the bytes with that digest, at most `max_bytes` of them. Raises DigestMismatch, NotThere."""

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Referrer, ...]:
        """List every artifact attached to the image with that digest, or those of one type. Raises DigestMismatch."""

    def tag(self, name: str) -> bytes | None:
        """Read the manifest a tag points to, for `parse_manifest`; None only if the registry said there is none."""


def checked(data: bytes, digest: Digest, what: str) -> bytes:
    """Give these bytes back if they hash to that digest; else DigestMismatch."""
    actual = Digest.of(data)
    if actual != digest:
        raise DigestMismatch(what, digest, actual)
    return data
