"""A repository for each proof, and nothing of it left for the next."""

import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from promotion.engine.lookups import ORPHANS
from promotion.evidence import REGISTRY
from tests.engine.project import Project


@pytest.fixture(autouse=True)
def none_left_behind() -> None:
    """Forget what other proofs looked up outside a run."""
    ORPHANS.clear()


@pytest.fixture
def project(pytester, monkeypatch) -> Iterator[Project]:
    """A repository with a checklist of two items that are good."""
    for name in ("PROMOTION_DIGEST", "PROMOTION_CONFIG", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    declared, on_cancel = dict(REGISTRY), signal.getsignal(signal.SIGTERM)
    yield Project(pytester.path, pytester)
    REGISTRY._declared = declared
    assert signal.getsignal(signal.SIGTERM) is on_cancel
    assert ORPHANS == []


@pytest.fixture(params=[(), ("-n", "2")], ids=["plain", "n2"])
def workers(request) -> tuple[str, ...]:
    """Run in one process, or over two workers."""
    return request.param


class _Clock(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"now": "2031-05-04T10:00:00+00:00", "rate": 60}')

    def log_message(self, *_):
        pass


@pytest.fixture
def httpserver_of_a_clock() -> Iterator[tuple[str, str]]:
    """Where a clock of another time is served, and the hour it shows."""
    with HTTPServer(("127.0.0.1", 0), _Clock) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/clock", "2031-05-04T10:"
        server.shutdown()
