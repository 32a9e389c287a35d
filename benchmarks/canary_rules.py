"""Rules by which a canary is sent back: ours, and others' beside it, on the same drawn streams.

* `judge`: ours, with the shipped defaults, looking every 15 seconds; the decision is `no-go`, `go` or `hold`.
* `kayenta`: the published rule of Kayenta's NetflixACAJudge on one-minute points: Mann-Whitney with confidence 0.98 and a
  tolerance of a quarter of the estimate, each metric by itself, mean of durations and share of errors
  (https://spinnaker.io/docs/guides/user/canary/judge/).
* `static`: back when the error rate of the five minutes is over 0.1 %, or the 99th percentile over 1000 ms.
* `argo`: conditions as in analysis templates of Argo Rollouts (https://argo-rollouts.readthedocs.io/en/stable/features/
  analysis/), measured every minute: 99 % of the requests succeed, and the 95th percentile is no more than 1.25 times the
  old version's; back at the second measurement that fails (`failureLimit: 1`).
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import mannwhitneyu

from benchmarks.canary_streams import MINUTES, Drawn, Numbers
from promotion.core.statistics import sequential_errors as sequential
from promotion.sections.rollout.canary import Decision, judge_canary
from promotion.sections.rollout.canary_errors import is_shared
from promotion.sections.rollout.canary_latency import compare, judge_latency
from promotion.sections.rollout.minutes import VersionMinutes
from promotion.sections.rollout.watched import Watched
from promotion.settings.rollout import Judge

HOW, WATCHED = Judge(), Watched()
Rule = Callable[[Drawn], bool]


def judge(drawn: Drawn) -> Decision:
    """Look every 15 seconds: no-go at any look is no-go, else the last decision counts."""
    if _counts_speak_against(drawn):
        return Decision.NO_GO
    sides = compare(drawn.new, drawn.old)
    for minutes in range(2, MINUTES):
        found = judge_latency(
            sides.until(minutes), WATCHED.noise, MINUTES, HOW.slower_by, HOW.slower_chance, final=False
        )
        if found.against:
            return Decision.NO_GO
    return judge_canary(drawn.new, drawn.old, WATCHED, HOW, final=True, explain=False).decision


def _counts_speak_against(drawn: Drawn) -> bool:
    new, old = drawn.counts
    for limit, hits, of in ((HOW.error_rate, 1, 0), (HOW.slow_share, 3, 2)):
        broken = sequential.against_limit(new[hits], new[of], limit) >= HOW.error_proof
        if broken.any() and (broken & ~is_shared(new[hits], new[of], old[hits], old[of], limit)).any():
            return True
    return False


def static(drawn: Drawn) -> bool:
    """Compare the rate and the percentile with their limits."""
    ms = _durations(drawn.new)
    requests = sum(minute.requests for minute in drawn.new.minutes)
    failed = sum(minute.errors for minute in drawn.new.minutes)
    return bool(requests and failed / requests > 0.001) or bool(len(ms) and np.quantile(ms, 0.99) > 1000)


def kayenta(drawn: Drawn) -> bool:
    """Compare one-minute points of both versions."""
    for points in (_means, _rates):
        mine, theirs = points(drawn.new), points(drawn.old)
        if len(mine) and len(theirs) and _is_high(mine, theirs):
            return True
    return False


def argo(drawn: Drawn) -> bool:
    """Count measurements that fail."""
    failed = 0
    for new, old in zip(drawn.new.minutes, drawn.old.minutes, strict=True):
        if not new.requests:
            continue
        slower = (
            len(new.durations_ms)
            and len(old.durations_ms)
            and (np.quantile(new.durations_ms, 0.95) > 1.25 * np.quantile(old.durations_ms, 0.95))
        )
        failed += bool(new.errors / new.requests > 0.01 or slower)
    return failed > 1


OTHERS: dict[str, Rule] = {"kayenta": kayenta, "static": static, "argo": argo}


def _durations(side: VersionMinutes) -> Numbers:
    return np.concatenate([np.asarray(minute.durations_ms, dtype=float) for minute in side.minutes])


def _means(side: VersionMinutes) -> Numbers:
    return np.array([np.mean(minute.durations_ms) for minute in side.minutes if len(minute.durations_ms)])


def _rates(side: VersionMinutes) -> Numbers:
    return np.array([minute.errors / minute.requests for minute in side.minutes if minute.requests])


def _is_high(mine: Numbers, theirs: Numbers) -> bool:
    if np.array_equal(np.sort(mine), np.sort(theirs)):
        return False
    estimate = float(np.median(mine[:, None] - theirs[None, :]))
    if estimate <= 0:
        return False
    lower = mine - 0.25 * estimate
    return bool(mannwhitneyu(lower, theirs, alternative="greater", method="asymptotic").pvalue < 0.01)
