"""The decision on a canary of which only the sums were kept: records that were made before counts were kept by the minute.

It decides as it did when they were made, so that they are judged alike when they are judged again. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from promotion.core.statistics.binomial import upper_bound
from promotion.core.statistics.error_rates import e_value, fewest_errors, worse_than
from promotion.core.statistics.latencies import detectable_ratio, shift, slow_share_chance
from promotion.core.statistics.proof import percent
from promotion.sections.rollout.canary import CanaryDecision, Decision
from promotion.settings.rollout import Judge

ALIKE = 0.01
"""A canary whose errors are likelier than this under the old version's rate is no worse than the old version."""
SURE = 0.95
FIRST_LOOK, REQUESTS, DURATIONS = 100, 670, 299
"""What was asked for where a record does not say."""


@dataclass(frozen=True)
class VersionCounts:
    """What one version did in the time looked at."""

    requests: int
    errors: int
    throttles: int = 0
    durations_ms: Sequence[float] = ()
    """Of warm requests, in milliseconds; a sample of them where there are very many."""
    cold_ms: Sequence[float] = ()
    """Of requests that had to start an environment first, with that start."""


def judge_pooled(
    canary: VersionCounts, baseline: VersionCounts | None, limit_ms: float, how: Judge, *, final: bool
) -> CanaryDecision:
    """Decide on a canary by all it did since it got traffic.

    `baseline` is the old version in the same minutes, None where no traffic was left to it; `limit_ms` is the duration
    that no more than `how.slow_share` of requests may exceed. The first decision (`final` False) asks for less: it says
    only that nothing speaks against going on to watch.
    """
    against: list[str] = []
    missing: list[str] = []
    evidence = e_value(canary.errors, canary.requests, how.error_rate)
    if evidence >= how.error_proof:
        told = f"{canary.errors} of {canary.requests:,} requests failed ({percent(canary.errors / canary.requests)})"
        both = _both_fail(canary, baseline, how)
        (missing if both else against).append(
            f"{told}, which is more than an error rate of {percent(how.error_rate)} explains"
            + (f"; {both}" if both else "")
        )
    if canary.throttles > how.throttles:
        against.append(
            f"{canary.throttles} requests were throttled for lack of concurrency; {how.throttles} are allowed"
        )
    moved = None if baseline is None else shift(canary.durations_ms, baseline.durations_ms)
    if moved is not None and moved.chance < how.slower_chance and moved.ratio > how.slower_by:
        against.append(f"its median duration is {moved.ratio:.2f} times the old version's, more than chance explains")
    against += _too_slow(canary, baseline, limit_ms, how)
    missing += _too_little(canary, limit_ms, how, final=final)
    decision = Decision.NO_GO if against else Decision.HOLD if missing else Decision.GO
    return CanaryDecision(
        decision,
        tuple(against),
        tuple(missing),
        seen=_seen(canary, baseline, how),
        e_value=evidence,
        figures=_figures(canary, limit_ms),
    )


def _both_fail(canary: VersionCounts, baseline: VersionCounts | None, how: Judge) -> str:
    """Tell that the old version fails alike: then it is something both lean on, and a rollback fixes nothing."""
    if baseline is None or not baseline.requests:
        return ""
    others = e_value(baseline.errors, baseline.requests, how.error_rate)
    chance = worse_than(canary.errors, canary.requests, baseline.errors, baseline.requests)
    if others < how.error_proof or chance < ALIKE:
        return ""
    rate = percent(baseline.errors / baseline.requests)
    return f"the old version fails alike ({rate}), so check what both depend on: a rollback would not fix it"


def _too_slow(canary: VersionCounts, baseline: VersionCounts | None, limit_ms: float, how: Judge) -> list[str]:
    """Hold the share of slow requests against the canary, unless the old version is as slow."""
    of, slow = len(canary.durations_ms), _slow(canary, limit_ms)
    if slow_share_chance(slow, of, how.slow_share) >= how.slower_chance:
        return []
    told = (
        f"{percent(slow / of)} of its requests took longer than {limit_ms:g} ms; the limit is {percent(how.slow_share)}"
    )
    if baseline is not None and len(baseline.durations_ms):
        theirs, others = _slow(baseline, limit_ms), len(baseline.durations_ms)
        if slow_share_chance(theirs, others, how.slow_share) < how.slower_chance and (
            worse_than(slow, of, theirs, others) >= ALIKE
        ):
            return []
    return [told]


def _too_little(canary: VersionCounts, limit_ms: float, how: Judge, *, final: bool) -> list[str]:
    wanted = (how.requests or REQUESTS) if final else (how.first_look_requests or FIRST_LOOK)
    missing = []
    if canary.requests < wanted:
        missing.append(f"the new version had {canary.requests:,} requests; {wanted:,} are needed to decide")
    if not final:
        return missing
    known = len(canary.durations_ms)
    if known < (how.durations or DURATIONS):
        missing.append(
            f"the durations of {known:,} of its warm requests are known; {how.durations or DURATIONS:,} are needed"
        )
    elif (bound := upper_bound(_slow(canary, limit_ms), known, SURE)) >= how.slow_share:
        missing.append(
            f"up to {percent(bound)} of its requests may take longer than {limit_ms:g} ms; the limit is "
            f"{percent(how.slow_share)}"
        )
    return missing


def _seen(canary: VersionCounts, baseline: VersionCounts | None, how: Judge) -> tuple[str, ...]:
    """Say what this traffic was enough to see, so that silence is not taken for more than it is."""
    found = []
    if canary.requests:
        bound = upper_bound(canary.errors, canary.requests, SURE)
        enough = fewest_errors(canary.requests, how.error_rate, how.error_proof)
        found.append(
            f"with {canary.requests:,} requests an error rate over {percent(bound)} is excluded; {enough} errors "
            "would have been too many"
        )
    if baseline is not None:
        ratio = detectable_ratio(canary.durations_ms, baseline.durations_ms, how.slower_chance)
        if ratio is not None:
            rise = max(ratio, how.slower_by) - 1
            found.append(f"a median slower by {percent(rise)} would have been detected")
    return tuple(found)


def _slow(side: VersionCounts, limit_ms: float) -> int:
    return int(sum(duration > limit_ms for duration in side.durations_ms))


def _figures(canary: VersionCounts, limit_ms: float) -> dict[str, float]:
    return {
        "requests": canary.requests,
        "errors": canary.errors,
        "throttles": canary.throttles,
        "durations": len(canary.durations_ms),
        "slow": _slow(canary, limit_ms),
        "cold": len(canary.cold_ms),
    }
