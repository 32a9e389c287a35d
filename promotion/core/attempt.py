"""Do or look at something outside, and have a sentence for why it did not work."""

from collections.abc import Callable
from typing import TypeVar

from promotion.unknown import Unknown

T = TypeVar("T")


def tried(what: str, does: Callable[[], T]) -> T | Unknown:
    """Give what `does` gives, or an Unknown that says why it was not to be had: a refusal, no answer, a broken one."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    from promotion.core.failures import explain

    try:
        return does()
    except (Unknown, BotoCoreError, ClientError, ResponseParserError) as trouble:
        return explain(trouble, what, ())
