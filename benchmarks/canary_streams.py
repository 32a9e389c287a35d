"""Made-up traffic of two versions beside each other: what the judge of a canary is measured on.

Requests come by chance at a steady rate (Poisson), a part of them to the new version, for five minutes. Durations are
log-normal around 120 ms with a spread of 0.5, unless a stream says otherwise. Requests that the gate makes itself go to
both versions, one a second, to a quicker path.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from promotion.sections.rollout.minutes import Minute, VersionMinutes

MINUTES, SHARE, OWN = 5, 0.1, 1.0
SECONDS = 60 * MINUTES
LOOKS = 20
"""One every 15 seconds."""
MEDIAN_MS, SPREAD = 120.0, 0.5
OVER_P99 = MEDIAN_MS * float(np.exp(SPREAD * 2.326))
CORRELATION = 0.7

Numbers = NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True)
class Version:
    """What a version is like."""

    errors: float = 0.0001
    slower: float = 1.0
    since: int = 0
    """The minute in which its errors and its slowness begin."""
    noise: float = 0.0
    """Standard deviation of its own noise, which lasts for minutes: AR(1) with 0.7 from one to the next."""
    part: float = 0.0
    """The share of its requests that takes twice as long."""
    over: float = 0.0
    """The share of its requests that takes longer than 99 % of the old version's do."""
    cold: float = 0.0
    """The share of its requests that starts cold; of these no duration is compared."""
    start: float = 0.0
    """How much slower it is in the beginning, falling off with 20 seconds."""
    modes: bool = False
    """Whether 80 % of the requests are answered from a cache, in 40 ms, and the others in 300."""
    warming: float = 0.0
    """Seconds until its cache is as full as the old version's."""
    missed_ms: float = 300.0
    """How long requests take that are not answered from the cache."""


@dataclass(frozen=True)
class Stream:
    """Two versions, and what befalls both."""

    name: str
    good: bool
    new: Version = Version()
    old: Version = Version()
    ramp: tuple[float, float] = (1.0, 1.0)
    """How many times as slow both are in the beginning and in the end."""
    shared_noise: float = 0.0
    slow_dependency: float = 1.0
    """How many times as slow both are from the second minute on."""
    share: float = SHARE
    own: float = 0.0
    """Requests a second that the gate makes of either version."""


@dataclass(frozen=True)
class Drawn:
    """A stream, drawn: both versions by the minute, and their failures and slow answers by the look."""

    new: VersionMinutes
    old: VersionMinutes
    counts: NDArray[np.int64]
    """Of both versions, by look and minute: requests, failures, durations, durations over the limit."""


def with_own(stream: Stream) -> Stream:
    """The same stream, with requests of the gate's own."""
    return replace(stream, name=f"{stream.name}, own requests", own=OWN)


def draw(random: Random, stream: Stream, per_second: float, limit_ms: float) -> Drawn:
    """Draw five minutes of a stream."""
    shared = _noise(random, stream.shared_noise)
    sides, counts = [], []
    for version, share in ((stream.new, stream.share), (stream.old, 1 - stream.share)):
        level = shared + _noise(random, version.noise)
        users = _requests(random, stream, version, per_second * share, level)
        parts = [users]
        if stream.own:
            parts.append(_requests(random, stream, version, stream.own, level, scale=0.2))
        sides.append(VersionMinutes(*(_minutes(*part) for part in parts)))
        counts.append(sum(_counts(*part, limit_ms) for part in parts))
    return Drawn(sides[0], sides[1], np.stack(counts))


