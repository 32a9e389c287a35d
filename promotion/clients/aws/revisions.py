"""Whether what was deployed can be had again: an object in S3, or an AppSpec that CodeDeploy keeps. This module does I/O."""

from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.deployments import Revision


def missing_object(account: Account, revision: Revision) -> str:
    """Say why an object in S3 is not what was deployed; empty if it is."""
    from botocore.exceptions import ClientError

    asked: dict[str, Any] = {"Bucket": revision.bucket, "Key": revision.key}
    if revision.version:
        asked["VersionId"] = revision.version
    try:
        answer = account.client("s3").head_object(**asked)
    except ClientError as refused:
        # HEAD has no body, so that the status is all there is. Without s3:ListBucket it is 403 instead.
        if refused.response["Error"].get("Code") not in ("404", "NoSuchKey", "NoSuchVersion"):
            raise
        version = f" in version {revision.version}" if revision.version else ""
        return f"{revision.describe()}{version} no longer exists (deleted, or expired by a lifecycle rule)"
    found = str(answer.get("ETag", "")).strip('"')
    if revision.etag and found and found != revision.etag.strip('"'):
        return f"{revision.describe()} was overwritten (its ETag is {found}; {revision.etag} was deployed)"
    return ""


def missing_spec(account: Account, application: str, revision: Revision) -> str:
    """Say why an AppSpec that CodeDeploy keeps cannot be had again; empty if it can."""
    codedeploy = account.client("codedeploy")
    try:
        content = spec(account, application, revision)
    except codedeploy.exceptions.RevisionDoesNotExistException:
        return f"{revision.describe()} of {application} no longer exists"
    return "" if content else f"{revision.describe()} of {application} is empty"


def spec(account: Account, application: str, revision: Revision) -> str:
    """Read the text of an AppSpec that CodeDeploy keeps; empty where it gives none."""
    inner = "string" if revision.kind == "String" else "appSpecContent"
    asked = {"revisionType": revision.kind, inner: {"sha256": revision.sha256}}
    answer = account.client("codedeploy").get_application_revision(applicationName=application, revision=asked)
    return answer["revision"].get(inner, {}).get("content") or ""
