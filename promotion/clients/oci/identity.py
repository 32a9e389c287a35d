"""Whether what runs somewhere is the image that is promoted: one answer for every section and for the way back.

Where an index is promoted, which buildx makes by default, what runs is the manifest of one of its platforms: Lambda takes
no index at all (https://docs.aws.amazon.com/lambda/latest/dg/images-create.html;
https://repost.aws/questions/QUIZjd2sL_TtCuoqtg5Q30LA/does-lambda-not-support-multi-architecture-container-images-manifests).
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from promotion.clients.oci.platforms import platform_images
from promotion.clients.oci.source import DigestMismatch, ImageSource, NotThere
from promotion.core.image_reference import Digest
from promotion.unknown import Reason, Unknown

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class ImageIdentity:
    """The digests by which the promoted image may run."""

    digest: str
    """What is promoted: of a manifest, or of an index."""
    platforms: tuple[str, ...] = ()
    """Digests of the manifests of its platforms, sorted."""
    unread: str = ""
    """Why these are not known; empty if they are."""

    def includes(self, found: str) -> bool:
        """Tell whether what was found to run is this image.

        Raises Unknown, no-data, where that depends on the platforms, and they could not be read.
        """
        if found == self.digest or found in self.platforms:
            return True
        if self.unread and _DIGEST.fullmatch(found):
            raise Unknown(
                Reason.NO_DATA,
                f"{found} may be a platform's manifest of {self.digest}, which could not be read ({self.unread}): "
                "check that the registry answers, and run again",
            )
        return False


class PromotedImage:
    """The same, read when it is needed for the first time: most of the time the digests are equal. May be shared by threads."""

    def __init__(self, digest: str, source: Callable[[], ImageSource]) -> None:
        """`source` opens what the image is read from; it may raise Unknown."""
        self.digest = digest
        self._source = source
        self._lock = threading.Lock()
        self._read: ImageIdentity | None = None

    def identity(self) -> ImageIdentity:
        """Read the platforms, once. What keeps them from being read is part of the answer."""
        with self._lock:
            if self._read is None:
                self._read = self._look()
            return self._read

    def includes(self, found: str) -> bool:
        """Tell whether what was found to run is this image; the registry is asked only if that depends on it."""
        return found == self.digest or (_DIGEST.fullmatch(found) is not None and self.identity().includes(found))

    def missing(self, digest: str) -> str:
        """Say why another image cannot be pulled from the same place; empty if its manifest is there. Raises Unknown."""
        try:
            self._source().manifest(Digest(digest))
        except (DigestMismatch, NotThere) as wrong:
            return str(wrong)
        return ""

    def _look(self) -> ImageIdentity:
        try:
            images = platform_images(self._source(), Digest(self.digest))
            return ImageIdentity(self.digest, tuple(sorted(str(one.manifest.digest) for one in images)))
        except (DigestMismatch, NotThere) as wrong:
            return ImageIdentity(self.digest, unread=str(wrong))
        except Unknown as unknown:
            return ImageIdentity(self.digest, unread=unknown.message)
