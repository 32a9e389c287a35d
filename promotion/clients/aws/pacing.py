"""Keep calls under a rate, across all look-ups of a process. This module waits.

FilterLogEvents is answered 5 times a second for an account and region, a quota that cannot be raised
(https://repost.aws/knowledge-center/cloudwatch-logs-throttling), DescribeAlarmHistory 3 times a second
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
"""

import threading
import time
from collections import deque
from collections.abc import Callable

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
    ) -> None:
        """`now` tells seconds that never go back; `sleep` waits that long."""
        self._seconds = seconds
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._made: deque[float] = deque(maxlen=calls)

    def take(self) -> None:
        """Wait until the next call may be made."""
        with self._lock:
            now = self._now()
            turn = now if len(self._made) < (self._made.maxlen or 0) else max(now, self._made[0] + self._seconds)
            self._made.append(turn)
        # Outside the lock: whoever comes next gets a later turn, and need not wait for this one to learn it.
        if turn > now:
            self._sleep(turn - now)


HISTORY_CALLS = 3
"""Calls of DescribeAlarmHistory in any `FILTER_SECONDS`."""
_paces: dict[tuple[str, str, str, int], Pace] = {}
_lock = threading.Lock()


def filter_pace(account: str, region: str, calls: int = FILTER_CALLS) -> Pace:
    """Give the pace of FilterLogEvents in an account and region: the same one for every look-up.

    Where this many `calls` are granted as AWS nowhere else does, there is a pace of its own for them.
    """
    with _lock:
        return _paces.setdefault(("FilterLogEvents", account, region, calls), Pace(calls, FILTER_SECONDS))


def history_pace(account: str, region: str) -> Pace:
    """Give the pace of DescribeAlarmHistory in an account and region: the same one for every look-up."""
    with _lock:
        key = ("DescribeAlarmHistory", account, region, HISTORY_CALLS)
        return _paces.setdefault(key, Pace(HISTORY_CALLS, FILTER_SECONDS))
