"""Whether a test function was really called and came to its end: pytest's word for it can be had without.

A hook of another plugin or of a conftest.py may answer `pytest_pyfunc_call` in place of the test, or swallow what it raises; the
report then says passed (https://docs.pytest.org/en/stable/how-to/writing_hook_functions.html#firstresult-stop-at-first-non-none-result).
"""

import functools
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

import pytest

_ENDED = pytest.StashKey[bool]()


def note_end(item: pytest.Item) -> None:
    """Have a test note that it came to its end."""
    if isinstance(item, pytest.Function):
        item.obj = _noting(item, item.obj)


def ended(item: pytest.Item) -> bool:
    """Whether the test came to its end; nothing is known of what is not a function, so that it has not."""
    return item.stash.get(_ENDED, False)


def _noting(item: pytest.Item, judge: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(judge):

        @functools.wraps(judge)
        async def awaited(*arguments: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            item.stash[_ENDED] = False
            given = await judge(*arguments, **named)
            item.stash[_ENDED] = True
            return given

        return awaited

    @functools.wraps(judge)
    def noted(*arguments: Any, **named: Any) -> Any:
        __tracebackhide__ = True
        item.stash[_ENDED] = False
        given = judge(*arguments, **named)
        item.stash[_ENDED] = True
        return given

    return noted
