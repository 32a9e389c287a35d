"""The baseline in S3, with a pointer in Systems Manager."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from promotion.sections.observability.baseline import store as keeping
from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement
from promotion.settings.baseline import BaselineSettings as Declared

START = datetime(2026, 5, 4, 10, tzinfo=UTC)
DECLARED = Declared(s3="s3://shop-promotion/baseline.jsonl", parameter="/shop/baseline")


def record(previous=None):
    """Give a record."""
    one = TargetMeasurement(requests=3000, errors=0, latency=((100.0, 3000),), limit_ms=1000, over_limit=0)
    return Baseline(
        service="shop",
        digest=f"sha256:{'a' * 64}",
        start=START,
        end=START + timedelta(minutes=20),
        targets={"lambda": one},
        written_at=START + timedelta(minutes=25),
        previous=previous,
    )


@pytest.fixture
def client(monkeypatch):
    """Give clients of an account with an empty bucket."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        made = {name: boto3.client(name, region_name="eu-west-1") for name in ("s3", "ssm")}
        where = {"LocationConstraint": "eu-west-1"}
        made["s3"].create_bucket(Bucket="shop-promotion", CreateBucketConfiguration=where)
        yield made.__getitem__


def test_records_follow_each_other(client):
    """Nothing is there at first; two records are kept one after the other, and the parameter names the newest."""
    assert keeping.fetch_baseline(DECLARED, client).newest is None
    first = record()
    second = record(first.sha256())
    for one in (first, second):
        keeping.append(DECLARED, client, one)
    found = keeping.fetch_baseline(DECLARED, client)
    assert (found.count, found.newest, found.broken) == (2, second, "")
    pointer = json.loads(client("ssm").get_parameter(Name="/shop/baseline")["Parameter"]["Value"])
    assert pointer == {"at": DECLARED.s3, "sha256": second.sha256()}


def test_records_that_were_replaced_are_noticed(client):
    """A chain that holds, but ends elsewhere than the parameter says, is broken; so is one without its parameter."""
    keeping.append(DECLARED, client, record())
    client("s3").put_object(Bucket="shop-promotion", Key="baseline.jsonl", Body=record("f" * 64).text())
    assert "names" in keeping.fetch_baseline(DECLARED, client).broken
    assert "names" in keeping.read_of_another(DECLARED, client, f"sha256:{'b' * 64}").broken
    client("ssm").delete_parameter(Name="/shop/baseline")
    assert "does not exist, although there are records" in keeping.fetch_baseline(DECLARED, client).broken


def test_records_that_were_removed_are_noticed(client):
    """An empty place, to whose newest record the parameter still points, has been emptied."""
    keeping.append(DECLARED, client, record())
    client("s3").delete_object(Bucket="shop-promotion", Key="baseline.jsonl")
    found = keeping.read_of_another(DECLARED, client, f"sha256:{'b' * 64}")
    assert (found.count, found.newest) == (0, None)
    assert "names" in found.broken


@pytest.mark.parametrize(
    "wrong",
    [
        {"file": "a", "s3": "s3://bucket/key"},
        {"parameter": "/shop/baseline"},
        {"s3": "s3://bucket"},
        {"s3": "https://bucket/key"},
    ],
)
def test_there_is_one_place(wrong):
    """Records are in a file or in S3; a pointer alone points nowhere."""
    with pytest.raises(ValueError, match=r"one place|pointer|should match"):
        Declared(**wrong)
