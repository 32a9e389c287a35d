"""Logging in to Amazon ECR."""

import base64
from typing import Any

import pytest

from promotion.clients.oci.ecr import ecr_login
from promotion.unknown import Reason, Unknown

from .hostile import BLOB, Server, answer
from .looks import BLOB_PATH, Make, read_blob


class Ecr:
    """An ECR client with one answer."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def get_authorization_token(self) -> Any:
        """Give the answer."""
        return self.data


def of(text: bytes) -> dict[str, Any]:
    """Write an answer of GetAuthorizationToken."""
    return {
        "authorizationData": [{"authorizationToken": base64.b64encode(text).decode(), "proxyEndpoint": "https://x"}]
    }


def test_ecr(server: Server, source: Make) -> None:
    """ECR's token is a user and a password, sent at once; a colon in the password is part of it."""
    server.on(BLOB_PATH, answer(BLOB))
    assert read_blob(source(login=ecr_login(Ecr(of(b"AWS:pass:word"))))) == BLOB
    assert server.asked[0].authorization == "Basic " + base64.b64encode(b"AWS:pass:word").decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"authorizationData": []},
        {"authorizationData": None},
        {"authorizationData": [{}]},
        {"authorizationData": [{"authorizationToken": "%%%"}]},
        {"authorizationData": [{"authorizationToken": None}]},
        of(b"AWS"),
        of(b"AWS:"),
        of(b":x"),
        of(b"\xff:\xff"),
    ],
    ids=range(10),
)
def test_no_token_from_ecr(data: Any) -> None:
    """An answer without a user and a password is no login, and is not quoted."""
    with pytest.raises(Unknown) as caught:
        ecr_login(Ecr(data))()
    assert caught.value.reason == Reason.MALFORMED


def test_ecr_of_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real client of boto3, against the emulator, gives a login."""
    import boto3
    from moto import mock_aws

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        credentials = ecr_login(boto3.client("ecr", region_name="eu-west-1"))()
    assert credentials.username == "AWS"
    assert credentials.basic_at_once
