"""Whether what runs is the promoted image: by its digest, by one of its platforms, or not to be told."""

from datetime import UTC, datetime

import pytest

from promotion.clients.oci.identity import ImageIdentity, PromotedImage
from promotion.clients.oci.source import NotThere
from promotion.sandbox.images import build_image, build_index
from promotion.unknown import Reason, Unknown

OTHER = "sha256:" + "f" * 64
MADE = datetime(2026, 5, 4, tzinfo=UTC)
PLATFORMS = ("linux/amd64", "linux/arm64")


class Asked:
    """A repository in memory that counts what it is asked."""

    def __init__(self, *images):
        from promotion.clients.oci.manifest import parse_manifest

        self.manifests = {}
        for image in images:
            for one in (image, *getattr(image, "images", ())):
                self.manifests[one.digest] = parse_manifest(one.manifest)
        self.count = 0

    def manifest(self, digest):
        """Give a manifest."""
        self.count += 1
        if digest not in self.manifests:
            raise NotThere(str(digest), "the registry")
        return self.manifests[digest]


@pytest.fixture
def index():
    """An image for two platforms."""
    return build_index([build_image(revision="0" * 40, version="1", created=MADE, platform=name) for name in PLATFORMS])


def test_an_index_runs_as_its_platforms(index):
    """The index itself and each manifest of it are the image; another digest and no digest are not."""
    source = Asked(index)
    image = PromotedImage(index.digest, lambda: source)
    assert image.includes(index.digest)
    assert source.count == 0
    assert all(image.includes(one.digest) for one in index.images)
    assert not any(image.includes(found) for found in (OTHER, "", "latest", "s3://releases/shop.zip"))
    assert image.identity() == ImageIdentity(index.digest, tuple(sorted(one.digest for one in index.images)))
    assert source.count == 3


def test_what_cannot_be_read_is_not_guessed(index):
    """The digest itself is known without the registry; whether another one is a platform of it is unknown, with the reason."""
    image = PromotedImage(index.digest, Asked)
    assert image.includes(index.digest)
    assert not image.includes("")
    with pytest.raises(Unknown, match="may be a platform's manifest") as raised:
        image.includes(OTHER)
    assert raised.value.reason is Reason.NO_DATA
    assert "is not in the registry" in raised.value.message


def test_what_cannot_be_opened_is_told():
    """A token that is not set keeps nobody from seeing that the digests are equal."""

    def refuse():
        raise Unknown(Reason.NOT_DECLARED, "the variable TOKEN is not set")

    image = PromotedImage(OTHER, refuse)
    assert image.includes(OTHER)
    assert image.identity().unread == "the variable TOKEN is not set"
