"""Whether a canary fails too often, or is too often over its limit of duration: against the limit, and the old version. Pure.

The same two e-processes (`sequential_errors`) judge failures against `error_rate`, and durations over the limit against
`slow_share`. What the limit does not explain is held against the new version if the old one keeps the limit, or if the
new one is plainly worse than it; else both suffer from something that going back would not change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promotion.core.statistics import sequential_errors as sequential
from promotion.core.statistics.proof import percent
from promotion.sections.rollout.minutes import Minute, VersionMinutes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

WORSE = 50.0
"""How much likelier "worse than the old version" must be where the old one does not keep the limit either."""
SUSPICIOUS = 5.0
"""How much likelier a broken limit may be than a kept one for a canary to be called healthy."""


@dataclass(frozen=True)
class LimitFinding:
    """What counts say about a limit. Sentences without a full stop, empty where there is nothing to say."""

    against: str = ""
    shared: str = ""
    """The limit is broken, but the old version breaks it as well."""
    suspicion: str = ""
    """Too many to be called healthy, too few to be held against it."""
    e_value: float = 1.0


def judge_errors(
    canary: VersionMinutes, baseline: VersionMinutes | None, limit: float, proof: float, planned: int
) -> LimitFinding:
    """Judge the share of requests that failed; `limit` is the share that may, `planned` the minutes of the watch."""

    def say(hits: int, of: int) -> str:
        rate = percent(hits / of)
        return (
            f"{hits} of {of:,} requests failed ({rate}), which is more than an error rate of {percent(limit)} explains"
        )

    return _judge(canary, baseline, lambda minute: (minute.errors, minute.requests), limit, proof, planned, say)


def judge_slow(
    canary: VersionMinutes, baseline: VersionMinutes | None, limit_ms: float, share: float, proof: float, planned: int
) -> LimitFinding:
    """Judge the share of warm requests that took longer than a limit; `share` is that which may."""

    def count(minute: Minute) -> tuple[int, int]:
        return minute.over(limit_ms), len(minute.durations_ms)

    def say(hits: int, of: int) -> str:
        slow = f"{percent(hits / of)} of its requests took longer than {limit_ms:g} ms ({hits} of {of:,})"
        return f"{slow}; the limit is {percent(share)}"

    return _judge(canary, baseline, count, share, proof, planned, say)


def _judge(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    count: Callable[[Minute], tuple[int, int]],
    limit: float,
    proof: float,
    planned: int,
    say: Callable[[int, int], str],
) -> LimitFinding:
    hits, of = _by_minute(canary, count, planned)
    theirs, their_of = ([0] * planned, [0] * planned) if baseline is None else _by_minute(baseline, count, planned)
    if not sum(of):
        return LimitFinding()
    found = float(sequential.against_limit(hits, of, limit))
    told = say(sum(hits), sum(of))
    if found < proof:
        return LimitFinding(
            suspicion=f"{told}, which is suspected harm and not proven" if found >= SUSPICIOUS else "", e_value=found
        )
    if bool(is_shared(hits, of, theirs, their_of, limit)):
        rate = percent(sum(theirs) / sum(their_of))
        return LimitFinding(
            shared=f"{told}; {rate} of the old version's do as well, so check what both depend on: a rollback would "
            "not fix it",
            e_value=found,
        )
    return LimitFinding(against=told, e_value=found)


def is_shared(
    hits: "ArrayLike", of: "ArrayLike", theirs: "ArrayLike", their_of: "ArrayLike", limit: float
) -> "NDArray[np.bool_]":
    """Tell whether a limit that is broken here is not kept there either, and not plainly worse here.

    Counts by the minute, on the last axis.
    """
    import numpy as np

    known = np.asarray(their_of).sum(-1) > 0
    keeps = sequential.against_limit(theirs, their_of, limit) < 1
    found: NDArray[np.bool_] = known & ~keeps & (sequential.against_other(hits, of, theirs, their_of) < WORSE)
    return found


def _by_minute(
    side: VersionMinutes, count: Callable[[Minute], tuple[int, int]], planned: int
) -> tuple[list[int], list[int]]:
    """Count hits and requests by the minute, users' and own together; what came after the watch counts to its last minute."""
    hits, of = [0] * planned, [0] * planned
    for part in side.both():
        for number, minute in enumerate(part):
            more, requests = count(minute)
            place = min(number, planned - 1)
            hits[place] += more
            of[place] += requests
    return hits, of
