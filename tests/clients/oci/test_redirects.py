"""A registry may send us elsewhere, but not our login, and not just anywhere."""

import traceback

import pytest

from promotion.clients.oci.source import RegistryCall
from promotion.unknown import Reason, Unknown

from .hostile import (
    BLOB,
    Server,
    answer,
    hang_up,
    redirect,
    refuse,
)
from .looks import BLOB_PATH, GOOD, Make, login, read_blob, unknown


def test_a_redirect_does_not_take_the_login_along(server: Server, elsewhere: Server, source: Make) -> None:
    """ECR sends blobs from S3: there the registry's login has no business."""
    server.on(BLOB_PATH, redirect(f"{elsewhere.url}/bucket/key?X-Amz-Signature=hunter3"))
    elsewhere.on("/bucket/key", GOOD)
    assert read_blob(source(login=login)) == BLOB
    assert server.asked[0].authorization is not None
    assert [one.authorization for one in elsewhere.asked] == [None]


def test_a_redirect_at_home_takes_it_along(server: Server, source: Make) -> None:
    """The same server, under another path, is still the one that was logged in to."""
    server.on(BLOB_PATH, redirect("/v2/shop/blobs/here", 302))
    server.on("/v2/shop/blobs/here", GOOD)
    assert read_blob(source(login=login)) == BLOB
    assert server.asked[1].authorization == server.asked[0].authorization


def test_the_way_back_home(server: Server, elsewhere: Server, source: Make) -> None:
    """A detour through another server does not give that server the login."""
    server.on(BLOB_PATH, redirect(f"{elsewhere.url}/detour"))
    elsewhere.on("/detour", redirect(f"{server.url}/end"))
    server.on("/end", GOOD)
    assert read_blob(source(login=login)) == BLOB
    assert elsewhere.asked[0].authorization is None


def test_a_query_is_not_written_down(
    server: Server, elsewhere: Server, source: Make, calls: list[RegistryCall], caplog: pytest.LogCaptureFixture
) -> None:
    """A presigned address carries its permission in the query: no call, message or log shows it."""
    caplog.set_level("DEBUG")
    server.on(BLOB_PATH, redirect(f"{elsewhere.url}/key?X-Amz-Signature=hunter3"))
    elsewhere.on("/key", answer(b"<Error><Code>AccessDenied</Code></Error>", 403))
    message = unknown(lambda: read_blob(source()), Reason.ACCESS_DENIED)
    assert "storage" in message
    elsewhere.on("/key", hang_up)
    with pytest.raises(Unknown) as caught:
        read_blob(source())
    assert caught.value.reason == Reason.UNREACHABLE
    message += "".join(traceback.format_exception(caught.value))
    assert [(call.method, call.url, call.status) for call in calls[:2]] == [
        ("GET", server.url + BLOB_PATH, 307),
        ("GET", f"{elsewhere.url}/key", 403),
    ]
    assert "hunter3" not in message + repr(calls) + caplog.text
    assert "/key?…" in caplog.text


def test_a_404_from_elsewhere(server: Server, elsewhere: Server, source: Make) -> None:
    """Only the registry says what is not there; its storage does not, not even in the registry's words."""
    server.on(BLOB_PATH, redirect(f"{elsewhere.url}/key"))
    elsewhere.on("/key", refuse(404, "BLOB_UNKNOWN"))
    unknown(lambda: read_blob(source()), Reason.ERROR)


@pytest.mark.parametrize(
    "location",
    [
        "http://registry.example/blob",
        "ftp://127.0.0.1/blob",
        "file:///etc/passwd",
        "//user:hunter4@127.0.0.1/blob",
        "http://[::1/blob",
        "http://127.0.0.1:port/",
        "https:///blob",
        "",
    ],
)
def test_where_no_redirect_is_followed(server: Server, source: Make, location: str, calls: list[RegistryCall]) -> None:
    """Nobody sends us to plain HTTP elsewhere, to files, or to addresses with users in them."""
    server.on(BLOB_PATH, redirect(location))
    assert "hunter4" not in unknown(lambda: read_blob(source()), Reason.MALFORMED)
    assert len(calls) == 1


def test_redirects_have_an_end(server: Server, source: Make) -> None:
    """A ring of redirects is left."""
    server.on(BLOB_PATH, redirect(BLOB_PATH))
    unknown(lambda: read_blob(source()), Reason.MALFORMED)
    assert len(server.asked) == 6
