"""The service "shop" itself behind its front-end, as a WSGI application, and the redirect of port 80.

Every request is logged as structured lines with its correlation id. What a member does wrong is switched on the member
(`service.members["i-…"].healthy = False`).
"""

import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug import Request, Response

from promotion.core.clock import Clock, SystemClock, stamp
from promotion.sandbox.members import Member, Members, Release
from promotion.sandbox.order import Orders, Reply, not_allowed, problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Log = Callable[[str, str, dict[str, Any]], None]
"""Takes the target, the member and one structured line. Called from the threads that serve."""

Count = Callable[[str, str, int, float], None]
"""Takes the target, the member, the status and how long it took in milliseconds. No member: nobody was in service."""

CORRELATION_ID = "X-Correlation-ID"
SERVED_BY = "X-Served-By"
HSTS = "max-age=31536000; includeSubDomains"
OWN_MS = 1.0
"""Milliseconds that it says an answer took, where it is not told to be slow."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
"""`traceparent` of the W3C recommendation Trace Context, level 1: version, trace id, parent id, flags."""


@dataclass(frozen=True)
class _Asked:
    """One request on its way through a member."""

    method: str
    path: str
    correlation_id: str | None
    trace_id: str | None
    request_id: str


class Service:
    """The service in one environment: target `lambda` behind API Gateway, `ec2` behind a load balancer."""

    def __init__(
        self,
        environment: str,
        target: str,
        digest: str,
        commit: str,
        *,
        members: Sequence[str],
        log: Log,
        count: Count = lambda *_: None,
        version: str = "1.8.0",
        clock: Clock | None = None,
        orders: Orders | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`members` are instance ids or function versions; `orders` may be shared with the other front-end."""
        self.environment = environment
        self.target = target
        self.members = Members(Member(name, Release(digest, commit, version)) for name in members)
        self._clock = clock or SystemClock()
        self._log = log
        self._count = count
        self._orders = orders or Orders(self._clock)
        self._sleep = sleep

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        body = request.get_data()
        chosen = self.members.next()
        if chosen is None:
            self._count(self.target, "", 503, 0)
            nobody = Response("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>", 503)
            nobody.content_type = "text/html"
            return nobody(environ, start_response)
        member, fails = chosen
        asked = _Asked(
            "GET" if request.method == "HEAD" else request.method,
            request.path,
            _correlation_id(request, member),
            _trace_id(request),
            secrets.token_urlsafe(12),
        )
        if member.slow_ms:
            self._sleep(member.slow_ms / 1000)
        reply = problem(500, "Internal Server Error", "the order could not be handled") if fails else None
        reply = reply or self._reply(member, asked, request, body)
        took_ms = OWN_MS + member.slow_ms  # as declared: how busy this machine is says nothing of the service
        self._count(self.target, member.name, reply.status, took_ms)
        self._write_log(member, asked, reply, took_ms)
        return self._response(member, asked, reply)(environ, start_response)

    def _reply(self, member: Member, asked: _Asked, request: Request, body: bytes) -> Reply:
        if asked.path in member.fixed:
            return member.fixed[asked.path]
        if asked.path in {"/health", "/ready", "/version"}:
            if asked.method != "GET":
                return not_allowed("GET")
            return {"/health": self._health, "/ready": self._ready, "/version": self._version}[asked.path](member)
        return self._orders.answer(asked.method, asked.path, request.args, body)

    def _health(self, member: Member) -> Reply:
        database = "ok" if member.secrets_loaded and member.healthy else "failed"
        payment = "ok" if member.secrets_loaded else "failed"
        well = database == payment == "ok"
        checks = {"database": database, "payment-api": payment}
        return Reply(200 if well else 503, {"status": "ok" if well else "failed", "checks": checks})

    def _ready(self, member: Member) -> Reply:
        names = [f"shop/{self.environment}/{name}" for name in ("database", "payment-api")]
        loaded = "loaded" if member.secrets_loaded else "missing"
        body = {"status": "ready" if member.secrets_loaded else "not-ready", "secrets": dict.fromkeys(names, loaded)}
        return Reply(200 if member.secrets_loaded else 503, body)

    def _version(self, member: Member) -> Reply:
        release = member.release
        return Reply(200, {"version": release.version, "commit": release.commit, "digest": release.digest})

    def _write_log(self, member: Member, asked: _Asked, reply: Reply, took_ms: float) -> None:
        line = {
            "timestamp": stamp(self._clock.now()),
            "level": "ERROR" if reply.status >= 500 else "INFO",
            "service": "shop",
            "environment": self.environment,
            "member": member.name,
            "version": member.release.version,
            "request_id": asked.request_id,
            **({"correlation_id": asked.correlation_id} if asked.correlation_id else {}),
            **({"trace_id": asked.trace_id} if asked.trace_id else {}),
            "method": asked.method,
            "path": asked.path,
        }
        self._log(self.target, member.name, line | {"message": "request received"})
        done = {"message": "request completed", "status": reply.status, "duration_ms": round(took_ms, 3)}
        self._log(self.target, member.name, line | done)

    def _response(self, member: Member, asked: _Asked, reply: Reply) -> Response:
        response = Response(reply.content, reply.status, content_type=reply.content_type)
        response.headers[SERVED_BY] = member.name
        response.headers["Cache-Control"] = "no-store"
        if asked.correlation_id:
            response.headers[CORRELATION_ID] = asked.correlation_id
        if self.target == "lambda":
            response.headers["apigw-requestid"] = asked.request_id
        else:
            response.headers["Strict-Transport-Security"] = HSTS
        response.headers.update(reply.headers)
        for name in member.without_headers:
            response.headers.pop(name, None)
        return response


class RedirectToHttps:
    """Port 80 of the load balancer: every request is sent on to HTTPS.

    `#{host}:443` and 301, as a redirect action of Elastic Load Balancing writes it.
    """

    def __init__(self, port: int = 443, status: int = 301, scheme: str = "https") -> None:
        """`port` is that of the HTTPS listener."""
        self.port = port
        self.status = status
        self.scheme = scheme

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        host = request.host.rpartition(":")[0] or request.host
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        location = f"{self.scheme}://{host}:{self.port}{quote(request.path)}{query}"
        return Response(status=self.status, headers={"Location": location})(environ, start_response)


def _correlation_id(request: Request, member: Member) -> str | None:
    if member.correlation == "dropped":
        return None
    if member.correlation == "constant":
        return "00000000-0000-0000-0000-000000000000"
    return request.headers.get(CORRELATION_ID) or str(uuid.uuid4())


def _trace_id(request: Request) -> str | None:
    match = _TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    return match[1] if match and set(match[1]) != {"0"} else None
