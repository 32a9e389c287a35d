"""The edge of a plain HTTP API (registry, GitHub, a service front-end), where it can be made to misbehave."""

import json
from typing import TYPE_CHECKING

from promotion.sandbox.answer import Answer
from promotion.sandbox.errors import proxy_page
from promotion.sandbox.http_faults import Misbehaving
from promotion.sandbox.request_log import Asked, Calls

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

JSON = ("Content-Type", "application/json")


class Edge(Misbehaving):
    """Names requests `METHOD /path`, so a pattern looks like `GET /v2/*/manifests/*`. The query is not looked at."""

    def __init__(self, name: str, app: "WSGIApplication", calls: Calls, *, latency_ms: float = 0) -> None:
        """`name` is the service that its calls are noted under."""
        super().__init__(app, calls, latency_ms=latency_ms)
        self._name = name

    def asked(self, environ: "WSGIEnvironment", body: bytes) -> Asked:  # noqa: ARG002 - the path tells it all
        """Tell method and path."""
        return Asked(self._name, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")

    def denied(self, asked: Asked) -> Answer:  # noqa: ARG002 - the same for every path
        """403 with a JSON message; both the registry's and GitHub's clients look at the status first."""
        return Answer(403, (JSON,), json.dumps({"message": "Forbidden", "errors": [{"code": "DENIED"}]}).encode())

    def throttled(self, asked: Asked) -> Answer:  # noqa: ARG002
        """429 with Retry-After (RFC 6585, 4)."""
        said = {"message": "Too Many Requests", "errors": [{"code": "TOOMANYREQUESTS"}]}
        return Answer(429, (JSON, ("Retry-After", "1")), json.dumps(said).encode())

    def failed(self, asked: Asked, status: int) -> Answer:  # noqa: ARG002
        """500 as JSON, any other as the page of a proxy."""
        return Answer(500, (JSON,), b'{"message": "Internal Server Error"}') if status == 500 else proxy_page(status)

    def check(self, pattern: str) -> None:
        """Refuse, with ValueError, a pattern without a method and a path, or wildcards for them."""
        method, _, path = pattern.partition(" ")
        if pattern != "*" and not (method and path.startswith(("/", "*"))):
            raise ValueError(f"{pattern!r} can fit no request: expected 'METHOD /path' with wildcards, or '*'")
