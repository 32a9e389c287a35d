"""No answer, half an answer, an answer that never ends: unknown, and never a pass."""

import gzip
import socket
import threading
import time
from contextlib import closing

import pytest

from promotion.clients.http.client import HttpClient
from promotion.settings.endpoints import EndpointCall
from promotion.unknown import Reason, Unknown
from tests.clients.http.origin import Received, reply, says

HEALTH = EndpointCall(path="/health")


def why(client: HttpClient, url: str, call: EndpointCall = HEALTH) -> Unknown:
    """Give the reason why nobody could tell."""
    with pytest.raises(Unknown) as caught:
        client.ask(url, call)
    assert caught.value.message.startswith("GET ")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "a cause may hold secrets"
    return caught.value


def closed_port() -> int:
    """Find a port that nobody listens on."""
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


@pytest.fixture
def hasty(secrecy):
    """A client of hardly any patience."""
    return HttpClient(secrecy, connect_timeout=0.2, read_timeout=0.1, total_timeout=0.2)


@pytest.fixture
def impatient_call():
    """A call that is allowed next to no time."""
    return EndpointCall.model_validate({"path": "/health", "expect": {"max_ms": 1}})


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch):
    """A call may take a second more than it is allowed; a tenth is enough here."""
    monkeypatch.setattr("promotion.clients.http.client.PATIENCE", 0.05)


def test_nobody_listens(client):
    """A refused connection is unreachable."""
    unknown = why(client, f"http://127.0.0.1:{closed_port()}")
    assert unknown.reason is Reason.UNREACHABLE
    assert "refused" in unknown.message


def test_no_such_host(client):
    """A name that does not exist is unreachable; .invalid never exists (RFC 2606)."""
    unknown = why(client, "http://shop.invalid")
    assert unknown.reason is Reason.UNREACHABLE
    assert "name was not found" in unknown.message


def test_a_proxy_that_does_not_answer(client, monkeypatch):
    """The proxy of the environment is used, and named when it is what fails."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    unknown = why(client, "https://shop.example.test")
    assert unknown.reason is Reason.UNREACHABLE
    assert "proxy" in unknown.message


def test_a_proxy_that_passes_requests_on(client, serve, monkeypatch):
    """Plain requests go to the proxy of the environment with their whole address."""
    origin = serve(says(reply()))
    monkeypatch.setenv("HTTP_PROXY", origin.url)
    monkeypatch.setenv("http_proxy", origin.url)
    assert client.ask("http://shop.example.test", HEALTH).passed
    assert origin.received[0].path == "http://shop.example.test/health"


@pytest.mark.parametrize("url", ["http://[", "http://a..b", "http://" + "a" * 70, "ftp://x"])
def test_no_address(client, url):
    """What is no address is a mistake in the settings."""
    assert why(client, url).reason is Reason.ERROR


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Reason.UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\n", Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: ", Reason.TRUNCATED),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", Reason.TRUNCATED),
        (reply(gzip.compress(b"{}")[:-9], content_encoding="gzip", content_length="50"), Reason.TRUNCATED),
        (reply(b"not gzip at all", content_encoding="gzip"), Reason.MALFORMED),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Reason.MALFORMED),
        (b"HTTP/1.1 abc OK\r\n\r\n", Reason.MALFORMED),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n", Reason.MALFORMED),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", Reason.MALFORMED),
    ],
)
def test_answers_that_are_not_whole(client, serve, raw, reason):
    """Closed at once, cut in headers or body, broken chunks or coding, something that is not HTTP."""
    assert why(client, serve(says(raw)).url).reason is reason


def test_a_connection_that_is_reset(client, serve):
    """A reset before the answer is unreachable, within the body it is a cut body."""

    def reset(after: bytes):
        def script(_: Received, connection: socket.socket) -> None:
            connection.sendall(after)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.shutdown(socket.SHUT_RD)
            connection.close()

        return script

    assert why(client, serve(reset(b"")).url).reason is Reason.UNREACHABLE
    begun = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"
    assert why(client, serve(reset(begun)).url).reason is Reason.TRUNCATED


def test_an_answer_that_does_not_begin(hasty, serve, impatient_call):
    """Silence is a time-out."""
    done = threading.Event()
    assert why(hasty, serve(lambda *_: done.wait(1)).url, impatient_call).reason is Reason.TIMEOUT
    done.set()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nx: ",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
    ],
    ids=["status line", "headers", "body", "chunk length", "body without length"],
)
def test_an_answer_that_trickles(hasty, serve, impatient_call, begun):
    """A byte now and then keeps a socket's time-out from firing; the deadline ends it all the same."""
    done = threading.Event()

    def trickle(_: Received, connection: socket.socket) -> None:
        connection.sendall(begun)
        while not done.wait(0.02):
            connection.sendall(b"1")

    began = time.monotonic()
    unknown = why(hasty, serve(trickle).url, impatient_call)
    done.set()
    assert unknown.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 1


def test_a_call_may_be_allowed_more_than_usual(hasty, serve):
    """`max_ms` above the client's own limits is waited for."""

    def slowly(_: Received, connection: socket.socket) -> None:
        threading.Event().wait(0.3)
        connection.sendall(reply("{}"))

    call = EndpointCall.model_validate({"path": "/health", "expect": {"max_ms": 5000}})
    assert hasty.ask(serve(slowly).url, call).passed


def test_nothing_is_sent_twice(client, serve):
    """A verdict has one try, also when the server asks for another."""
    origin = serve(says(reply(status=503, retry_after="0"), reply()))
    assert client.ask(origin.url, HEALTH).status == 503
    assert len(origin.received) == 1
