"""The decision on a canary: go, no-go or hold, each with its reasons and with what could not have been seen. Pure.

Go means two things: nothing speaks against it, and with this traffic the harm that is declared (`errors_seen`,
`slower_seen`) would have been found with the power that is declared. What raises suspicion without being proven holds.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from promotion.sections.rollout.minutes import VersionMinutes
from promotion.sections.rollout.watched import Watched
from promotion.settings.rollout import Judge


class Decision(StrEnum):
    """What is to be done."""

    GO = "go"
    NO_GO = "no-go"
    HOLD = "hold"


@dataclass(frozen=True)
class CanaryDecision:
    """A decision, and everything it rests on. Sentences without a full stop."""

    decision: Decision
    against: tuple[str, ...] = ()
    """Why it must go back."""
    missing: tuple[str, ...] = ()
    """Why it cannot be called healthy yet."""
    suspected: tuple[str, ...] = ()
    """What of that is harm which is suspected and not proven."""
    seen: tuple[str, ...] = ()
    """What would have been noticed with this traffic, and what could have been missed."""
    e_value: float = 1.0
    figures: dict[str, float] = field(default_factory=dict)

    def sentence(self) -> str:
        """Say it to a person."""
        if self.decision is Decision.NO_GO:
            return "; ".join(self.against)
        if self.decision is Decision.HOLD:
            return "; ".join((*self.missing, *self.seen))
        return "; ".join(self.seen)


def judge_canary(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    watched: Watched,
    how: Judge,
    *,
    final: bool,
    explain: bool = True,
) -> CanaryDecision:
    """Decide on a canary by all it did since T0.

    `baseline` is the old version in the same minutes, None where no traffic was left to it. The first decision (`final`
    False) asks for less: it says only that nothing speaks against going on to watch. Without `explain` the decision is
    the same, but what is lacking and what would have been found is not worked out: simulations do without.
    """
    from promotion.sections.rollout import canary_power as power
    from promotion.sections.rollout.canary_errors import judge_errors, judge_slow
    from promotion.sections.rollout.canary_latency import LatencyFinding, compare, judge_latency

    planned = watched.planned
    errors = judge_errors(canary, baseline, how.error_rate, how.error_proof, planned)
    slow = judge_slow(canary, baseline, watched.limit_ms, how.slow_share, how.error_proof, planned)
    sides = None if baseline is None else compare(canary, baseline)
    if sides is not None and watched.whole is not None and not final:
        sides = sides.until(watched.whole)
    latency = LatencyFinding()
    if sides is not None:
        latency = judge_latency(sides, watched.noise, planned, how.slower_by, how.slower_chance, final=final)
    refused = ""
    if canary.throttles > how.throttles:
        refused = f"{canary.throttles} requests were throttled for lack of concurrency; {how.throttles} are allowed"
    against = tuple(one for one in (errors.against, refused, *latency.against, slow.against) if one)
    suspected = tuple(one for one in (errors.suspicion, *latency.suspicions, slow.suspicion) if one)
    missing = (*(one for one in (errors.shared, slow.shared) if one), *(suspected if final else ()))
    seen: tuple[str, ...] = ()
    if not against and explain:
        missing += power.lacking(canary, baseline, latency, watched, how, final=final)
        seen = power.seen(canary, baseline, latency, sides, watched, how)
    elif not (against or missing or power.is_enough(canary, baseline, latency, watched, how, final=final)):
        missing = ("too little",)
    decision = Decision.NO_GO if against else Decision.HOLD if missing else Decision.GO
    return CanaryDecision(
        decision, against, missing, suspected, seen, errors.e_value, _figures(canary, watched.limit_ms)
    )


def _figures(canary: VersionMinutes, limit_ms: float) -> dict[str, float]:
    parts = [minute for part in canary.both() for minute in part]
    return {
        "requests": canary.requests,
        "own": sum(minute.requests for minute in canary.own),
        "errors": canary.errors,
        "throttles": canary.throttles,
        "durations": canary.durations,
        "slow": sum(minute.over(limit_ms) for minute in parts),
        "cold": len(canary.cold_ms),
    }