def _requests(
    random: Random, stream: Stream, version: Version, rate: float, level: Numbers, scale: float = 1.0
) -> tuple[Numbers, NDArray[np.bool_], Numbers, NDArray[np.bool_]]:
    """Draw requests: when, whether they failed, how long they took in milliseconds, whether they started cold."""
    count = random.poisson(rate * SECONDS)
    at = np.sort(random.random(count) * SECONDS)
    minute = (at // 60).astype(int)
    bad = minute >= version.since
    ms = _durations(random, version, at) * scale
    ms *= np.where(bad, version.slower, 1.0) * np.exp(level[minute])
    ms *= stream.ramp[0] + (stream.ramp[1] - stream.ramp[0]) * at / SECONDS
    ms *= np.where(minute >= 1, stream.slow_dependency, 1.0) * (1 + version.start * np.exp(-at / 20))
    failed = random.random(count) < np.where(bad, version.errors, Version.errors)
    return at, failed, ms, random.random(count) < version.cold


def _durations(random: Random, version: Version, at: Numbers) -> Numbers:
    count = len(at)
    if version.modes:
        hits = 0.8 * np.minimum(at / version.warming, 1.0) if version.warming else np.full(count, 0.8)
        ms = np.where(random.random(count) < hits, 40.0, version.missed_ms) * random.lognormal(0, 0.4, count)
    else:
        ms = random.lognormal(np.log(MEDIAN_MS), SPREAD, count)
    if version.part:
        ms = np.where(random.random(count) < version.part, 2 * ms, ms)
    if version.over:
        ms = np.where(random.random(count) < version.over, OVER_P99 * (1 + random.exponential(0.3, count)), ms)
    return ms


def _noise(random: Random, deviation: float) -> Numbers:
    steps = random.standard_normal(MINUTES) * deviation
    for number in range(1, MINUTES):
        steps[number] = CORRELATION * steps[number - 1] + np.sqrt(1 - CORRELATION**2) * steps[number]
    return steps


def _minutes(at: Numbers, failed: NDArray[np.bool_], ms: Numbers, cold: NDArray[np.bool_]) -> tuple[Minute, ...]:
    bounds = np.searchsorted(at, np.arange(MINUTES + 1) * 60)
    return tuple(
        Minute(int(end - start), int(failed[start:end].sum()), ms[start:end][~cold[start:end]])
        for start, end in pairwise(bounds)
    )


def _counts(
    at: Numbers, failed: NDArray[np.bool_], ms: Numbers, cold: NDArray[np.bool_], limit_ms: float
) -> NDArray[np.int64]:
    """Count by look and minute: requests, failures, durations, durations over the limit."""
    place = (at // (SECONDS / LOOKS)).astype(int)
    kinds = (np.ones(len(at), bool), failed, ~cold, ~cold & (ms > limit_ms))
    steps = np.stack([np.bincount(place[kind], minlength=LOOKS) for kind in kinds])
    return np.einsum("lms,ks->klm", _SEEN, steps)


def _seen() -> NDArray[np.int64]:
    """Tell which steps of 15 seconds of a minute are over at a look."""
    look, minute, step = np.indices((LOOKS, MINUTES, LOOKS))
    return ((step <= look) & (step // (LOOKS // MINUTES) == minute)).astype(np.int64)


_SEEN = _seen()


AR = "noise of 10 % a version"
GOOD = (
    Stream("good", good=True),
    Stream("good, two modes", good=True, new=Version(modes=True), old=Version(modes=True)),
    Stream("at the limit of errors", good=True, new=Version(errors=0.001), old=Version(errors=0.001)),
    Stream(AR, good=True, new=Version(noise=0.1), old=Version(noise=0.1)),
    Stream("noise of 20 % a version", good=True, new=Version(noise=0.2), old=Version(noise=0.2)),
    Stream("noise of 20 % on both alike", good=True, shared_noise=0.2),
    Stream("ramp 1.15 to 1.35 on both", good=True, ramp=(1.15, 1.35)),
    Stream("10 % cold starts", good=True, new=Version(cold=0.1)),
    Stream("cache warms for 60 s", good=True, new=Version(modes=True, warming=60), old=Version(modes=True)),
    Stream("three times as slow at first, for 20 s", good=True, new=Version(start=2.0)),
    Stream("dependency ten times as slow on both", good=True, slow_dependency=10),
    Stream("5 % errors on both", good=True, new=Version(errors=0.05), old=Version(errors=0.05)),
)
BAD = (
    Stream("1 % errors", good=False, new=Version(errors=0.01)),
    Stream("3 % errors", good=False, new=Version(errors=0.03)),
    Stream("slower by 30 %", good=False, new=Version(slower=1.3)),
    Stream("twice as slow", good=False, new=Version(slower=2.0)),
    Stream("twice as slow from minute 3", good=False, new=Version(slower=2.0, since=3)),
    Stream("one route in 100 fails", good=False, new=Version(errors=0.0101)),
    Stream("20 % twice as slow", good=False, new=Version(part=0.2)),
    Stream("three times as many over p99", good=False, new=Version(over=0.0202)),
    Stream(
        "cache misses take 600 instead of 300 ms",
        good=False,
        new=Version(modes=True, missed_ms=600),
        old=Version(modes=True),
    ),
    Stream("10 % errors from minute 4", good=False, new=Version(errors=0.1, since=4)),
    Stream("3 % errors from minute 4", good=False, new=Version(errors=0.03, since=4)),
)
NOISY = (
    Stream("twice as slow, noise of 20 %", good=False, new=Version(slower=2.0, noise=0.2), old=Version(noise=0.2)),
    Stream("slower by 30 %, noise of 10 %", good=False, new=Version(slower=1.3, noise=0.1), old=Version(noise=0.1)),
)
OWN_REQUESTS = tuple(
    with_own(next(one for one in (*GOOD, *BAD) if one.name == name))
    for name in ("good", AR, "3 % errors", "twice as slow")
)
