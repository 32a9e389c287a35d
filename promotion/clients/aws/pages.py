"""Operations that answer in pages, read to the end. This module does I/O."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promotion.clients.aws.account import Account


def entries(
    account: Account, service: str, operation: str, key: str, *, page: int | None = None, **asked: Any
) -> Iterator[Mapping[str, Any]]:
    """Give every entry under `key` of an operation that boto3 has a paginator of; `page` is how many come at once."""
    if page is not None:
        asked["PaginationConfig"] = {"PageSize": page}
    pages: Iterable[Mapping[str, Any]] = account.client(service).get_paginator(operation).paginate(**asked)
    for one in pages:
        yield from one[key]
