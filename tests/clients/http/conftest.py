"""Loopback origins that answer exactly as a test says, bytes included."""

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from promotion.clients.http.client import HttpClient
from promotion.core.environment_secrets import Secrecy
from promotion.core.redact import Redactor
from tests.clients.http.origin import Origin, Received, Script


@pytest.fixture
def serve() -> Iterator[Callable[..., Origin]]:
    """Start an origin that runs a script for each connection, then closes it."""
    with ExitStack() as stack:

        def start(script: Script, *, tls: ssl.SSLContext | None = None, host: str = "localhost") -> Origin:
            class Handler(http.server.BaseHTTPRequestHandler):
                def handle(self) -> None:
                    try:
                        if tls is not None:
                            self.connection = self.request = tls.wrap_socket(self.connection, server_side=True)
                            self.rfile = self.connection.makefile("rb")
                        self.raw_requestline = self.rfile.readline(65537)
                        if self.parse_request():
                            body = self.rfile.read(int(self.headers.get("content-length", 0)))
                            headers = {name.lower(): value for name, value in self.headers.items()}
                            seen = Received(self.command, self.path, headers, body)
                            origin.received.append(seen)
                            script(seen, self.connection)
                    except OSError:
                        pass  # the client has gone, which is what some tests are about

                def log_message(self, *_: object) -> None:
                    pass

            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            server.daemon_threads = True
            server.block_on_close = False
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            origin = Origin(f"{'https' if tls else 'http'}://{host}:{server.server_port}")
            return origin

        yield start


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def redactor() -> Redactor:
    """What masks secrets."""
    return Redactor()


@pytest.fixture
def environ() -> dict[str, str]:
    """Where `${NAME}` comes from."""
    return {"SHOP_TOKEN": 'hunter2"quoted', "EMPTY": ""}


@pytest.fixture
def secrecy(environ: dict[str, str], redactor: Redactor) -> Secrecy:
    """The two together."""
    return Secrecy(environ, redactor.add, redactor.text)


@pytest.fixture
def client(secrecy: Secrecy) -> HttpClient:
    """A client of no great patience."""
    return HttpClient(secrecy, connect_timeout=2, read_timeout=2, total_timeout=5)
