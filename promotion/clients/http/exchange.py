"""Send one request once, and read what comes back. This module does I/O.

Each exchange has its own connection: `requests.Session` makes no promise to threads, a connection that idled may be
closed by the time it is used (which would look like an outage, because nothing is sent twice), and a fresh one shows
what a caller sees. Redirects are not followed, nothing is retried, and netrc is not read.
"""

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any, Self, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar
from requests.utils import get_environ_proxies

from promotion.clients.http.failure import HeadCut, no_answer, no_whole_body, timed_out
from promotion.clients.http.reply import CertificateRejected, Reply
from promotion.clients.http.request import Request
from promotion.clients.http.tls import certificate_flaw

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class HttpLimits:
    """How long an exchange may take, in seconds, and how much of a body is read, in bytes after decompression."""

    connect: float
    read: float
    total: float
    """From the first try to connect until the last byte; looking up the host's name is not interrupted."""
    most_bytes: int


def send(
    request: Request, limits: HttpLimits, context: ssl.SSLContext | None, jar: CookieJar
) -> Reply | CertificateRejected:
    """Send the request and read the answer. Cookies are taken from the jar and put into it. https needs a context.

    Raises Unknown: unreachable, timeout, truncated (less than announced, RFC 9112 section 8), malformed, error.
    """
    what = f"{request.method} {request.shown}"
    began = time.perf_counter()
    response = None
    with _Watch(limits.total) as watch, _Adapter(context, watch) as adapter:
        try:
            prepared = requests.Request(
                request.method, request.url, headers=dict(request.headers), data=request.body, cookies=jar
            ).prepare()
            # Straight through the adapter: a session would read a redirect's whole body, whatever its size.
            response = adapter.send(
                prepared,
                stream=True,
                timeout=(min(limits.connect, limits.total), min(limits.read, limits.total)),
                proxies=get_environ_proxies(request.url, no_proxy=None),
            )
            body, whole = _read(response, limits.most_bytes)
            last = time.perf_counter()
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            if watch.expired:
                raise timed_out(what, limits.total) from None
            if response is not None:
                raise no_whole_body(what, error) from None
            flaw = certificate_flaw(error)
            if flaw is not None:
                return CertificateRejected(flaw)
            raise no_answer(what, error) from None
    if watch.expired:  # a body that ends where the connection does looks whole when the watch ended it
        raise timed_out(what, limits.total)
    extract_cookies_to_jar(jar, prepared, response.raw)  # type: ignore[no-untyped-call]
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
        whole=whole,
        connect_ms=round((watch.connected_at - began) * 1000, 1),
        elapsed_ms=round((last - watch.connected_at) * 1000, 1),
    )


def _read(response: requests.Response, most: int) -> tuple[bytes, bool]:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            return bytes(body[:most]), False
    return bytes(body), True


class _Watch:
    """Ends a connection when its time is up, even if bytes trickle in: a socket's timeout starts again with each."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self.connected_at = 0.0
        self._socket: socket.socket | None = None
        self._guard = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def connected(self, connection: socket.socket) -> None:
        """Take note of the moment, and of what to end."""
        self.connected_at = time.perf_counter()
        with self._guard:
            self._socket = connection
            if self.expired:
                raise TimeoutError

    def _expire(self) -> None:
        with self._guard:
            self.expired = True
            if self._socket is not None:
                with suppress(OSError):  # it has been closed meanwhile
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _WholeHead(http.client.HTTPResponse):
    """An answer whose header section ended with its empty line. http.client takes a cut one for whole."""

    def begin(self) -> None:
        lines = _LastLine(self.fp)
        self.fp = cast("Any", lines)
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = lines.stream
        if lines.last not in (b"\r\n", b"\n"):
            raise HeadCut


class _LastLine:
    """A stream that remembers the last line read from it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        self.last = self.stream.readline(limit)
        return self.last

    def close(self) -> None:
        self.stream.close()


class _Adapter(HTTPAdapter):
    """requests' transport over one watched connection, with the given trust and no other."""

    def __init__(self, context: ssl.SSLContext | None, watch: _Watch) -> None:
        super().__init__()
        self._context = context
        self._watch = watch

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool alone: requests would add its own authorities to the context."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Say where to connect, and what to believe there."""
        where, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return where, {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED"} if where["scheme"] == "https" else {}

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """Give a pool whose connection tells the watch when it stands."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool.ConnectionCls = _watched(pool.ConnectionCls, self._watch)
        return pool


def _watched(kind: Any, watch: _Watch) -> Any:
    class Watched(kind):  # type: ignore[misc]
        response_class = _WholeHead

        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                # An end without TLS's own is an end by anyone: a body up to there is not whole (RFC 9112, 9.8).
                self.sock.suppress_ragged_eofs = False  # type: ignore[attr-defined]
            watch.connected(self.sock)

    return Watched
