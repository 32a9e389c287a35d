"""boto3 over a WSGI application in this process: no socket, no thread, so the process stays safe to fork.

botocore's `before-send` event may return the answer itself; what it returns is parsed as if it had come over the wire,
so everything built this way went through the same code as a call over HTTP.
"""

import functools
import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from promotion.sandbox import preload as warm

if TYPE_CHECKING:
    import boto3
    from _typeshed.wsgi import WSGIApplication
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

REGION = "eu-west-1"
ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
"""moto takes the account from this header before it looks at the access key."""


@functools.cache
def session(app: "WSGIApplication", account: str | None = None, region: str = REGION) -> "boto3.Session":
    """A boto3 session whose calls are answered by `app`, acting in `account` whatever the credentials say."""
    warm.prepare()
    import boto3

    made = boto3.Session("sandbox", "sandbox", region_name=region)
    made.events.register("before-send", answered_by(app, account))  # type: ignore[arg-type]  # its answer is what it is for
    return made


@functools.cache
def client(app: "WSGIApplication", account: str, service: str, region: str = REGION) -> Any:
    """A client of `session`, made once: a client costs more than ten calls."""
    return session(app, account, region).client(service)  # type: ignore[call-overload]


def answered_by(app: "WSGIApplication", account: str | None = None) -> Callable[..., "AWSResponse"]:
    """Give a handler for botocore's `before-send` event that lets `app` answer."""
    from botocore.awsrequest import AWSResponse, HeadersDict

    def send(request: "AWSPreparedRequest", **_: Any) -> AWSResponse:
        status, headers = 0, HeadersDict()

        def start_response(line: str, fields: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = int(line.split(" ", 1)[0]), HeadersDict(fields)
            return lambda _: None

        chunks: Iterable[bytes] = app(environ(request, account), start_response)
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return AWSResponse(request.url, status, headers, _Raw(body))  # type: ignore[arg-type]  # as botocore makes it

    return send


def environ(request: "AWSPreparedRequest", account: str | None = None) -> dict[str, Any]:
    """Give the WSGI environment (PEP 3333) of a request that botocore is about to send."""
    url = urlsplit(request.url)
    body: Any = request.body
    if hasattr(body, "read"):
        body = body.read()
    if isinstance(body, str):
        body = body.encode()
    made = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path, "latin-1") or "/",
        "RAW_URI": url.path + (f"?{url.query}" if url.query else ""),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or 443),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode() if isinstance(value, bytes) else value
        made[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text
    made["CONTENT_LENGTH"] = str(len(body or b""))
    if account:
        made[ACCOUNT_HEADER] = account
    return made


class _Raw(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()
