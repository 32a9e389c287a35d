"""Keep calls under a rate, across all look-ups of a run, in whichever of its processes. This module waits.

FilterLogEvents is answered 5 times a second for an account and region, a quota that cannot be raised
(https://repost.aws/knowledge-center/cloudwatch-logs-throttling), DescribeAlarmHistory 3 times a second
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
"""

import fcntl
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

FILTER_CALLS = 5
"""Calls of FilterLogEvents in any `FILTER_SECONDS`."""
FILTER_SECONDS = 1.05
"""A little more than a second: what leaves here evenly may arrive unevenly."""


class Pace:
    """Lets through this many calls in any span of this many seconds. Safe from several threads."""

    def __init__(
        self,
        calls: int,
        seconds: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        file: Path | None = None,
    ) -> None:
        """`now` tells seconds that never go back; `sleep` waits that long.

        `file` holds the turns where several processes take them: their `now` must be the same, as that of time.monotonic
        is on one machine.
        """
        self._file = file
        self._seconds = seconds
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._made: deque[float] = deque(maxlen=calls)

    def take(self) -> None:
        """Wait until the next call may be made."""
        with self._lock:
            turn, now = self._turn() if self._file is None else self._turn_among_all(self._file)
        # Outside the lock: whoever comes next gets a later turn, and need not wait for this one to learn it.
        if turn > now:
            self._sleep(turn - now)

    def _turn(self) -> tuple[float, float]:
        now = self._now()
        turn = now if len(self._made) < (self._made.maxlen or 0) else max(now, self._made[0] + self._seconds)
        self._made.append(turn)
        return turn, now

    def _turn_among_all(self, file: Path) -> tuple[float, float]:
        # The kernel gives the lock back when its holder dies.
        with file.open("a+") as shared:
            fcntl.flock(shared, fcntl.LOCK_EX)
            shared.seek(0)
            self._made = deque(json.loads(shared.read() or "[]"), self._made.maxlen)
            turn, now = self._turn()
            shared.seek(0)
            shared.truncate()
            json.dump(list(self._made), shared)
            shared.flush()
        return turn, now


HISTORY_CALLS = 3
"""Calls of DescribeAlarmHistory in any `FILTER_SECONDS`."""
_paces: dict[tuple[str, str, str, int], Pace] = {}
_lock = threading.Lock()
_folder: list[Path] = []


def share_paces(folder: Path | None) -> None:
    """Take turns with every process that is given this folder, from now on; with None, with nobody."""
    with _lock:
        _folder[:] = [] if folder is None else [folder]
        _paces.clear()


def _pace(operation: str, account: str, region: str, calls: int) -> Pace:
    with _lock:
        key = (operation, account, region, calls)
        if key not in _paces:
            file = _folder[0] / f"pace-{operation}-{account}-{region}-{calls}" if _folder else None
            _paces[key] = Pace(calls, FILTER_SECONDS, file=file)
        return _paces[key]


def filter_pace(account: str, region: str, calls: int = FILTER_CALLS) -> Pace:
    """Give the pace of FilterLogEvents in an account and region: the same one for every look-up.

    Where this many `calls` are granted as AWS nowhere else does, there is a pace of its own for them.
    """
    return _pace("FilterLogEvents", account, region, calls)


def history_pace(account: str, region: str) -> Pace:
    """Give the pace of DescribeAlarmHistory in an account and region: the same one for every look-up."""
    return _pace("DescribeAlarmHistory", account, region, HISTORY_CALLS)
