"""What a registry holds: blobs, manifests, tags, and who refers to whom."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promotion.sandbox.images import INDEX, canonical, descriptor

_ALGORITHMS = {"sha256": 64, "sha512": 128}
"""Digest algorithm to its length in hex digits (OCI image specification, descriptor.md)."""


class Refused(Exception):  # noqa: N818 - named like the answer it becomes
    """A request that the registry does not accept: HTTP status, error code of the specification, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(status, code, message)


@dataclass(frozen=True)
class Manifest:
    """A manifest as it was pushed."""

    media_type: str
    content: bytes


@dataclass
class Repository:
    """One repository. Everything may be changed in place, also into what no registry would have accepted."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    """Digest to content."""
    manifests: dict[str, Manifest] = field(default_factory=dict)
    """Digest to manifest."""
    tags: dict[str, str] = field(default_factory=dict)
    """Tag to digest."""

    def find(self, reference: str) -> tuple[str, Manifest]:
        """Look a manifest up by tag or digest.

        Raises Refused with 404.
        """
        digest = self.tags.get(reference, reference)
        if digest not in self.manifests:
            raise Refused(404, "MANIFEST_UNKNOWN", f"manifest {reference} is unknown")
        return digest, self.manifests[digest]

    def put_blob(self, digest: str, content: bytes) -> None:
        """Keep a blob.

        Raises Refused if the digest is not that of the content.
        """
        check_digest(digest, content)
        self.blobs[digest] = content

    def put_manifest(self, reference: str, manifest: Manifest, *, immutable_tags: bool = False) -> str:
        """Keep a manifest under a tag or its digest, and give the digest.

        Raises Refused: digest that is not that of the bytes, unreadable, media type that contradicts the body, blobs or
        manifests it names that are not there, a tag that may not move.
        """
        is_digest = ":" in reference
        digest = reference if is_digest else "sha256:" + hashlib.sha256(manifest.content).hexdigest()
        check_digest(digest, manifest.content)
        blobs, manifests = named_in(read(manifest))
        for missing in ({*blobs} - {*self.blobs}) | ({*manifests} - {*self.manifests}):
            raise Refused(400, "MANIFEST_BLOB_UNKNOWN", f"the manifest names {missing}, which is unknown")
        if immutable_tags and not is_digest and self.tags.get(reference, digest) != digest:
            # Amazon ECR answers with this code, which the specification does not have.
            raise Refused(
                400, "TAG_INVALID", f"tag '{reference}' already exists and cannot be overwritten: tags are immutable"
            )
        self.manifests[digest] = manifest
        if not is_digest:
            self.tags[reference] = digest
        return digest

    def referrers(self, subject: str) -> list[dict[str, Any]]:
        """Describe the manifests whose subject is this digest, as the referrers API does.

        artifactType is that of the manifest, or of its configuration if it has none (distribution specification 1.1,
        Listing Referrers).
        """
        found = []
        for digest, manifest in self.manifests.items():
            if self.subject_of(digest) == subject:
                document = _loosely(manifest)
                kind = document.get("artifactType") or (document.get("config") or {}).get("mediaType")
                entry = {**descriptor(manifest.media_type, manifest.content), "digest": digest}
                found.append(
                    entry
                    | ({"artifactType": kind} if kind else {})
                    | ({"annotations": document["annotations"]} if document.get("annotations") else {})
                )
        return found

    def write_fallback_tag(self, subject: str) -> None:
        """Write the index that clients keep at the tag `sha256-<hex>` where there is no referrers API.

        Its entries say what cosign writes: as artifactType the media type of the configuration, which for an artifact
        is the empty one. A reader that filters this index by artifactType finds nothing and must read each manifest.
        """
        entries = []
        for entry in self.referrers(subject):
            config = _loosely(self.manifests[entry["digest"]]).get("config") or {}
            entries.append(entry | ({"artifactType": config["mediaType"]} if config else {}))
        content = canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self.manifests[digest] = Manifest(INDEX, content)
        self.tags[subject.replace(":", "-")] = digest

    def subject_of(self, digest: str) -> str | None:
        """Tell the digest that a manifest refers to as its subject."""
        subject = _loosely(self.manifests[digest]).get("subject") or {}
        return subject.get("digest")

    def subjects(self) -> set[str]:
        """List every digest that some manifest refers to as its subject."""
        return {subject for digest in self.manifests if (subject := self.subject_of(digest))}

    def sorted_tags(self) -> Sequence[str]:
        """List the tags in the order of the specification: alphanumeric, without regard to case."""
        return sorted(self.tags, key=lambda tag: (tag.lower(), tag))


def check_digest(digest: str, content: bytes) -> None:
    """Refuse a digest that is malformed or not that of the content."""
    algorithm, _, value = digest.partition(":")
    length = _ALGORITHMS.get(algorithm)
    if length is None or not re.fullmatch(rf"[0-9a-f]{{{length}}}", value):
        raise Refused(400, "DIGEST_INVALID", f"{digest!r} is not a digest")
    if hashlib.new(algorithm, content).hexdigest() != value:
        raise Refused(400, "DIGEST_INVALID", f"the content does not have the digest {digest}")


def read(manifest: Manifest) -> Mapping[str, Any]:
    """Read a manifest strictly.

    Raises Refused.
    """
    try:
        document = json.loads(manifest.content)
    except ValueError:
        raise Refused(400, "MANIFEST_INVALID", "the manifest is not JSON") from None
    if not isinstance(document, dict) or document.get("schemaVersion") != 2:
        raise Refused(400, "MANIFEST_INVALID", "the manifest has no schemaVersion 2")
    if document.get("mediaType", manifest.media_type) != manifest.media_type:
        raise Refused(400, "MANIFEST_INVALID", "Content-Type and mediaType of the manifest differ")
    return document


def named_in(document: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """List the digests of the blobs and of the manifests that a manifest or index names.

    Raises Refused where a descriptor has no digest.
    """
    blobs = [*document.get("layers", ()), *([document["config"]] if "config" in document else ())]
    try:
        return [blob["digest"] for blob in blobs], [entry["digest"] for entry in document.get("manifests", ())]
    except (KeyError, TypeError):
        raise Refused(400, "MANIFEST_INVALID", "a descriptor of the manifest has no digest") from None


def _loosely(manifest: Manifest) -> Mapping[str, Any]:
    """Read a manifest that may have been spoilt on purpose."""
    try:
        document = json.loads(manifest.content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
