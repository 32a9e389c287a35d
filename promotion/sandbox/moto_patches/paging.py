"""Pages as AWS gives them: a part of the list, and a token for the rest."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from moto.core.exceptions import ServiceException

T = TypeVar("T")


class InvalidNextToken(ServiceException):
    """The token was not given out here."""

    code = "InvalidNextTokenException"

    def __init__(self) -> None:
        super().__init__("The next token was specified in an invalid format.")


def page(items: Sequence[T], token: str | None, size: int) -> tuple[Sequence[T], str | None]:
    """Give the items that `token` stands for, at most `size`, and the token of the next page if there is one."""
    try:
        start = int(base64.b64decode(token, validate=True)) if token else 0
    except ValueError as malformed:
        raise InvalidNextToken from malformed
    end = start + size
    return items[start:end], base64.b64encode(str(end).encode()).decode() if end < len(items) else None
