"""Amazon ECR: repositories, the tags of an image, and the findings of its scan. This module does I/O."""

from collections.abc import Mapping
from typing import Any

from promotion.clients.aws.account import Account
from promotion.unknown import Reason, Unknown


def described_repository(account: Account, name: str) -> Mapping[str, Any]:
    """Give a repository as DescribeRepositories describes it. Raises Unknown, no-data, unless it is the one of its name."""
    answer = account.client("ecr").describe_repositories(registryId=account.account, repositoryNames=[name])
    found: list[Mapping[str, Any]] = answer["repositories"]
    if len(found) != 1:
        raise Unknown(Reason.NO_DATA, f"ECR describes {len(found)} repositories {name}: check `image.repository`")
    return found[0]


def tags_of_image(account: Account, repository: str, digest: str) -> tuple[str, ...] | None:
    """Give every tag of an image; None if ECR says that it has no such image.

    Raises Unknown, malformed, if it neither describes the image nor says that there is none.
    """
    ecr = account.client("ecr")
    try:
        described = ecr.describe_images(
            registryId=account.account, repositoryName=repository, imageIds=[{"imageDigest": digest}]
        )["imageDetails"]
    except ecr.exceptions.ImageNotFoundException:
        return None
    if not described:
        raise Unknown(
            Reason.MALFORMED,
            f"ecr:DescribeImages answered with no image for {digest}, and not that there is none: run again",
        )
    return tuple(sorted(tag for one in described for tag in one.get("imageTags", [])))


def scan_findings(account: Account, repository: str, digest: str) -> list[Mapping[str, Any]]:
    """Give the pages of ECR's own scan of an image, or of Amazon Inspector's. Raises Unknown, no-data, without one."""
    ecr = account.client("ecr")
    question = {"registryId": account.account, "repositoryName": repository, "imageId": {"imageDigest": digest}}
    try:
        return list(ecr.get_paginator("describe_image_scan_findings").paginate(**question))
    except ecr.exceptions.ScanNotFoundException:
        raise Unknown(
            Reason.NO_DATA, f"ECR has never scanned {digest} in {repository}: enable scanning, or start a scan"
        ) from None
