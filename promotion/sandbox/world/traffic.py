"""What flows through a target, minute by minute: a function of time, so that it has no beginning and does not grow old.

Metrics and logs are both read off it and therefore agree. A fault turns the knobs of a `Flow`, for ever or from a
moment on, and what was measured is what it would have been.
"""

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from math import exp, floor
from typing import Any

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moto's times have no zone
POOL = 4093
"""How many latencies are drawn; a prime, so that minutes do not repeat each other."""
GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, are spread evenly over 0 to 1, however many there are."""


def minute_of(moment: datetime) -> int:
    """Give the minute a moment is in, counted from 1970. The moment is UTC without a zone."""
    return (moment - EPOCH) // timedelta(minutes=1)


def start_of(minute: int) -> datetime:
    """Give the moment a minute starts."""
    return EPOCH + timedelta(minutes=minute)


def binary(total: int, hits: int) -> list[tuple[float, float]]:
    """Give one sample for each of `total` requests: 1 for `hits` of them, 0 for the rest."""
    return [pair for pair in ((0.0, total - hits), (1.0, hits)) if pair[1] > 0]


@cache
def latencies(median: float, spread: float, ceiling: float) -> tuple[float, ...]:
    """Draw the latencies of a target once, twice in a row: log-normal, in milliseconds, none above `ceiling`."""
    dice = random.Random(f"{median} {spread}")
    drawn = [round(min(median * exp(spread * dice.gauss(0, 1)), ceiling), 2) for _ in range(POOL)]
    return tuple(drawn * 2)


@dataclass(frozen=True)
class Answered:
    """A request that the live service answered."""

    member: str
    """Instance or version; empty where none was in service."""
    status: int
    ms: float


class Live:
    """What the live service has answered, by the minute. The threads that serve write it."""

    def __init__(self) -> None:
        self._minutes: dict[int, list[Answered]] = {}
        self._lock = threading.Lock()

    def note(self, moment: datetime, one: Answered) -> None:
        """Count a request. The moment is UTC without a zone."""
        with self._lock:
            self._minutes.setdefault(minute_of(moment), []).append(one)

    def served(self, minute: int, member: str | None = None) -> list[Answered]:
        """Give what members answered in a minute, or one of them."""
        with self._lock:
            found = tuple(self._minutes.get(minute, ()))
        return [one for one in found if one.member and member in {None, one.member}]

    @property
    def began(self) -> int | None:
        """The first minute in which somebody asked."""
        with self._lock:
            return min(self._minutes, default=None)

    def answered(self, minute: int, family: int) -> int:
        """Tell how many of a minute were answered with a status like 200, 400 or 500."""
        return sum(one.status // 100 == family // 100 for one in self.served(minute))

    def turned_away(self, minute: int) -> int:
        """Tell how many requests of a minute there was nobody for."""
        with self._lock:
            return sum(not one.member for one in self._minutes.get(minute, ()))


@dataclass
class Flow:
    """What a target carries, and how well it does. Shares are 0 to 1."""

    median_ms: float
    spread: float
    ceiling_ms: float
    requests: int = 130
    """A minute, on average."""
    errors: float = 0
    """The share that the target fails: an error of the function, a 5xx of an instance."""
    refused: float = 0
    """The share that does not reach the target: throttled by Lambda, answered with 503 by the load balancer."""
    handled_errors: float = 0
    """The share that a function answers with 500 of its own: an error to callers, not to Lambda."""
    client_errors: float = 0.004
    """The share answered with 4xx."""
    slowness: float = 1
    """What every latency is multiplied with."""
    tail: float = 0
    """The share that takes ten times as long."""
    cold: float = 0
    """The share of requests that wait for a cold start, which is not part of a function's own duration."""
    uncorrelated: float = 0
    """The share of log lines without a correlation id."""
    one_id: bool = False
    """Whether every request is logged with the same correlation id."""
    logged: bool = True
    """Whether anything is logged at all."""
    live: Live = field(default_factory=Live, repr=False, compare=False)
    """Requests that really came, which metrics count with the rest; the service logs them itself."""
    changes: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    """From which minute on which knobs are turned to what."""
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Knobs of one alone, over the others: of a version of the function, by its number, or of the instances of a fleet
    (`blue`, `green`). They count where a rollout is played."""

    def change(self, since: datetime, **knobs: Any) -> None:
        """Turn knobs from a moment on. TypeError for a knob that there is not."""
        replace(self, **knobs)
        self.changes.append((minute_of(since), knobs))

    def at(self, minute: int) -> "Flow":
        """Give the knobs as they are in a minute."""
        if not self.changes:
            return self
        turned: dict[str, Any] = {}
        for since, knobs in self.changes:
            if minute >= since:
                turned |= knobs
        return replace(self, changes=[], **turned)

    def of(self, who: str, minute: int) -> "Flow":
        """Give the knobs of a version or fleet as they are in a minute."""
        own = self.versions.get(who)
        return replace(self.at(minute), changes=[], **own) if own else self.at(minute)

    def count(self, minute: int) -> int:
        """Tell how many requests there are in a minute: some more or less than on average."""
        return max(round(self.requests * (1 + ((minute * 2654435761) % 31 - 15) / 100)), 0)

    def share(self, minute: int, count: int, share: float) -> int:
        """Tell how many of a minute's requests a share is: a whole number, right over many minutes."""
        return floor(count * share + (minute * GOLDEN) % 1) if share else 0

    def drawn(self, minute: int, count: int) -> Sequence[float]:
        """Tell how long each request of a minute takes where nothing is wrong, in milliseconds."""
        offset = minute * 2_097_143 % POOL
        return latencies(self.median_ms, self.spread, self.ceiling_ms)[offset : offset + count]

    def took(self, minute: int, count: int) -> Sequence[float]:
        """Tell how long each request of a minute took, in milliseconds."""
        drawn = self.drawn(minute, count)
        if self.slowness == 1 and not self.tail:
            return drawn
        slow = self.share(minute, count, self.tail)
        return [round(ms * self.slowness * (10 if place < slow else 1), 2) for place, ms in enumerate(drawn)]


def function_flow() -> Flow:
    """Give the traffic of a healthy function: p99 about 330 ms."""
    return Flow(median_ms=86, spread=0.58, ceiling_ms=870)


def fleet_flow() -> Flow:
    """Give the traffic of a healthy fleet: p99 about 160 ms."""
    return Flow(median_ms=41, spread=0.58, ceiling_ms=430)


@dataclass
class Load:
    """How loaded an instance is, in percent."""

    cpu: float = 23
    memory: float = 41

    def wobble(self, minute: int, value: float) -> float:
        """Give a value as it is measured in a minute: a little off."""
        return round(min(max(value + (minute * 40503 % 17 - 8) / 4, 0), 100), 2)
