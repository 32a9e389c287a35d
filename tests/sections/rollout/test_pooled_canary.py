"""The decision on a canary of which only sums were kept, as older records have it: it stays what it was."""

import numpy as np
import pytest
from scipy import stats

from promotion.core.statistics.latencies import detectable_ratio, shift, slow_share_chance
from promotion.sections.rollout.canary import Decision
from promotion.sections.rollout.pooled_canary import VersionCounts, judge_pooled
from promotion.settings.rollout import Judge

HOW, LIMIT = Judge(), 1000.0


def durations(many, slower=1.0, seed=3):
    """Warm durations as they are in real life: log-normal."""
    return np.random.default_rng(seed).lognormal(np.log(120 * slower), 0.5, many)


def side(requests=1000, errors=0, throttles=0, ms=None, cold=()):
    """A version with so many requests, each with a duration."""
    return VersionCounts(requests, errors, throttles, durations(requests) if ms is None else ms, cold)


OLD = side(9000, 3, ms=durations(9000, seed=4))


def decide(canary, baseline=OLD, *, final=True):
    """Judge by the defaults."""
    return judge_pooled(canary, baseline, LIMIT, HOW, final=final)


def test_a_healthy_canary_goes_on_and_says_what_would_have_been_seen():
    """GO, with the effects that this traffic was enough to see."""
    judged = decide(side())
    assert judged.decision is Decision.GO
    assert judged.sentence() == (
        "with 1,000 requests an error rate over 0.299 % is excluded; 6 errors would have been too many; a median "
        "slower by 10 % would have been detected"
    )


@pytest.mark.parametrize(
    ("canary", "said"),
    [
        (side(errors=6), "6 of 1,000 requests failed (0.6 %), which is more than an error rate of 0.1 % explains"),
        (side(throttles=1), "1 requests were throttled for lack of concurrency; 0 are allowed"),
        (side(ms=durations(1000, 1.3)), "its median duration is 1."),
        (
            side(ms=np.append(durations(970), [1500.0] * 30)),
            "3 % of its requests took longer than 1000 ms; the limit is 1 %",
        ),
    ],
)
@pytest.mark.parametrize("final", [False, True])
def test_what_sends_it_back(canary, said, final):
    """Errors, throttles, a slower median, a slow tail: each by itself, at either decision, said in figures."""
    judged = decide(canary, final=final)
    assert judged.decision is Decision.NO_GO
    assert said in judged.sentence()


@pytest.mark.parametrize(
    ("canary", "said"),
    [
        (side(600), "the new version had 600 requests; 670 are needed to decide"),
        (side(1000, ms=durations(200)), "the durations of 200 of its warm requests are known; 299 are needed"),
        (
            side(1000, ms=np.append(durations(993), [1500.0] * 7)),
            "of its requests may take longer than 1000 ms; the limit is 1 %",
        ),
        (side(0), "the new version had 0 requests"),
    ],
)
def test_too_little_holds_and_says_what_could_have_been_seen(canary, said):
    """Neither go nor no-go, with what is wanted."""
    judged = decide(canary)
    assert judged.decision is Decision.HOLD
    assert said in judged.sentence()


def test_the_first_decision_asks_for_less():
    """At T+2, a hundred requests and no bound on the tail are enough to go on watching."""
    assert decide(side(120), final=False).decision is Decision.GO
    assert decide(side(99), final=False).decision is Decision.HOLD
    assert decide(side(120)).decision is Decision.HOLD


def test_both_versions_failing_alike_is_a_hold():
    """A dependency that fails both is not mended by going back; the sentence says so."""
    both = decide(side(1000, 30), side(9000, 270))
    assert both.decision is Decision.HOLD
    assert "the old version fails alike (3 %), so check what both depend on" in both.sentence()
    assert decide(side(1000, 60), side(9000, 270)).decision is Decision.NO_GO


def test_both_versions_being_slow_alike_is_no_reason_to_go_back():
    """The tail that was there before is not held against the new version, nor called healthy."""
    slow = side(1000, ms=np.append(durations(960), [1500.0] * 40))
    old = side(9000, ms=np.append(durations(8640), [1500.0] * 360))
    assert decide(slow, old).decision is Decision.HOLD


def test_without_a_baseline_the_limits_alone_judge():
    """Where all traffic moves at once there is no other side: errors and the slow share still send it back."""
    assert decide(side(), None).decision is Decision.GO
    assert decide(side(errors=6), None).decision is Decision.NO_GO
    assert decide(side(ms=durations(1000, 1.3)), None).decision is Decision.GO


def test_cold_starts_are_set_apart():
    """They are counted, and never compared with warm requests."""
    judged = decide(side(cold=[2500.0] * 80))
    assert judged.decision is Decision.GO
    assert judged.figures["cold"] == 80


def test_the_rank_test_is_scipy_s_and_asks_for_thirty_a_side():
    """Corrected for ties, one-sided; nothing is said of fewer."""
    mine, theirs = np.round(durations(50, 1.2), -1), np.round(durations(400), -1)
    found = shift(mine, theirs)
    assert found.chance == pytest.approx(stats.mannwhitneyu(mine, theirs, alternative="greater").pvalue, rel=1e-6)
    assert shift(mine[:29], theirs) is None
    assert shift([5.0] * 40, [5.0] * 40).chance == 1
    assert shift([1.0] * 40, [0.0] * 40).ratio == float("inf")


def test_the_detectable_ratio_is_what_it_says():
    """Versions slower by that much are found in nine of ten runs, within what simulation can tell."""
    old = durations(2000)
    ratio = detectable_ratio(durations(200), old, 0.001)
    random = np.random.default_rng(5)
    found = [
        shift(random.lognormal(np.log(120 * ratio), 0.5, 200), random.lognormal(np.log(120), 0.5, 2000)).chance < 0.001
        for _ in range(300)
    ]
    assert 0.84 <= np.mean(found) <= 0.96
    assert detectable_ratio([1.0] * 10, old, 0.001) is None


def test_the_slow_share_is_the_exact_binomial():
    """And says nothing without a duration."""
    assert slow_share_chance(12, 300, 0.01) == pytest.approx(stats.binomtest(12, 300, 0.01, "greater").pvalue)
    assert slow_share_chance(0, 0, 0.01) == 1
