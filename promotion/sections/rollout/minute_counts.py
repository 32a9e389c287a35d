"""Counts of a version by the minute as they are kept in a record: exact where few, to one percent where many. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log

from promotion.sections.rollout.minutes import SHORTEST_MS, Minute

MOST = 1000
"""Durations of a minute up to which each is kept as it is."""
STEP = 0.01
"""Beyond that they are kept to so much, as logarithms: one percent. Nothing is left out."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class MinuteCounts:
    """What one version did in one minute since T0."""

    requests: int = 0
    errors: int = 0
    durations_ms: tuple[float, ...] = ()
    """Of warm requests, in milliseconds, shortest first."""
    times: tuple[int, ...] = ()
    """How many took each of them; empty where each stands for one request."""

    @property
    def known(self) -> int:
        """How many durations are known."""
        return sum(self.times) if self.times else len(self.durations_ms)

    def minute(self) -> Minute:
        """Give it as the judge of canaries takes it."""
        if not self.times:
            return Minute(self.requests, self.errors, self.durations_ms)
        import numpy as np

        return Minute(self.requests, self.errors, np.repeat(self.durations_ms, self.times))


def minute_counts(requests: int, errors: int, durations_ms: Sequence[float]) -> MinuteCounts:
    """Keep the durations of a minute."""
    if len(durations_ms) <= MOST:
        return MinuteCounts(requests, errors, tuple(sorted(durations_ms)))
    steps: dict[int, int] = {}
    for ms in durations_ms:
        step = round(log(max(ms, SHORTEST_MS)) / STEP)
        steps[step] = steps.get(step, 0) + 1
    places = sorted(steps)
    return MinuteCounts(
        requests,
        errors,
        tuple(float(f"{exp(place * STEP):.5g}") for place in places),
        tuple(steps[place] for place in places),
    )


def by_minute(
    moments: Iterable[tuple[datetime, bool, float | None]],
    t0: datetime,
    until: datetime,
    unseen: Iterable[tuple[datetime, int, int]] = (),
    counted_from: datetime | None = None,
) -> tuple[MinuteCounts, ...]:
    """Count requests by the minute since T0: when each ended, whether it failed, and how long it took if that is to be kept.

    `unseen` are others of which no more is known than how many there were at a moment, and how many failures there were
    that none of the others tells. Of requests before `counted_from` it is not known whether they failed, so that they
    count with their duration alone.
    """
    count = max(-(-(until - t0) // MINUTE), 1)
    requests, errors = [0] * count, [0] * count
    durations: list[list[float]] = [[] for _ in range(count)]
    for at, failed, ms in moments:
        if at >= until:
            continue
        place = _place(at, t0, count)
        if counted_from is None or at >= counted_from:
            requests[place] += 1
            errors[place] += failed
        if ms is not None:
            durations[place].append(ms)
    for at, more, failures in unseen:
        place = _place(at, t0, count)
        requests[place] += more
        errors[place] += failures
    return tuple(
        minute_counts(max(requests[number], errors[number]), errors[number], durations[number])
        for number in range(count)
    )


def _place(at: datetime, t0: datetime, count: int) -> int:
    return min(max((at - t0) // MINUTE, 0), count - 1)
