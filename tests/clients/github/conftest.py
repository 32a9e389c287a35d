"""The API of the sandbox and a client for it; whatever they say to each other is held against GitHub's description."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from werkzeug.serving import make_server

from promotion.clients.github.client import GitHubClient, GitHubLimits
from promotion.core.clock import StoppedClock
from promotion.sandbox.github import GitHub, Token
from promotion.sandbox.github.shop import Planted, plant_shop
from promotion.settings.image import GitHub as Settings
from tests.clients.github.description.description import check_answer, check_request
from tests.clients.oci.hostile import Server, serve

from .shop import COMMIT, NOW, PREVIOUS, REPOSITORY, TOKEN

QUICK = GitHubLimits(connect=2, read=0.3, total=0.5, attempts=2, backoff=0)


@dataclass
class Checked:
    """A WSGI application in front of another one: it notes what is asked, and what GitHub would not take or say."""

    application: Any
    asked: list[str] = field(default_factory=list)
    """Paths with queries."""
    headers: list[dict[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass a request on, and look at both sides."""
        path, _, query = environ["REQUEST_URI"].partition("?")
        self.asked.append(environ["REQUEST_URI"])
        self.headers.append({name: value for name, value in environ.items() if name.startswith("HTTP_")})
        statuses = []

        def start(status: str, *more: Any) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, *more)

        body = b"".join(self.application(environ, start))
        try:
            check_request(environ["REQUEST_METHOD"], path, dict(parse_qsl(query)), None)
            check_answer(environ["REQUEST_METHOD"], path, statuses[0], json.loads(body))
        except AssertionError as wrong:
            self.wrong.append(str(wrong))
        return [body]


@contextmanager
def running(application: Any) -> Iterator[str]:
    """Serve a WSGI application on a free port of 127.0.0.1, and give its URL."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def github() -> GitHub:
    """The API of the sandbox, on a clock that stands still."""
    return GitHub({TOKEN: Token()}, clock=StoppedClock(NOW))


@pytest.fixture
def planted(github: GitHub) -> Planted:
    """The repository in good health."""
    return plant_shop(github.repository, commit=COMMIT, previous_commit=PREVIOUS, now=NOW)


@pytest.fixture
def checked(github: GitHub) -> Iterator[Checked]:
    """What is between the API and the client. At the end nothing may have been wrong."""
    between = Checked(github)
    yield between
    assert not between.wrong, "\n".join(between.wrong)


@pytest.fixture
def client(checked: Checked, planted: Planted) -> Iterator[GitHubClient]:
    """A client of the healthy repository."""
    with running(checked) as url:
        yield GitHubClient(REPOSITORY, lambda: TOKEN, url, limits=GitHubLimits(backoff=0), clock=StoppedClock(NOW))


@pytest.fixture
def settings() -> Settings:
    """What a build of the shop must be."""
    return Settings(repository=REPOSITORY, required_jobs=("build", "test", "scan", "sign"))


@pytest.fixture
def server() -> Iterator[Server]:
    """A server in GitHub's place that does what a test says."""
    with serve() as served:
        yield served


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """A server that is not in GitHub's place."""
    with serve() as served:
        yield served


@pytest.fixture
def calls() -> list[dict[str, Any]]:
    """What the client says of its requests."""
    return []


@pytest.fixture
def victim(server: Server, calls: list[dict[str, Any]]) -> Callable[..., GitHubClient]:
    """Make a client of that server, which has little patience."""

    def make(**changes: Any) -> GitHubClient:
        settled = {
            "token": lambda: TOKEN,
            "api_url": server.url,
            "limits": QUICK,
            "clock": StoppedClock(NOW),
            **changes,
        }
        return GitHubClient(REPOSITORY, on_call=lambda **call: calls.append(call), **settled)

    return make
