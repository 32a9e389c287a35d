"""Where the seal goes: beside the image, so that no cosign is misled, and into an archive that keeps it."""

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from promotion import cli
from promotion.clients.oci.push import Pusher
from promotion.clients.oci.registry import RegistrySource
from promotion.core.image_reference import Digest, Repository
from promotion.sandbox import serve
from promotion.sandbox.registry import Registry
from promotion.sandbox.world import image
from promotion.seal import attach as keep
from promotion.seal import bundle_folder as folder
from promotion.signing.artifacts import Target, bundle_artifact
from promotion.signing.sign import Signer, image_bundle
from promotion.signing.signatures_found import BUNDLE_TYPE
from promotion.unknown import Unknown

from .conftest import FINISHED


@pytest.fixture(scope="module")
def release():
    """An image as a build makes it."""
    return image.releases()[-1]


@pytest.fixture
def there(release):
    """A registry on loopback with the image in it, and its address."""
    registry = Registry()
    registry.push("shop", release.image, ["1"])
    return registry, f"http://127.0.0.1:{serve.serve(registry)}"


@pytest.fixture
def of_the_image(sealed, release):
    """The sealed folder, of that image."""
    sealed.write(sealed.record() | {"digest": release.digest})
    sealed.seal()
    return sealed


def open_both(address, **more):
    """Where the image is read, and where something is pushed beside it."""
    repository = Repository.parse("registry.example/shop")
    return RegistrySource(repository, endpoint=address, **more), Pusher(repository, endpoint=address, **more)


@pytest.mark.parametrize("api", [True, False], ids=["referrers-api", "fallback-tag"])
def test_an_image_without_a_bundle_gets_a_type_of_our_own(of_the_image, there, release, api):
    """Both statements can be listed, once however often they are attached, and no bundle stands beside a v2 signature."""
    registry, address = there
    registry.referrers = api
    source, pusher = open_both(address)
    for _ in range(2):
        assert keep.attach(of_the_image.folder, source, pusher) == keep.ARTIFACT_TYPE
    digest = Digest(release.digest)
    found = source.referrers(digest, keep.ARTIFACT_TYPE)
    assert len(found) == 2
    assert source.referrers(digest, BUNDLE_TYPE) == ()
    blobs = {source.blob(one.manifest.layers[0].digest, 1 << 20) for one in found}
    assert blobs == {of_the_image.inside(name).read_bytes() for name in (folder.TEST_RESULT, folder.SUMMARY)}


def test_an_image_with_a_cosign_3_signature_gets_bundles(of_the_image, there, release):
    """There a bundle more hides nothing, and other tools find it."""
    _, address = there
    source, pusher = open_both(address)
    digest = Digest(release.digest)
    manifest = source.manifest(digest)
    signer = Signer.from_pem(Path(of_the_image.key("stranger")).read_bytes())
    target = Target(manifest.media_type, release.digest, len(manifest.raw))
    pusher.attach(bundle_artifact(target, image_bundle(release.digest, signer), FINISHED), digest)
    assert keep.attach(of_the_image.folder, source, pusher) == BUNDLE_TYPE
    assert len(source.referrers(digest, BUNDLE_TYPE)) == 3


def test_who_may_not_push_is_told_so(of_the_image, there):
    """And nothing is attached."""
    from promotion.clients.oci.auth import Credentials

    registry, address = there
    registry.door.mode, registry.door.users = "basic", {"reader": "pw"}
    registry.door.read_only.add("reader")
    source, pusher = open_both(address, login=lambda: Credentials("reader", "pw"))
    with pytest.raises(Unknown, match="grant push access"):
        keep.attach(of_the_image.folder, source, pusher)


@pytest.mark.parametrize("mode", ["basic", "bearer"])
def test_whoever_may_push_does(of_the_image, there, mode):
    """With a password, and with a token for push and pull."""
    from promotion.clients.oci.auth import Credentials

    registry, address = there
    registry.door.mode, registry.door.users = mode, {"pusher": "pw"}
    source, pusher = open_both(address, login=lambda: Credentials("pusher", "pw"))
    assert keep.attach(of_the_image.folder, source, pusher) == keep.ARTIFACT_TYPE


def test_what_is_not_sealed_is_not_attached(story, there):
    """Only statements that were signed go anywhere."""
    _, address = there
    with pytest.raises(Unknown, match="there is no seal to attach"):
        keep.attach(story.folder, *open_both(address))


@pytest.fixture
def bucket(monkeypatch):
    """A bucket with Object Lock."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        client = boto3.client("s3")
        place = {"LocationConstraint": "eu-west-1"}
        client.create_bucket(Bucket="records", ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
        client.create_bucket(Bucket="plain", CreateBucketConfiguration=place)
        yield client


def test_the_archive_keeps_every_file_for_its_time(sealed, bucket, capsys):
    """Record, page and seal, in compliance mode, under image, phase and time."""
    assert cli.main(["archive", str(sealed.folder), "--to", "s3://records/shop", "--days", "30"]) == 0
    keys = capsys.readouterr().out.split()
    names = {key.rpartition("/")[2] for key in keys}
    assert names == {"record.json", "checklist.html", folder.TEST_RESULT, folder.SUMMARY, folder.SIGN_OFF}
    assert all(key.startswith(f"shop/{sealed.record()['digest'][7:19]}/pre_promotion-") for key in keys)
    kept = bucket.head_object(Bucket="records", Key=keys[0])
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    assert (
        bucket.get_object(Bucket="records", Key=keys[0])["Body"].read() == (sealed.folder / "record.json").read_bytes()
    )


@pytest.mark.parametrize(
    ("to", "said"), [("s3://plain/x", "has no Object Lock"), ("records", "is not a place for an archive")]
)
def test_a_place_that_keeps_nothing_is_refused(sealed, bucket, capsys, to, said):
    """What can be removed is no archive."""
    assert cli.main(["archive", str(sealed.folder), "--to", to]) == 1
    assert said in capsys.readouterr().err
    assert json.loads(json.dumps(bucket.list_objects_v2(Bucket="plain").get("KeyCount"))) == 0
