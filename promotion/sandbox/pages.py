"""An empty page with a token in front of the real answer, as AWS may send at any time; and a valid answer with nothing in it."""

import uuid
from typing import TYPE_CHECKING, Any

from promotion.sandbox.answer import Answer
from promotion.sandbox.http_faults import Proceed, Request
from promotion.sandbox.routes import AwsAsked, model_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_MARK = b"sandbox-page-"


def pager_of(service: str, operation: str) -> dict[str, Any] | None:
    """Tell how an operation pages, by botocore's model; None if it does not."""
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_pagination_model

    try:
        pagers: dict[str, dict[str, Any]] = get_pagination_model(service)
    except UnknownServiceError:
        return None
    return pagers.get(operation)


class EmptyPages:
    """Gives empty pages, and remembers what the token of each stands for: the first request, unchanged."""

    def __init__(self) -> None:
        self._asked: dict[bytes, tuple[WSGIEnvironment, bytes]] = {}

    def before(self, request: Request, proceed: Proceed) -> Answer:
        """Give an empty page that leads to the right answer; operations that do not page answer at once."""
        asked = request.asked
        assert isinstance(asked, AwsAsked)
        pager = pager_of(asked.service, asked.operation)
        if not pager or asked.protocol == "smithy-rpc-v2-cbor" or _MARK in _whole(request.environ, request.body):
            return proceed()
        token = _MARK + uuid.uuid4().hex.encode()
        self._asked[token] = (request.environ, request.body)
        return _empty(asked, pager, token.decode())

    def resumed(self, environ: "WSGIEnvironment", body: bytes) -> tuple["WSGIEnvironment", bytes]:
        """Give the request that the token of an empty page stands for, or this request if it has no such token."""
        whole = _whole(environ, body)
        start = whole.find(_MARK)
        if start < 0:
            return environ, body
        return self._asked.get(whole[start : start + len(_MARK) + 32], (environ, body))


def nothing(request: Request, _: Proceed) -> Answer:
    """Give a valid answer in which every list is empty, and that is the last page."""
    asked = request.asked
    assert isinstance(asked, AwsAsked)
    model = model_of(asked.service)
    assert model is not None
    shape = model.operation_model(asked.operation).output_shape
    members = {} if shape is None else shape.members
    return _serialized(asked, {name: [] for name, member in members.items() if member.type_name == "list"})


def _whole(environ: "WSGIEnvironment", body: bytes) -> bytes:
    """Everywhere a token can stand."""
    return body + str(environ.get("QUERY_STRING", "")).encode()


def _empty(asked: AwsAsked, pager: dict[str, Any], token: str) -> Answer:
    page: dict[str, Any] = {}
    for path in _many(pager["result_key"]):
        _set(page, path, [])
    for path in _many(pager["output_token"]):
        _set(page, path, token)
    if "more_results" in pager:
        _set(page, pager["more_results"], True)
    return _serialized(asked, page)


def _serialized(asked: AwsAsked, page: dict[str, Any]) -> Answer:
    from moto.core.serialize import get_serializer_class

    model = model_of(asked.service)
    assert model is not None
    serializer = get_serializer_class(asked.service, asked.protocol)(model.operation_model(asked.operation))
    said = serializer.serialize(page)
    text = said["body"]
    return Answer(
        said["status_code"],
        tuple((name, str(value)) for name, value in said["headers"].items()),
        text if isinstance(text, bytes) else text.encode(),
    )


def _many(paths: str | list[str]) -> list[str]:
    """Paths of a pager; of `NextMarker || Contents[-1].Key` the first."""
    return [path.split("||")[0].strip() for path in ([paths] if isinstance(paths, str) else paths)]


def _set(page: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        page = page.setdefault(parent, {})
    page[last] = value
