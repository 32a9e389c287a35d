"""One clock, injected: look-ups and judgements never ask the machine for the time."""

import json
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time now, in UTC."""


class TickingClock(Clock, Protocol):
    """Tells the time, and lets it pass: what a watch waits by."""

    def sleep(self, seconds: float) -> None:
        """Wait until this many seconds of this clock have passed."""


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(seconds, 0))


@dataclass(frozen=True)
class ServedClock:
    """The clock of a rehearsal, which may go faster than the world's: minutes of a rollout pass in seconds."""

    at: datetime
    """What it showed when it was asked."""
    asked: float
    """The monotonic clock then, in seconds."""
    rate: float
    """Its seconds per second."""

    @classmethod
    def fetch(cls, url: str) -> Self:
        """Ask once for `{"now": …, "rate": …}`. OSError if nobody answers, ValueError if that is not a clock's answer."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(url, timeout=10) as answer:
            tree = json.load(answer)
        if not isinstance(tree, dict) or tree.keys() < {"now", "rate"}:
            raise ValueError(f"{url} does not answer as a clock")
        return cls(datetime.fromisoformat(tree["now"]), time.monotonic(), float(tree["rate"]))

    def now(self) -> datetime:
        """The time now, in UTC."""
        return self.at + timedelta(seconds=(time.monotonic() - self.asked) * self.rate)

    def sleep(self, seconds: float) -> None:
        """Wait for this many of its seconds."""
        time.sleep(max(seconds, 0) / self.rate)


@dataclass(frozen=True)
class StoppedClock:
    """A clock that stands still: judgement in a replay, and tests."""

    at: datetime

    def now(self) -> datetime:
        """Always the same instant."""
        return self.at


def stamp(moment: datetime) -> str:
    """An instant as it is written into records: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_stamp(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromisoformat(text)
