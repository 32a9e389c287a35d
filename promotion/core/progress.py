"""What a long look-up is doing just now, for the progress line."""

import threading
from collections import deque
from collections.abc import Iterator

_SAID: dict[str, str] = {}
_LINES: deque[str] = deque()


def report_progress(how_far: str, *, line: bool = False) -> None:
    """Say how far the look-up of this thread is: `1,200 of 3,000 requests`.

    With `line`, it is worth a line of its own where there is no terminal to write it over and over.
    """
    _SAID[threading.current_thread().name.removeprefix("look ")] = how_far
    if line:
        _LINES.append(how_far)


def lines() -> Iterator[str]:
    """Give what was worth a line since this was asked last."""
    while _LINES:
        yield _LINES.popleft()


def last_progress(name: str) -> str:
    """What the look-up of that name said last; empty if it said nothing."""
    return _SAID.get(name, "")
