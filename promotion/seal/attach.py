"""Put the seal where others find it: beside the image in its registry, and into an archive. This module does I/O."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promotion.core.clock import parse_stamp
from promotion.seal import bundle_folder as sealed_folder
from promotion.seal.bundle_folder import (
    FOLDER,
    PAGE,
    RECORD,
    SIGN_OFF,
    SIGNED_PAGE,
    SSH_SIGNATURE,
    STATEMENT,
    SUMMARY,
    TEST_RESULT,
)
from promotion.seal.statements import SUMMARY as SUMMARY_TYPE
from promotion.seal.statements import TEST_RESULT as TEST_RESULT_TYPE
from promotion.signing.artifacts import Target, bundle_artifact
from promotion.signing.bundle import SIGNATURE_PREDICATE, Bundle
from promotion.signing.signatures_found import BUNDLE_TYPE, BundleManifest
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.clients.oci.push import Pusher
    from promotion.clients.oci.source import ImageSource

ARTIFACT_TYPE = "application/vnd.promotion-checklist.seal.v1+json"
_PREDICATE = "dev.sigstore.bundle.predicateType"


def attach(folder: Path, source: "ImageSource", pusher: "Pusher") -> str:
    """Attach both sealed statements to the image, and give the artifact type they have there.

    Under a type of their own, unless the image has a cosign 3 signature: for an image that is signed the way of cosign
    2, any sigstore bundle would hide its signature from `cosign verify`. Raises Unknown without a seal, and as the
    registry makes source and pusher raise.
    """
    from promotion.core.image_reference import Digest

    found = sealed_folder.load_bundle(folder)
    record = found.tree()
    if found.test_result is None or found.summary is None:
        raise Unknown(Reason.NO_DATA, "there is no seal to attach: create it with `promotion seal`")
    digest = Digest(record["digest"])
    image = source.manifest(digest)
    target = Target(image.media_type, str(digest), len(image.raw))
    kind = BUNDLE_TYPE if _has_signature_bundle(source, digest) else ARTIFACT_TYPE
    made = parse_stamp(record["finished"])
    for predicate, bundle in ((TEST_RESULT_TYPE, found.test_result), (SUMMARY_TYPE, found.summary)):
        Bundle.parse(bundle)
        annotations = {"dev.sigstore.bundle.content": "dsse-envelope", _PREDICATE: predicate}
        pusher.attach(bundle_artifact(target, BundleManifest(bundle, annotations), made, kind), digest)
    return kind


def _has_signature_bundle(source: "ImageSource", digest: Any) -> bool:
    return any(
        one.manifest.annotations.get(_PREDICATE) == SIGNATURE_PREDICATE for one in source.referrers(digest, BUNDLE_TYPE)
    )


def archive(folder: Path, place: str, days: int, *, governance: bool = False, client: Any = None) -> list[str]:
    """Copy everything into a bucket with Object Lock, kept for this many days, and give the keys.

    `place` is `s3://BUCKET/PREFIX`. In compliance mode nobody can remove it before, the account's root included.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

    Raises Unknown: malformed for an invalid place, not-supported for a bucket without Object Lock, access-denied.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not bucket:
        raise Unknown(Reason.MALFORMED, f"{place} is not a place for an archive: expected s3://BUCKET/PREFIX")
    record = sealed_folder.load_bundle(folder).tree()
    name = f"{record['digest'].removeprefix('sha256:')[:12]}/{record['phase']}-{record['finished'].replace(':', '')}"
    until = datetime.now(UTC) + timedelta(days=days)
    kept = []
    try:
        if client is None:
            import boto3
            from botocore.config import Config

            from promotion.clients.aws.account import EXPLICIT_ENDPOINTS

            # A stray AWS_ENDPOINT_URL must not decide who signs or keeps.
            client = boto3.client("s3", config=Config(**EXPLICIT_ENDPOINTS))
        locked = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        if locked.get("ObjectLockEnabled") != "Enabled":
            raise Unknown(Reason.NOT_SUPPORTED, f"{bucket} has no Object Lock: objects in it can be deleted")
        for path in _files(folder):
            key = "/".join(part for part in (prefix.strip("/"), name, path.relative_to(folder).as_posix()) if part)
            client.put_object(
                Bucket=bucket,
                Key=key,
                Body=path.read_bytes(),
                ChecksumAlgorithm="SHA256",
                ObjectLockMode="GOVERNANCE" if governance else "COMPLIANCE",
                ObjectLockRetainUntilDate=until,
            )
            kept.append(key)
    except (BotoCoreError, ClientError) as trouble:
        code = str(getattr(trouble, "response", {}).get("Error", {}).get("Code", type(trouble).__name__))
        if code == "ObjectLockConfigurationNotFoundError":
            raise Unknown(Reason.NOT_SUPPORTED, f"{bucket} has no Object Lock: objects in it can be deleted") from None
        reason = Reason.ACCESS_DENIED if "AccessDenied" in code else Reason.ERROR
        raise Unknown(reason, f"{bucket} does not accept the archive: {code}") from None
    return kept


def _files(folder: Path) -> list[Path]:
    inside = (TEST_RESULT, SUMMARY, SIGN_OFF, STATEMENT, SSH_SIGNATURE)
    names = [folder / name for name in (RECORD, PAGE, SIGNED_PAGE)] + [folder / FOLDER / name for name in inside]
    return [path for path in names if path.is_file()]
