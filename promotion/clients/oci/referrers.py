"""What is attached to an image, whoever lists it: every artifact is asked itself."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from promotion.clients.oci.manifest import IMAGE_TYPES, INDEX_TYPES, Descriptor, ImageIndex, Manifest, parse_manifest
from promotion.clients.oci.source import NotThere, Referrer
from promotion.core.image_reference import Digest
from promotion.core.json_wire import malformed
from promotion.core.parallel import in_parallel
from promotion.unknown import Reason, Unknown


class _Manifests(Protocol):
    def manifest(self, digest: Digest) -> Manifest: ...


def fallback_tag(digest: Digest) -> str:
    """Give the tag whose index lists the referrers where there is no API for it (distribution specification)."""
    return f"sha256-{digest.hex}"


def fallback_listing(raw: bytes | None, digest: Digest) -> tuple[Descriptor, ...]:
    """Read the entries of the fallback tag's index; none if there is no such tag."""
    if raw is None:
        return ()
    found = parse_manifest(raw)
    if not isinstance(found, ImageIndex):
        raise malformed(f"the listing at the tag {fallback_tag(digest)}", "it is not an index")
    return found.manifests


def attached(
    source: _Manifests,
    subject: Digest,
    listed: Iterable[Descriptor],
    artifact_type: str | None,
    *,
    most: int,
    kept_by_clients: bool = False,
) -> tuple[Referrer, ...]:
    """Pick the artifacts among `listed` that say themselves that they belong to `subject`, in their order.

    Each one's manifest is read: a listing can name a manifest that belongs to another image, and can have another
    artifact type for it than its own (cosign's fallback index has the configuration's media type). A fallback index is
    `kept_by_clients`, who leave entries of deleted manifests in it; a registry's own listing must not.

    Raises Unknown("truncated") for more than `most` entries: a part of them would look like all.
    """
    known = IMAGE_TYPES | INDEX_TYPES
    digests = tuple(dict.fromkeys(one.digest for one in listed if one.media_type in known))
    raise_if_too_many(subject, digests, most)

    def read(digest: Digest) -> Manifest | None:
        try:
            return source.manifest(digest)
        except NotThere as missing:
            if kept_by_clients:
                return None
            raise malformed(f"the list of artifacts of {subject}", str(missing)) from None

    manifests = [one for one in in_parallel(read, digests) if one is not None]
    return tuple(
        Referrer(one)
        for one in manifests
        if one.subject is not None and one.subject.digest == subject and artifact_type in {None, one.artifact_type}
    )


def raise_if_too_many(subject: Digest, listed: Sequence[object], most: int) -> None:
    """Raise Unknown("truncated") if an image has more artifacts than are read."""
    if len(listed) > most:
        raise Unknown(
            Reason.TRUNCATED,
            f"{subject} has more than the {most} attached artifacts that this run reads; delete those that are not "
            "needed, or raise the limit",
        )
