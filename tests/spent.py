"""What each test takes of a processor, noted for the junit file: by the clock on the wall a busy machine makes all slow."""

import os
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cost import CPU

POOLS: set[int] = set()
"""Processes that give worlds: the time of a world is with its parent once it has ended."""
_TICKS = os.sysconf("SC_CLK_TCK")
_BEGAN = pytest.StashKey[float]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin to count."""
    item.stash[_BEGAN] = spent()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Note the sum before the last report of a test is made."""
    try:
        yield
    finally:
        item.user_properties.append((CPU, f"{spent() - item.stash[_BEGAN]:.2f}"))


def spent() -> float:
    """Give the seconds of a processor taken so far by this process, by children that have ended, and by worlds."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system + sum(map(_of, POOLS))


def _of(pid: int) -> float:
    """Read it from Linux's /proc (proc_pid_stat(5): utime, stime, cutime, cstime); elsewhere it is not known."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0
