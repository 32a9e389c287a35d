"""What an image says of itself: its configuration (image-spec, config)."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from promotion.clients.oci.manifest import ImageManifest
from promotion.clients.oci.source import ImageSource
from promotion.core.image_reference import Digest, Platform
from promotion.core.json_wire import WireModel, malformed, read_json
from promotion.unknown import Reason, Unknown

CONFIG_TYPES = frozenset({"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"})
_MOST_BYTES = 4 << 20
_Text = Annotated[str, Field(strict=True)]


def _instant(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("it is not a date and time with a time zone (RFC 3339)")
    return moment


class _RunsWith(WireModel):
    labels: dict[_Text, _Text] = Field(default_factory=dict, alias="Labels")


class _RootFs(WireModel):
    diff_ids: Annotated[tuple[Digest, ...], Field(alias="diff_ids")] = ()


class ImageConfig(Platform):
    """The configuration of one image: its platform, and what its build wrote into it. Nobody has signed it."""

    created: Annotated[datetime, BeforeValidator(_instant)] | None = None
    """When it was built, as it says; a reproducible build writes a fixed date."""
    config: _RunsWith = _RunsWith()
    rootfs: _RootFs = _RootFs()

    @property
    def labels(self) -> dict[str, str]:
        """Labels: `org.opencontainers.image.revision` and such."""
        return self.config.labels

    @property
    def diff_ids(self) -> tuple[Digest, ...]:
        """Digests of the layers, uncompressed, base first."""
        return self.rootfs.diff_ids

    @property
    def platform(self) -> Platform:
        """What it runs on."""
        return Platform.model_validate(self.model_dump(include=set(Platform.model_fields)))


def image_config(source: ImageSource, manifest: ImageManifest) -> ImageConfig:
    """Read the configuration of an image. The digest of it is `manifest.config.digest`: Docker's image id.

    Raises DigestMismatch, NotThere; Unknown("not-supported") for an artifact that is not an image, Unknown("malformed").
    """
    kind = manifest.config.media_type
    if kind not in CONFIG_TYPES:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{manifest.digest} is an artifact, not an image: its configuration is of type {kind!r}; give the "
            "digest of the image",
        )
    what = f"the configuration {manifest.config.digest}"
    raw = source.blob(manifest.config.digest, _MOST_BYTES)
    if len(raw) != manifest.config.size:
        raise malformed(what, f"it has {len(raw)} bytes, but its manifest says {manifest.config.size}")
    return ImageConfig.parse(read_json(raw, what), what)
