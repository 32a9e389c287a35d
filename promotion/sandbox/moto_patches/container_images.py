"""ECR images: true digests and sizes, what refers to an image, tags that cannot be moved, filters and pages.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html (imageSizeInBytes is the
compressed size; of an index, that of the largest image in it), API_ListImageReferrers.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, Image, ecr_backends
from moto.ecr.responses import ECRResponse

from promotion.sandbox.moto_patches import adds, amends, operation
from promotion.sandbox.moto_patches.paging import page

PAGE = 100
TOKEN_LASTS = timedelta(hours=12)


class ImageTagAlreadyExists(ServiceException):
    """The tag is taken, and the repository lets nobody move it."""

    code = "ImageTagAlreadyExistsException"


def digest_of(manifest: str) -> str:
    """Hash a manifest as registries do."""
    return "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()


def size_of(manifest: dict[str, Any]) -> int:
    """Give the compressed size of an image in bytes: its layers and its configuration."""
    return sum(part["size"] for part in (*manifest["layers"], manifest["config"]))


@amends(Image, "_create_digest")
def hash_of_the_manifest(original: Any, self: Any) -> None:
    """Let the digest be the hash of the manifest's bytes."""
    del original
    self._image_digest = digest_of(self.image_manifest)


@amends(Image, "get_image_size_in_bytes")
def compressed_size(original: Any, self: Any) -> int | None:
    """Give the compressed size; of an index, that of its largest image that is there."""
    del original
    manifest = json.loads(self.image_manifest)
    if "layers" in manifest:
        return size_of(manifest)
    named = {entry["digest"] for entry in manifest.get("manifests", ())}
    parts = [image for image in _siblings(self) if image.image_digest in named]
    return max((size_of(json.loads(part.image_manifest)) for part in parts), default=None)


@adds(Image)
def subject_manifest_digest(image: Any) -> str | None:
    """Tell what an artifact refers to."""
    subject = json.loads(image.image_manifest).get("subject") or {}
    found: str | None = subject.get("digest")
    return found


@adds(Image)
def artifact_media_type(image: Any) -> str | None:
    """Tell what kind of artifact it is: the manifest's own word, or the type of its configuration."""
    manifest = json.loads(image.image_manifest)
    found: str | None = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType")
    return found


def _siblings(image: Any) -> list[Any]:
    known = [backend.repositories.get(image.repository_name) for backend in ecr_backends[image.registry_id].values()]
    return [other for repository in known if repository for other in repository.images]


@operation(ECRResponse)
def ListImageReferrers(backend: Any, ask: Any) -> dict[str, Any]:
    """List the artifacts that refer to an image."""
    subject, kinds = ask("subjectId")["imageDigest"], (ask("filter") or {}).get("artifactTypes")
    found = []
    for image in backend._get_repository(ask("repositoryName"), ask("registryId")).images:
        manifest = json.loads(image.image_manifest)
        if image.subject_manifest_digest == subject and (not kinds or image.artifact_media_type in kinds):
            found.append(
                {
                    "digest": image.image_digest,
                    "mediaType": image.image_manifest_media_type,
                    "artifactType": image.artifact_media_type,
                    "size": len(image.image_manifest.encode()),
                    "annotations": manifest.get("annotations") or {},
                    "artifactStatus": "ACTIVE",
                }
            )
    referrers, token = page(found, ask("nextToken"), ask("maxResults") or PAGE)
    return {"referrers": referrers, "nextToken": token}


@amends(ECRResponse, "describe_images")
def in_pages(original: Any, self: Any) -> ActionResult:
    """Describe what the filter lets through, in pages."""
    details, status = original(self).result["imageDetails"], (self._get_param("filter") or {}).get("tagStatus", "ANY")
    if status != "ANY":
        details = [image for image in details if bool(getattr(image, "image_tags", None)) == (status == "TAGGED")]
    found, token = page(details, self._get_param("nextToken"), self._get_param("maxResults") or PAGE)
    return ActionResult({"imageDetails": found, "nextToken": token})


@amends(ECRBackend, "_resolve_image_tag_mutability")
def fixed_tags(original: Any, self: Any, repository: Any, tag: str) -> Any:
    """Refuse to move an immutable tag in AWS's words."""
    try:
        return original(self, repository, tag)
    except ImageAlreadyExistsException as taken:
        raise ImageTagAlreadyExists(
            f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten "
            "because the repository is immutable."
        ) from taken


@amends(ECRResponse, "get_authorization_token")
def fresh_token(original: Any, self: Any) -> ActionResult:
    """Let a token last for twelve hours: moto's expired in 2015."""
    told: ActionResult = original(self)
    for token in told.result["authorizationData"]:  # type: ignore[index]
        token["expiresAt"] = datetime.now(UTC) + TOKEN_LASTS
    return told
