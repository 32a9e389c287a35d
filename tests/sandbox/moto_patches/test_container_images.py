"""ECR: digests, sizes, tags, referrers, scans."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.images import EMPTY, MANIFEST, build_image, build_index

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
IMAGE = build_image(revision="0" * 40, version="1.0.0", created=CREATED)
OTHER = build_image(revision="1" * 40, version="1.0.1", created=CREATED)


@pytest.fixture
def ecr(client):
    """Give ECR with an immutable repository."""
    registry = client("ecr")
    registry.create_repository(repositoryName="shop", imageTagMutability="IMMUTABLE")
    return registry


def push(ecr, image, tag=None):
    """Push an image; give its digest."""
    named = {"imageTag": tag} if tag else {}
    told = ecr.put_image(
        repositoryName="shop", imageManifest=image.manifest.decode(), imageManifestMediaType=image.media_type, **named
    )
    return told["image"]["imageId"]["imageDigest"]


def describe(ecr, digest):
    """Describe one image."""
    (told,) = ecr.describe_images(repositoryName="shop", imageIds=[{"imageDigest": digest}])["imageDetails"]
    return told


def again(ecr, image):
    """Push into an empty repository."""
    ecr.delete_repository(repositoryName="shop", force=True)
    ecr.create_repository(repositoryName="shop")
    return push(ecr, image)


@pytest.mark.parametrize("image", [IMAGE, build_index([IMAGE, OTHER])], ids=["image", "index"])
def test_a_digest_is_the_hash_of_the_manifest(ecr, guarded, image):
    """Of an image, and of an index of several platforms."""
    right = "sha256:" + hashlib.sha256(image.manifest).hexdigest()
    guarded(lambda: again(ecr, image), lambda digest: digest != right, lambda digest: digest == right)


def test_a_size_is_that_of_what_is_pulled(ecr, guarded):
    """Layers and configuration, compressed; of an index, its largest image."""
    sizes = {part: sum(len(blob) for blob in part.blobs) for part in (IMAGE, OTHER)}
    digest = push(ecr, IMAGE)
    guarded(
        lambda: describe(ecr, digest)["imageSizeInBytes"],
        lambda size: size == len(IMAGE.config),
        lambda size: size == sizes[IMAGE],
    )
    push(ecr, OTHER)
    assert describe(ecr, push(ecr, build_index([IMAGE, OTHER])))["imageSizeInBytes"] == max(sizes.values())


def test_a_tag_that_is_taken_cannot_be_moved(ecr, guarded):
    """The error has AWS's name."""
    push(ecr, IMAGE, "1.0.0")

    def ask():
        with pytest.raises(ClientError) as refused:
            push(ecr, OTHER, "1.0.0")
        return refused.value.response["Error"]["Code"]

    guarded(
        ask,
        lambda code: code == "ImageAlreadyExistsException",
        lambda code: code == "ImageTagAlreadyExistsException",
    )


def test_artifacts_that_refer_to_an_image_are_listed(ecr, guarded):
    """By their type if asked for, and with what they refer to in their own description."""
    subject = push(ecr, IMAGE, "1.0.0")
    empty = {"mediaType": EMPTY, "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest(), "size": 2}
    for kind in ("application/spdx+json", "application/vnd.example"):
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind, "config": empty, "layers": [empty],
            "subject": {"mediaType": MANIFEST, "digest": subject, "size": len(IMAGE.manifest)},
            "annotations": {"kind": kind},
        }  # fmt: skip
        ecr.put_image(repositoryName="shop", imageManifest=json.dumps(manifest))

    def ask(**more):
        return ecr.list_image_referrers(repositoryName="shop", subjectId={"imageDigest": subject}, **more)

    guarded(ask, NotImplementedError, lambda told: len(told["referrers"]) == 2)
    (sbom,) = ask(filter={"artifactTypes": ["application/spdx+json"]})["referrers"]
    assert (sbom["artifactType"], sbom["annotations"]) == ("application/spdx+json", {"kind": "application/spdx+json"})
    assert describe(ecr, sbom["digest"])["subjectManifestDigest"] == subject
    assert ask(maxResults=1)["nextToken"]


def test_images_are_described_in_pages_and_by_tag(ecr, guarded):
    """The filter and the size of a page are heeded."""
    push(ecr, IMAGE, "1.0.0")
    push(ecr, OTHER)
    guarded(
        lambda: len(ecr.describe_images(repositoryName="shop", filter={"tagStatus": "UNTAGGED"})["imageDetails"]),
        lambda count: count == 2,
        lambda count: count == 1,
    )
    pages = ecr.get_paginator("describe_images").paginate(repositoryName="shop", PaginationConfig={"PageSize": 1})
    assert [len(told["imageDetails"]) for told in pages] == [1, 1]


def test_a_token_for_the_registry_is_fresh(ecr, guarded):
    """It lasts for twelve hours."""
    guarded(
        lambda: ecr.get_authorization_token()["authorizationData"][0]["expiresAt"],
        lambda end: end.year == 2015,
        lambda end: timedelta(hours=11) < end - datetime.now(UTC) <= timedelta(hours=12),
    )


def test_a_scan_tells_what_was_found_and_nothing_else(ecr, client, state, guarded):
    """Moto finds CVE-9999-9999 in everything; a scan on push happens, and is summed up."""
    again(ecr, IMAGE)
    ecr.put_image_scanning_configuration(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})
    digest = push(ecr, OTHER, "1.0.1")
    named = {"repositoryName": "shop", "imageId": {"imageDigest": digest}}

    def ask():
        try:
            return ecr.describe_image_scan_findings(**named)["imageScanFindings"]["findings"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    guarded(ask, lambda told: told == "ScanNotFoundException", lambda told: told == [])
    (image,) = [image for image in state("ecr").repositories["shop"].images if image.image_digest == digest]
    image.scan.find("CVE-2026-1000", "CRITICAL", "libssl3", "3.0.17")
    assert [finding["name"] for finding in ask()] == ["CVE-2026-1000"]
    told = describe(ecr, digest)
    assert told["imageScanStatus"]["status"] == "COMPLETE"
    assert told["imageScanFindingsSummary"]["findingSeverityCounts"] == {"CRITICAL": 1}


def test_an_image_that_was_never_scanned_has_no_findings_to_tell(ecr, guarded):
    """That is an error, and a scan that is asked for then finds nothing."""
    digest = push(ecr, IMAGE)
    named = {"repositoryName": "shop", "imageId": {"imageDigest": digest}}
    with pytest.raises(ClientError, match="ScanNotFoundException"):
        ecr.describe_image_scan_findings(**named)
    assert "imageScanStatus" not in describe(ecr, digest)
    ecr.start_image_scan(**named)
    guarded(
        lambda: ecr.describe_image_scan_findings(**named)["imageScanFindings"]["findings"],
        lambda told: told[0]["name"] == "CVE-9999-9999",
        lambda told: told == [],
    )
