"""A WSGI answer, whole in memory, so that it can be looked at and spoilt before it is sent."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of one HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def status_line(self) -> str:
        """`404 Not Found` for 404, as PEP 3333 wants it."""
        return f"{self.status} {_PHRASES.get(self.status, 'Unknown')}"

    def with_body(self, body: bytes, *, length: int | None = None) -> "Answer":
        """Give the same answer with another body; `length` is a Content-Length, which need not be true."""
        kept = tuple((name, value) for name, value in self.headers if name.lower() != "content-length")
        told = ("Content-Length", str(len(body) if length is None else length))
        return replace(self, headers=(*kept, told), body=body)


def answered(app: "WSGIApplication", environ: "WSGIEnvironment", body: bytes) -> Answer:
    """Let `app` answer a request whose body was already read."""
    status = 0
    headers: tuple[tuple[str, str], ...] = ()

    def start_response(line: str, fields: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = int(line.split(" ", 1)[0]), tuple(fields)
        return lambda _: None

    chunks = app({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}, start_response)
    try:
        whole = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return Answer(status, headers, whole)
