"""Make the live requests that a team declares. This module does I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from promotion.clients.http.answer import HttpAnswer, judge_answer, refused
from promotion.clients.http.reply import CertificateRejected, Reply
from promotion.clients.http.request import Request, build
from promotion.core.clock import Clock, SystemClock
from promotion.core.environment_secrets import Secrecy
from promotion.settings.endpoints import EndpointCall

if TYPE_CHECKING:
    import ssl
    from http.cookiejar import CookieJar


_REQUEST_IDS = ("apigw-requestid", "x-amzn-requestid", "x-amz-request-id", "x-request-id", "x-amz-cf-id")
"""Headers that name a request to the one who serves it: API Gateway, Lambda, S3, others, CloudFront."""

PATIENCE = 1.0
"""Seconds that an answer is waited for beyond what it is allowed, so that a slow one has a figure."""


class OnCall(Protocol):
    """Called for every request made, also when no answer came."""

    def __call__(
        self, *, method: str, url: str, status: int | None, started: datetime, request_id: str | None
    ) -> object:
        """`url` has no secrets; `started` is in UTC; `status` is None without an answer."""


@dataclass(frozen=True)
class HttpClient:
    """Asks endpoints, once each, and says whether they answer as declared. May be used from several threads."""

    secrecy: Secrecy
    ca_bundle: str | None = None
    """PEM file of the only certificate authorities to believe; the system's if None."""
    user_agent: str = "promotion-checklist"
    connect_timeout: float = 5
    """Seconds to wait for a connection, for each of the host's addresses."""
    read_timeout: float = 20
    """Seconds to wait for the next bytes; longer for a call that is allowed more."""
    total_timeout: float = 30
    """Seconds a request may take in all; longer for a call that is allowed more."""
    most_bytes: int = 4 * 1024 * 1024
    """How much of a body is read, decompressed."""
    clock: Clock = field(default_factory=SystemClock)
    on_call: OnCall | None = None

    def ask(self, url: str, call: EndpointCall, *, timed: bool = True) -> HttpAnswer:
        """Make the call at a target's URL and compare the answer with what is declared.

        Without `timed`, `max_ms` is not held against it: an answer that comes within the timeouts counts for what it says.
        Raises Unknown: unreachable, timeout, truncated, malformed, not-declared (a `${NAME}` is not set), error.
        """
        from http.cookiejar import CookieJar  # a replay does without

        request = self.request(url, call, {})
        received = self.exchange(request, call.expect.max_ms, CookieJar())
        return self.answer(request, received, call, timed=timed)

    def request(self, url: str, call: EndpointCall, values: Mapping[str, Any]) -> Request:
        """Build the request a call stands for, with captured values filled in. Raises what `request.build` does."""
        return build(url, call, values, self.user_agent, self.secrecy)

    def exchange(
        self, request: Request, max_ms: int, jar: "CookieJar", within: float | None = None
    ) -> Reply | CertificateRejected:
        """Send the request once. An answer slower than `max_ms` is still waited for, so that it has a figure.

        `within`: seconds left for this, if less than usual. Raises Unknown as `ask` does.
        """
        from promotion.clients.http import exchange  # brings requests, 0.1 s that a replay does without

        patience = max_ms / 1000 + PATIENCE
        total = max(self.total_timeout, patience)
        limits = exchange.HttpLimits(
            connect=self.connect_timeout,
            read=max(self.read_timeout, patience),
            total=total if within is None else min(total, within),
            most_bytes=self.most_bytes,
        )
        context = self._context if request.url.lower().startswith("https:") else None
        started, reply = self.clock.now(), None
        try:
            received = exchange.send(request, limits, context, jar)
            reply = received if isinstance(received, Reply) else None
        finally:
            if self.on_call is not None:
                self.on_call(
                    method=request.method,
                    url=request.shown,
                    status=reply.status if reply else None,
                    started=started,
                    request_id=self._request_id(reply.headers) if reply else None,
                )
        for cookie in jar:
            if cookie.value:
                self.secrecy.hide(cookie.value)
        return received

    def answer(
        self, request: Request, received: Reply | CertificateRejected, call: EndpointCall, *, timed: bool = True
    ) -> HttpAnswer:
        """Judge what came back. Raises Unknown, truncated, for a body longer than what is read."""
        if isinstance(received, CertificateRejected):
            return refused(request.method, request.shown, received.flaw)
        return judge_answer(request.method, request.shown, received, call.expect, self.secrecy, timed=timed)

    def _request_id(self, headers: Mapping[str, str]) -> str | None:
        return next((self.secrecy.clean(headers[name], 100) for name in _REQUEST_IDS if name in headers), None)

    @cached_property
    def _context(self) -> "ssl.SSLContext":
        from promotion.clients.http.tls import trust

        return trust(self.ca_bundle)
