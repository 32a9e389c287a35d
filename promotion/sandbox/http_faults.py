"""What can go wrong between a client and an API, asked for by the name of the request."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from promotion.sandbox.answer import Answer, answered
from promotion.sandbox.request_log import Asked, Call, Calls

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Request:
    """One request, its body already read."""

    asked: Asked
    environ: "WSGIEnvironment"
    body: bytes


class Dropped(ConnectionAbortedError):  # noqa: N818 - what the server does, not an error of its
    """The connection is closed instead of an answer."""


Proceed = Callable[[], Answer]
Act = Callable[[Request, Proceed], Answer]


@dataclass
class _Rule:
    pattern: str
    account: str | None
    left: int | None
    act: Act

    def fits(self, asked: Asked) -> bool:
        return self.left != 0 and self.account in {None, asked.account} and fnmatchcase(asked.name, self.pattern)


class Misbehaving(ABC):
    """A WSGI application that misbehaves on demand, and notes what it was asked.

    A pattern is a shell-style pattern over the request's name. Of several rules that fit, the one added last decides.
    `account` restricts a rule to an AWS account; `times` to that many requests, after which the answer is right again.
    """

    def __init__(self, app: "WSGIApplication", calls: Calls, *, latency_ms: float = 0) -> None:
        """`latency_ms` is added to every answer."""
        self._app = app
        self._calls = calls
        self._latency = latency_ms / 1000
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    @abstractmethod
    def asked(self, environ: "WSGIEnvironment", body: bytes) -> Asked:
        """Tell what a request asks for."""

    @abstractmethod
    def denied(self, asked: Asked) -> Answer:
        """Say that the caller may not."""

    @abstractmethod
    def throttled(self, asked: Asked) -> Answer:
        """Say that the caller asks too often."""

    @abstractmethod
    def failed(self, asked: Asked, status: int) -> Answer:
        """Say that the server is broken."""

    @abstractmethod
    def check(self, pattern: str) -> None:
        """Refuse, with ValueError, a pattern that can fit nothing."""

    def deny(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Refuse for want of permission."""
        self.add(pattern, lambda request, _: self.denied(request.asked), account, times)

    def throttle(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Refuse because of too many requests."""
        self.add(pattern, lambda request, _: self.throttled(request.asked), account, times)

    def fail(self, pattern: str, status: int = 500, *, account: str | None = None, times: int | None = None) -> None:
        """Fail with a 5xx status: 500 in the API's own form, any other with the HTML page of a proxy."""
        self.add(pattern, lambda request, _: self.failed(request.asked, status), account, times)

    def hang(self, pattern: str, seconds: float, *, account: str | None = None, times: int | None = None) -> None:
        """Answer rightly, but only after this many real seconds."""

        def late(_: Request, proceed: Proceed) -> Answer:
            time.sleep(seconds)
            return proceed()

        self.add(pattern, late, account, times)

    def truncate(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Answer with half of the body and a Content-Length that matches the half."""

        def half(_: Request, proceed: Proceed) -> Answer:
            answer = proceed()
            return answer.with_body(answer.body[: len(answer.body) // 2])

        self.add(pattern, half, account, times)

    def cut(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Promise the whole body in Content-Length, send half of it, and close the connection."""

        def half(_: Request, proceed: Proceed) -> Answer:
            answer = proceed()
            return answer.with_body(answer.body[: len(answer.body) // 2], length=max(len(answer.body), 1))

        self.add(pattern, half, account, times)

    def drop(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Close the connection without an answer."""

        def nothing(request: Request, _: Proceed) -> Answer:
            raise Dropped(request.asked.name)

        self.add(pattern, nothing, account, times)

    def add(self, pattern: str, act: Act, account: str | None = None, times: int | None = None) -> None:
        """Have `act` answer the requests that `pattern` fits; it may let the application proceed.

        Raises ValueError for a pattern that can fit nothing.
        """
        self.check(pattern)
        self._rules.append(_Rule(pattern, account, times, act))

    def proceed(self, request: Request) -> Answer:
        """Let the application answer."""
        return answered(self._app, request.environ, request.body)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, rightly or not, and note it."""
        began = time.monotonic()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        request = Request(self.asked(environ, body), environ, body)
        if self._latency:
            time.sleep(self._latency)
        rule = self._rule_for(request.asked)
        status = 0
        try:
            answer = rule.act(request, lambda: self.proceed(request)) if rule else self.proceed(request)
            status = answer.status
        finally:
            self._calls.note(Call.of(request.asked, began, time.monotonic(), status))
        start_response(answer.status_line, list(answer.headers))
        return [answer.body]

    def _rule_for(self, asked: Asked) -> _Rule | None:
        with self._lock:
            rule = next((rule for rule in reversed(self._rules) if rule.fits(asked)), None)
            if rule and rule.left is not None:
                rule.left -= 1
        return rule
