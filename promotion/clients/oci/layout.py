"""Images in a directory: the OCI image layout (image-spec, image-layout)."""

import stat
from pathlib import Path

from promotion.clients.oci.manifest import Descriptor, ImageIndex, Manifest, parse_manifest
from promotion.clients.oci.referrers import attached, fallback_listing, fallback_tag
from promotion.clients.oci.source import NotThere, Referrer, RegistryLimits, checked
from promotion.core.image_reference import Digest
from promotion.core.json_wire import malformed, read_json
from promotion.unknown import Reason, Unknown

_VERSION = "1.0.0"
_TAG = "org.opencontainers.image.ref.name"


class LayoutSource:
    """An OCI image layout (`source.ImageSource`). Raises Unknown, on opening too, if the directory is none."""

    def __init__(self, directory: Path, *, limits: RegistryLimits | None = None) -> None:
        self._directory = directory
        self._limits = limits or RegistryLimits()
        marker = read_json(self._file(directory / "oci-layout", 4096), f"{directory}/oci-layout")
        if marker.get("imageLayoutVersion") != _VERSION:
            raise Unknown(Reason.NOT_SUPPORTED, f"{directory} is not an OCI image layout of version {_VERSION}")
        found = parse_manifest(self._file(directory / "index.json", self._limits.manifest_bytes))
        if not isinstance(found, ImageIndex):
            raise malformed(f"{directory}/index.json", "it is not an index")
        self._entries = found.manifests

    def __repr__(self) -> str:
        return f"LayoutSource({self._directory})"

    def manifest(self, digest: Digest) -> Manifest:
        """Read the manifest with that digest, whether index.json lists it or another index does."""
        raw = self._blob(digest, self._limits.manifest_bytes, "the manifest")
        listed = next((one.media_type for one in self._entries if one.digest == digest), None)
        return parse_manifest(raw, listed)

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Read the blob with that digest, at most `max_bytes` of it."""
        return self._blob(digest, max_bytes, "the blob")

    def tag(self, name: str) -> bytes | None:
        """Read the manifest that index.json calls `name`; None if it calls none so."""
        named = {one.digest for one in self._entries if one.annotations.get(_TAG) == name}
        if len(named) > 1:
            raise malformed(f"{self._directory}/index.json", f"{len(named)} manifests have the name {name!r:.130}")
        return self._blob(named.pop(), self._limits.manifest_bytes, "the manifest") if named else None

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Referrer, ...]:
        """List every artifact attached to that image: named in index.json itself (oras), or at the fallback tag."""
        beside: tuple[Descriptor, ...] = tuple(one for one in self._entries if one.digest != digest)
        listed = (*beside, *fallback_listing(self.tag(fallback_tag(digest)), digest))
        return attached(self, digest, listed, artifact_type, most=self._limits.referrers, kept_by_clients=True)

    def _blob(self, digest: Digest, max_bytes: int, kind: str) -> bytes:
        what = f"{kind} {digest}"
        path = self._directory / "blobs" / "sha256" / digest.hex
        if not path.exists():
            # A layout may leave blobs to another store; then this store, asked, does not have it.
            raise NotThere(what, str(self._directory))
        return checked(self._file(path, max_bytes), digest, f"{what} of {self._directory}")

    def _file(self, path: Path, max_bytes: int) -> bytes:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise malformed(str(path), "it is not a file")
            with path.open("rb") as file:
                data = file.read(max_bytes + 1)
        except PermissionError:
            raise Unknown(
                Reason.ACCESS_DENIED, f"{path} is not readable for this user; grant read permission"
            ) from None
        except FileNotFoundError:
            raise Unknown(
                Reason.NO_DATA, f"{path} does not exist: {self._directory} is not an OCI image layout"
            ) from None
        except OSError as error:
            raise Unknown(Reason.ERROR, f"{path} could not be read: {error.strerror}") from None
        if len(data) > max_bytes:
            raise Unknown(Reason.TRUNCATED, f"{path} is larger than the {max_bytes} bytes that this run reads of it")
        return data
