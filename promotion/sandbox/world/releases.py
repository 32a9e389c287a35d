"""The bundles that CodeDeploy installs on instances, in a versioned bucket of the tools account."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from promotion.sandbox.world.names import DEV_ACCOUNT, PROD_ACCOUNT, REGION, RELEASES_BUCKET
from promotion.sandbox.world.people import allow, policy

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Account


def key_of(digest: str) -> str:
    """Give the key of the bundle of an image."""
    return f"shop/{digest.removeprefix('sha256:')}.zip"


def digest_of(key: str) -> str:
    """Give the digest of the image in the key of its bundle."""
    return f"sha256:{key.removeprefix('shop/').removesuffix('.zip')}"


def shelve(tools: "Account", digests: Iterable[str]) -> dict[str, str]:
    """Put a bundle for each image into the bucket; give the ETags by digest. Buckets are global: there is one."""
    s3 = tools.client("s3")
    s3.create_bucket(Bucket=RELEASES_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=RELEASES_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    readers = {"AWS": [f"arn:aws:iam::{account}:root" for account in (DEV_ACCOUNT, PROD_ACCOUNT)]}
    reading = allow("s3:GetObject*", f"arn:aws:s3:::{RELEASES_BUCKET}/shop/*", Principal=readers)
    s3.put_bucket_policy(Bucket=RELEASES_BUCKET, Policy=policy(reading))
    backend, tags = tools.backend("s3"), {}
    for digest in digests:
        kept = backend.put_object(RELEASES_BUCKET, key_of(digest), f"bundle of {digest}".encode())
        tags[digest] = kept.etag.strip('"')
    return tags
