"""What a registry says of what it has, and what can be asked of it."""

import json
from typing import Any

import pytest

from promotion.clients.oci.manifest import OCI_MANIFEST
from promotion.clients.oci.source import NotThere, RegistryCall
from promotion.unknown import Reason

from .hostile import (
    BLOB,
    DIGEST,
    IMAGE_BYTES,
    Act,
    Server,
    answer,
    hang,
    refuse,
)
from .looks import BLOB_PATH, MANIFEST_PATH, REFERRERS_PATH, TAG_PATH, Look, Make, read_blob, unknown


@pytest.mark.parametrize("code", ["MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"])
def test_not_there(server: Server, source: Make, code: str) -> None:
    """Only the registry's own word that it has not got it counts as not there (NOT_FOUND is Harbor's)."""
    for path in (MANIFEST_PATH, BLOB_PATH, TAG_PATH):
        server.on(path, refuse(404, code))
    with pytest.raises(NotThere, match=r"is not in registry\.example/shop"):
        source().manifest(DIGEST)
    with pytest.raises(NotThere):
        read_blob(source())
    assert source().tag(f"sha256-{DIGEST.hex}") is None


@pytest.mark.parametrize(
    "act",
    [
        answer(b"<html>not found</html>", 404),
        answer(b'{"errors": null}', 404),
        answer(b'{"errors": [{"code": 5}]}', 404),
        answer(b"[" * 30_000, 404),
        refuse(404, "DENIED"),
        refuse(410, "MANIFEST_UNKNOWN"),
    ],
    ids=["a page", "no errors", "no code", "too deep", "another code", "410"],
)
def test_a_404_that_says_nothing(server: Server, source: Make, act: Act) -> None:
    """A proxy or a wrong path answers 404 too: that is unknown."""
    server.on(MANIFEST_PATH, act)
    server.on("/v2/shop/manifests/1.8.0", act)
    unknown(lambda: source().manifest(DIGEST), Reason.ERROR)
    unknown(lambda: source().tag("1.8.0"), Reason.ERROR)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.ACCESS_DENIED),
        (403, Reason.ACCESS_DENIED),
        (429, Reason.THROTTLED),
        (500, Reason.ERROR),
        (502, Reason.UNREACHABLE),
        (503, Reason.UNREACHABLE),
        (504, Reason.UNREACHABLE),
        (400, Reason.ERROR),
        (204, Reason.ERROR),
        (206, Reason.ERROR),
    ],
)
def test_refusals(server: Server, source: Make, status: int, reason: Reason) -> None:
    """Every other status leaves the question open, for the manifest, a blob, a tag and the referrers alike."""
    act = refuse(status, "DENIED", "the secret is hunter2") if status != 204 else answer(b"", 204)
    for path in (MANIFEST_PATH, BLOB_PATH, TAG_PATH, REFERRERS_PATH):
        server.on(path, act)
    looks: list[Look] = [
        lambda it: it.manifest(DIGEST),
        read_blob,
        lambda it: it.tag(f"sha256-{DIGEST.hex}"),
        lambda it: it.referrers(DIGEST),
    ]
    for look in looks:
        message = unknown(lambda look=look: look(source()), reason)  # type: ignore[misc]
        assert "registry.example" in message
        assert "hunter2" not in message


def test_what_permission_is_missing(server: Server, source: Make) -> None:
    """A refusal says what to grant: the IAM action for ECR, pull access elsewhere."""
    ecr = source("999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop")
    for path in (MANIFEST_PATH, BLOB_PATH, REFERRERS_PATH):
        server.on(path, refuse(403, "DENIED"))
    assert "ecr:BatchGetImage" in unknown(lambda: ecr.manifest(DIGEST), Reason.ACCESS_DENIED)
    assert "ecr:BatchGetImage" in unknown(lambda: ecr.referrers(DIGEST), Reason.ACCESS_DENIED)
    assert "ecr:GetDownloadUrlForLayer" in unknown(lambda: read_blob(ecr), Reason.ACCESS_DENIED)
    assert "repository:shop:pull" in unknown(lambda: read_blob(source()), Reason.ACCESS_DENIED)


def test_a_tag(server: Server, source: Make) -> None:
    """A tag's bytes are given as they are; a registry that announces another digest than it sends is not believed."""
    server.on("/v2/shop/manifests/1.8.0", answer(IMAGE_BYTES, Content_Type=OCI_MANIFEST, Docker_Content_Digest=DIGEST))
    assert source().tag("1.8.0") == IMAGE_BYTES
    server.on("/v2/shop/manifests/1.8.0", answer(b"{}", Docker_Content_Digest=DIGEST))
    unknown(lambda: source().tag("1.8.0"), Reason.MALFORMED)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "a\n", "-a", "x" * 129])
def test_what_is_no_tag(source: Make, name: str) -> None:
    """What cannot be a tag is not asked for: it would ask for something else."""
    with pytest.raises(ValueError, match="is not a valid tag"):
        source().tag(name)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://registry.example",
        "http://10.0.0.1:5000",
        "ftp://127.0.0.1",
        "https://user:hunter2@registry.example",
        "https://registry.example?x",
        "https://",
    ],
)
def test_what_is_no_address_of_a_registry(source: Make, endpoint: str) -> None:
    """A registry is read over HTTPS, and over plain HTTP on this machine alone; its address carries no login."""
    with pytest.raises(ValueError, match="address") as caught:
        source(endpoint=endpoint)
    assert "hunter2" not in str(caught.value)


def test_a_call_has_the_servers_name_for_it(server: Server, source: Make, calls: list[RegistryCall]) -> None:
    """Each request is noted with its status and the server's own id for it; one without an answer too."""
    server.on(BLOB_PATH, answer(BLOB, X_Amzn_RequestId="7f3a"))
    read_blob(source())
    server.on(BLOB_PATH, hang)
    unknown(lambda: read_blob(source()), Reason.TIMEOUT)
    assert calls == [
        RegistryCall("GET", server.url + BLOB_PATH, 200, "7f3a"),
        RegistryCall("GET", server.url + BLOB_PATH, None, None),
    ]


def test_what_the_machine_knows_is_not_sent(
    server: Server, source: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a netrc nor a proxy of the environment gets between us and a registry on this machine; no cookies."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.on(BLOB_PATH, answer(BLOB, Set_Cookie="session=1"))
    it = source()
    assert read_blob(it) == read_blob(it) == BLOB
    assert [one.authorization for one in server.asked] == [None, None]
    assert "Cookie" not in json.dumps([dict(one.headers) for one in server.asked])


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://registry.example",
        "ftp://registry.example",
        "https://",
        "https://user:word@registry.example",
        "https://@registry.example",
        "https://registry.example?x=1",
        "https://registry.example#x",
    ],
)
def test_nothing_is_pushed_to_what_is_no_address_of_a_registry(endpoint: str) -> None:
    """What is written goes by the rule of what is read: credentials are sent to either."""
    from promotion.clients.oci.push import Pusher
    from promotion.core.image_reference import Repository

    with pytest.raises(ValueError, match=r"must be read over HTTPS|only scheme, host and port"):
        Pusher(Repository.parse("registry.example/shop"), endpoint=endpoint)
