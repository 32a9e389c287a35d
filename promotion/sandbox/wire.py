"""The wire to AWS: names each request, notes it, and misbehaves per operation on demand."""

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from promotion.sandbox import errors
from promotion.sandbox.answer import Answer
from promotion.sandbox.http_faults import Misbehaving, Request
from promotion.sandbox.pages import EmptyPages, nothing, pager_of
from promotion.sandbox.request_log import Asked, Calls
from promotion.sandbox.routes import AwsAsked, model_of, read

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_WILD = frozenset("*?[")


class Wire(Misbehaving):
    """Stands before the emulated AWS. Patterns look like `codedeploy:BatchGetDeploymentTargets` or `logs:*`."""

    def __init__(self, app: "WSGIApplication", calls: Calls, *, latency_ms: float = 0) -> None:
        """`latency_ms` is added to every answer."""
        super().__init__(app, calls, latency_ms=latency_ms)
        self._pages = EmptyPages()

    def empty_page(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Answer with an empty page and a token; the request with that token gets the right answer.

        Raises ValueError for an operation that has no pages.
        """
        self.check(pattern)
        service, _, operation = pattern.partition(":")
        if not _WILD & set(pattern) and not pager_of(service, operation):
            raise ValueError(f"{pattern} has no pages, so none of them can be empty")
        self.add(pattern, self._pages.before, account, times)

    def empty(self, pattern: str, *, account: str | None = None, times: int | None = None) -> None:
        """Answer as if there were nothing: valid, complete, and every list empty."""
        self.add(pattern, nothing, account, times)

    def asked(self, environ: "WSGIEnvironment", body: bytes) -> AwsAsked:
        """Tell service and operation."""
        return read(environ, body)

    def denied(self, asked: Asked) -> Answer:
        """AccessDenied, as the service words it."""
        return errors.denied(cast("AwsAsked", asked))

    def throttled(self, asked: Asked) -> Answer:
        """Throttling, as the service words it."""
        return errors.throttled(cast("AwsAsked", asked))

    def failed(self, asked: Asked, status: int) -> Answer:
        """InternalFailure with 500, else the page of a proxy."""
        return errors.failed(cast("AwsAsked", asked), status)

    def check(self, pattern: str) -> None:
        """Refuse, with ValueError, a pattern of a service or an operation that botocore does not know."""
        service, colon, operation = pattern.partition(":")
        if not colon:
            raise ValueError(f"{pattern!r} can fit no request: expected 'service:Operation', wildcards allowed")
        if _WILD & set(service):
            return
        model = model_of(service)
        if model is None:
            raise ValueError(f"{pattern!r}: boto3 has no service called {service!r}")
        if not _WILD & set(operation) and operation not in model.operation_names:
            nearest = ", ".join(difflib.get_close_matches(operation, model.operation_names, 1)) or "none is like it"
            raise ValueError(f"{pattern!r}: {service} has no operation called {operation!r}; nearest: {nearest}")

    def proceed(self, request: Request) -> Answer:
        """Let the emulator answer; what it does not know is 501, in the protocol's form."""
        environ, body = self._pages.resumed(request.environ, request.body)
        asked = cast("AwsAsked", request.asked)
        try:
            answer = super().proceed(replace(request, environ=environ, body=body))
        except (NotImplementedError, ModuleNotFoundError):  # an operation; a service that needs more than is installed
            return errors.not_implemented(asked)
        except AttributeError as error:
            if not _service_is_unknown(error):
                raise
            return errors.not_implemented(asked)
        return errors.not_implemented(asked) if _route_is_unknown(request, answer) else answer


def _service_is_unknown(error: AttributeError) -> bool:
    """Tell moto's failure to find a backend from any other: it goes on with None and stumbles over it."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return error.obj is None and frame is not None and frame.tb_frame.f_code.co_name == "get_backend"


def _route_is_unknown(request: Request, answer: Answer) -> bool:
    """Tell a REST path that moto lacks, answered with nothing or with the web framework's own page."""
    if answer.status not in {404, 405} or request.environ["REQUEST_METHOD"] == "HEAD":
        return False
    return not answer.body or answer.body.startswith(b"<!doctype html>")
