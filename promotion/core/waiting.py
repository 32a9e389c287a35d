"""Letting time pass until something is due, and saying how long that still takes."""

from datetime import datetime, timedelta

from promotion.core.clock import TickingClock
from promotion.core.progress import report_progress

TICK = timedelta(seconds=10)
"""How often it is said how long it still takes."""


def wait_until(name: str, at: datetime, clock: TickingClock) -> bool:
    """Wait until a moment, which is named: `T+10`. Whether there was anything to wait for."""
    now, first = clock.now(), True
    while now < at:
        minutes, seconds = divmod(round((at - now).total_seconds()), 60)
        report_progress(f"{name} at {at:%H:%M:%S}Z, in {minutes}:{seconds:02} min", line=first)
        clock.sleep(min(at - now, TICK).total_seconds())
        now, first = clock.now(), False
    return not first
