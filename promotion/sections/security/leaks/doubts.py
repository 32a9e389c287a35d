"""Go on where a part cannot be looked at: what is found elsewhere must not be lost, and the gap must not be forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager

from promotion.core.api_calls import CALLS
from promotion.core.failures import explain
from promotion.core.secret_value import SealedError
from promotion.sections.security.leaks.findings import Unsearched
from promotion.unknown import Reason, Unknown


class Doubts:
    """Why a search is not whole."""

    def __init__(self, name: str) -> None:
        """`name` is the look-up's."""
        self._name = name
        self._kept: dict[Unsearched, None] = {}

    def add(self, reason: Reason, message: str) -> None:
        """Note one, once."""
        self._kept[Unsearched(reason, message)] = None

    def all(self) -> tuple[Unsearched, ...]:
        """Give them as they came."""
        return tuple(self._kept)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Make a doubt of an Unknown, and of whatever AWS's client raises, and go on after the block."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            yield
        except (Unknown, SealedError, BotoCoreError, ClientError, ResponseParserError) as trouble:
            told = explain(trouble, self._name, CALLS.get([]))
            self.add(told.reason, told.message)
