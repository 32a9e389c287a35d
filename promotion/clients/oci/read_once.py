"""An image source that asks for each thing once, however many look-ups need it."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from promotion.clients.oci.manifest import Manifest
from promotion.clients.oci.source import DigestMismatch, ImageSource, NotThere, Referrer
from promotion.core.image_reference import Digest
from promotion.unknown import Unknown

T = TypeVar("T")


class ReadOnce:
    """Keeps every answer of another source for as long as a run lasts; refusals too, which another try would repeat.

    Content is named by its digest and cannot change; what a tag or a listing says is taken at one moment for the whole
    run. Safe to use from several threads: who asks for what is being read waits for it.
    """

    def __init__(self, source: ImageSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._answers: dict[Hashable, tuple[Any, Exception | None]] = {}

    def __repr__(self) -> str:
        return f"ReadOnce({self._source})"

    def manifest(self, digest: Digest) -> Manifest:
        """Read the manifest with that digest."""
        return self._once(("manifest", digest), lambda: self._source.manifest(digest))

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Read the bytes with that digest, at most `max_bytes` of them."""
        return self._once(("blob", digest, max_bytes), lambda: self._source.blob(digest, max_bytes))

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Referrer, ...]:
        """List the artifacts attached to the image with that digest."""
        found = self._once(("referrers", digest), lambda: self._source.referrers(digest))
        return tuple(one for one in found if artifact_type in {None, one.artifact_type})

    def tag(self, name: str) -> bytes | None:
        """Read the manifest a tag points to."""
        return self._once(("tag", name), lambda: self._source.tag(name))

    def _once(self, key: Hashable, read: Callable[[], T]) -> T:
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                try:
                    self._answers[key] = (read(), None)
                except (Unknown, DigestMismatch, NotThere) as refused:
                    self._answers[key] = (None, refused)
            found, refused_with = self._answers[key]
        if refused_with is not None:
            raise refused_with.with_traceback(None)
        answer: T = found
        return answer
