"""What a canary's traffic was enough to find, what is lacking for go, and what smaller harm could have been missed. Pure."""

from collections.abc import Iterator
from math import ceil

from promotion.core.statistics import latency_power
from promotion.core.statistics import sequential_errors as sequential
from promotion.core.statistics.latency_power import Bar
from promotion.core.statistics.noise_model import Course
from promotion.core.statistics.proof import percent
from promotion.sections.rollout.canary_latency import BEYOND, LADDER, LAST, QUANTILE_LAST, LatencyFinding, Sides
from promotion.sections.rollout.minutes import VersionMinutes
from promotion.sections.rollout.watched import Watched
from promotion.settings.rollout import Judge

SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares of requests of which it is said from which on their being twice as slow would have been found."""
QUANTILES_TRIED = (0.75, 0.9)
"""Quantiles by which a slower version may be found where its durations have several modes."""


def is_enough(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    latency: LatencyFinding,
    watched: Watched,
    how: Judge,
    *,
    final: bool,
) -> bool:
    """Tell whether the declared harm would have been found, as `lacking` does, without saying what is lacking."""
    wanted = _requests_for(how, final=final)
    declared = (how.requests if final else how.first_look_requests) or 0
    if canary.requests < max(wanted, declared) or not any(minute.requests for minute in canary.minutes):
        return False
    if not final:
        return True
    if canary.durations < max(how.durations or 0, 0 if baseline is not None else wanted):
        return False
    return baseline is None or _chance_slower(latency, watched, how, how.slower_seen) >= how.power


def lacking(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    latency: LatencyFinding,
    watched: Watched,
    how: Judge,
    *,
    final: bool,
) -> tuple[str, ...]:
    """Say what is lacking for go, in requests and minutes; nothing if the declared harm would have been found."""
    return tuple(_lacking(canary, baseline, latency, watched, how, final=final))


def seen(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    latency: LatencyFinding,
    sides: Sides | None,
    watched: Watched,
    how: Judge,
) -> tuple[str, ...]:
    """Say what this traffic was enough to find, and what could have been missed."""
    return tuple(_seen(canary, baseline, latency, sides, watched, how))


def _lacking(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    latency: LatencyFinding,
    watched: Watched,
    how: Judge,
    *,
    final: bool,
) -> Iterator[str]:
    requests, rate, wanted = canary.requests, how.errors_to_find(final=final), _requests_for(how, final=final)
    if requests < wanted:
        chance = sequential.power(rate, requests, how.error_rate, how.error_proof)
        yield (
            f"the new version had {requests:,} requests, in which errors of {percent(rate)} would have been found with "
            f"{percent(chance)}; for {percent(how.power)} {wanted - requests:,} more are lacking{_time(canary, wanted)}"
        )
    if canary.own and not any(minute.requests for minute in canary.minutes):
        yield "no user's request reached the new version: those that the gate made itself say nothing of users alone"
    declared = how.requests if final else how.first_look_requests
    if declared is not None and requests < declared:
        yield f"the new version had {requests:,} requests; promotion.toml asks for {declared:,}"
    if not final:
        return
    known = canary.durations
    if how.durations is not None and known < how.durations:
        yield f"the durations of {known:,} of its warm requests are known; promotion.toml asks for {how.durations:,}"
    if baseline is not None:
        yield from _slower_lacking(canary, latency, watched, how)
    elif known < wanted:
        yield f"the durations of {known:,} of its warm requests are known; {wanted:,} are asked for, as of requests"


def _requests_for(how: Judge, *, final: bool) -> int:
    return sequential.requests_for(how.errors_to_find(final=final), how.power, how.error_rate, how.error_proof)


def _slower_lacking(canary: VersionMinutes, latency: LatencyFinding, watched: Watched, how: Judge) -> Iterator[str]:
    whole, bar, ratio = latency.whole, Bar(LAST, how.slower_by), how.slower_seen
    chance = _chance_slower(latency, watched, how, ratio)
    if chance >= how.power:
        return
    harm = f"a version {slower(ratio)}"
    if len(whole.minutes) < 2:
        yield (
            f"{harm} could not have been found: {len(whole.minutes)} minutes had durations of 8 warm requests of either "
            "version, and 2 at least are asked for"
        )
        return
    told = f"{harm} would have been found with {percent(chance)}, and {percent(how.power)} is asked for"
    times = latency_power.times_as_many(whole, watched.noise, watched.planned, bar, ratio, how.power)
    if times is not None:
        more = ceil((times - 1) * canary.durations)
        yield f"{told}: about {max(more, 1):,} more requests in these minutes are lacking"
        return
    longer = latency_power.minutes_for(whole, watched.noise, bar, ratio, how.power)
    rest = f"about {longer} minutes would do" if longer else "half an hour would not be enough"
    yield f"{told}: the versions differ from minute to minute, which more requests do not change; {rest}"


def _chance_slower(latency: LatencyFinding, watched: Watched, how: Judge, ratio: float) -> float:
    found = [latency_power.chance_found(latency.whole, watched.noise, watched.planned, Bar(LAST, how.slower_by), ratio)]
    for share, course in latency.quantiles:
        if found[-1] >= how.power:
            break
        if share in QUANTILES_TRIED and course.minutes:
            bar = Bar(QUANTILE_LAST, LADDER[share], settled=True)
            found.append(latency_power.chance_found(course, watched.noise, watched.planned, bar, ratio))
    return max(found)


def _seen(
    canary: VersionMinutes,
    baseline: VersionMinutes | None,
    latency: LatencyFinding,
    sides: Sides | None,
    watched: Watched,
    how: Judge,
) -> Iterator[str]:
    found, missed = [], []
    if canary.requests:
        rate = sequential.rate_found(canary.requests, how.power, how.error_rate, how.error_proof)
        if rate < 1:
            found.append(f"errors of {percent(rate)}")
            missed.append(f"a route that always fails and gets less than {percent(rate)} of the requests")
    if baseline is None:
        missed.append(
            f"a version that is slower but stays under {watched.limit_ms:g} ms, for no old version ran beside it"
        )
    else:
        bar = Bar(LAST, how.slower_by)
        ratio = latency_power.least_found(latency.whole, watched.noise, watched.planned, bar, how.power)
        if ratio is not None:
            found.append(f"a version {slower(ratio)}")
        share = None if sides is None else least_share(sides, latency.whole, how)
        missed.append(
            "a part of the requests that is twice as slow"
            + ("" if share is None else f", if it is less than {percent(share)} of them")
        )
    if found:
        yield f"with {canary.requests:,} requests {' and '.join(found)} would have been found with {percent(how.power)}"
    if missed:
        yield f"could have been missed: {', '.join(missed)}"
    if watched.noise.learned_from:
        yield f"noise between minutes is judged by the {watched.noise.learned_from} minutes before the deployment"
    elif baseline is not None:
        yield "noise between minutes is not known from before the deployment, so that the usual one is assumed"


def least_share(sides: Sides, whole: Course, how: Judge) -> float | None:
    """Give the least of `SHARES` of requests whose being twice as slow would be found in the tail; None if none would."""
    import numpy as np
    from scipy.stats import binom

    numbers = [one for one in whole.minutes[1:] if one < len(sides.baseline) and len(sides.baseline[one])]
    if not numbers:
        return None
    theirs = np.sort(np.concatenate([sides.baseline[one] for one in numbers]))
    mine = sum(len(sides.canary[one]) for one in numbers)
    share = min(BEYOND)
    allowed, least = BEYOND[share]
    mark = float(theirs[int(share * len(theirs))])
    twice = 1 - float(np.searchsorted(theirs, mark - np.log(2), "right")) / len(theirs)
    for slow in SHARES:
        ratio = 1 + slow * (twice - (1 - share)) / (1 - share)
        hits, others = ratio * (1 - share) * mine, (1 - share) * len(theirs)
        total = round(hits + others)
        fair = allowed * mine / (allowed * mine + len(theirs))
        needed = binom.isf(how.slower_chance, total, fair) + 1
        if ratio >= least and binom.sf(needed - 1, total, hits / (hits + others)) >= how.power:
            return slow
    return None


def slower(ratio: float) -> str:
    """Say how much slower a version is: `slower by 30 %`, `2 times as slow`."""
    return f"slower by {percent(ratio - 1)}" if ratio < 2 else f"{ratio:g} times as slow"


def _time(canary: VersionMinutes, wanted: int) -> str:
    """Say how long that takes at the traffic it had, from the first minute that had any."""
    counts = [
        sum(part[number].requests for part in canary.both() if number < len(part))
        for number in range(len(canary.minutes))
    ]
    first = next((number for number, count in enumerate(counts) if count), None)
    if first is None:
        return ""
    rate = sum(counts[first:]) / len(counts[first:])
    return f", about {ceil((wanted - sum(counts)) / rate):,} more minutes of such traffic"
