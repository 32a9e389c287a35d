"""Several reads at once, for look-ups that do not depend on each other."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

_In = TypeVar("_In")
_Out = TypeVar("_Out")
_AT_ONCE = 8


def in_parallel(read: Callable[[_In], _Out], of: Iterable[_In]) -> list[_Out]:
    """Call `read` for each, at most eight at once, in their order; the first exception in that order is raised.

    Each runs in a copy of the caller's context, so that what notes the calls of a look-up notes these too.
    """
    items = list(of)
    if len(items) < 2:
        return [read(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(items))) as pool:
        waiting = [pool.submit(copy_context().run, read, item) for item in items]
        return [one.result() for one in waiting]
