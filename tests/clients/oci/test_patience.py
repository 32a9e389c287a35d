"""A registry that is slow or in trouble is tried again within limits, and never waited for without end."""

import time

import pytest

from promotion.clients.oci.source import RegistryCall
from promotion.unknown import Reason

from .conftest import QUICK
from .hostile import (
    BLOB,
    Act,
    Handler,
    Server,
    hang,
    hang_up,
    raw,
    refuse,
)
from .looks import BLOB_PATH, GOOD, OK, Make, read_blob, unknown


@pytest.mark.parametrize(
    "act",
    [refuse(503, "X"), refuse(429, "X"), refuse(429, "X", Retry_After="0"), raw(OK, b"cut"), hang_up],
    ids=["503", "429", "429 at once", "cut", "hung up"],
)
def test_one_more_try(server: Server, source: Make, act: Act, calls: list[RegistryCall]) -> None:
    """Throttling, a server error or a broken connection is tried again, and each try is noted."""
    server.on(BLOB_PATH, act, GOOD)
    assert read_blob(source()) == BLOB
    assert len(calls) == 2


@pytest.mark.parametrize("after", ["3600", "Wed, 21 Oct 2065 07:28:00 GMT", "soon", "-1"])
def test_no_long_wait(server: Server, source: Make, after: str) -> None:
    """A server that wants us to wait for longer than the budget is not asked again, and not waited for."""
    server.on(BLOB_PATH, refuse(429, "TOOMANYREQUESTS", Retry_After=after), GOOD)
    unknown(lambda: read_blob(source()), Reason.THROTTLED)
    assert len(server.asked) == 1


def test_a_short_wait(server: Server, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Retry-After within the budget is waited for."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    server.on(BLOB_PATH, refuse(429, "TOOMANYREQUESTS", Retry_After="2"), GOOD)
    assert read_blob(source()) == BLOB
    assert slept == [2.0]


def test_tries_have_an_end(server: Server, source: Make) -> None:
    """After the last try the answer stands."""
    server.on(BLOB_PATH, refuse(503, "X"))
    unknown(lambda: read_blob(source()), Reason.UNREACHABLE)
    assert len(server.asked) == QUICK.attempts


@pytest.mark.parametrize(("status", "reason"), [(503, Reason.UNREACHABLE), (307, Reason.MALFORMED)])
def test_an_endless_refusal(server: Server, source: Make, status: int, reason: Reason) -> None:
    """Of a refusal or a redirect only the beginning is read, however much a server sends."""

    def pour(handler: Handler) -> None:
        handler.close_connection = True
        head = f"HTTP/1.1 {status} No\r\nLocation: ftp://x/\r\nContent-Length: 99999999999\r\n\r\n"
        handler.wfile.write(head.encode())
        while not handler.server.told.over.is_set():
            handler.wfile.write(b"x" * 65536)

    server.on(BLOB_PATH, pour)
    unknown(lambda: read_blob(source()), reason)


@pytest.mark.parametrize("beginning", [0, 20, 45])
def test_no_answer_in_time(server: Server, source: Make, beginning: int) -> None:
    """A server that stops in the middle is waited for no longer than was said, and asked once."""

    def stop(handler: Handler) -> None:
        handler.wfile.write((OK.replace("\n", "\r\n").encode() + BLOB)[:beginning])
        hang(handler)

    server.on(BLOB_PATH, stop)
    unknown(lambda: read_blob(source()), Reason.TIMEOUT)
    assert len(server.asked) == 1


def test_a_body_that_drips(server: Server, source: Make) -> None:
    """A body that comes byte by byte does not outlast the deadline, though each byte is in time."""

    def drip(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        while not handler.server.told.over.wait(0.02):
            handler.wfile.write(b"x")

    server.on(BLOB_PATH, drip)
    begun = time.monotonic()
    unknown(lambda: read_blob(source()), Reason.TIMEOUT)
    assert time.monotonic() - begun < 5


def test_nobody_there(source: Make) -> None:
    """A registry that cannot be reached is unreachable, in words, without the path of the library's error."""
    message = unknown(lambda: read_blob(source(endpoint="http://127.0.0.1:1")), Reason.UNREACHABLE)
    assert "127.0.0.1:1" in message
    assert "Max retries" not in message
