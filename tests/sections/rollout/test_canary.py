"""The decision on a canary by the minute: what sends it back, what holds it, what go promises, and what it says."""

from dataclasses import replace

import numpy as np
import pytest

from promotion.core.statistics.noise_model import Noise
from promotion.sections.rollout.canary import Decision, judge_canary
from promotion.sections.rollout.minutes import Minute, VersionMinutes
from promotion.sections.rollout.watched import Watched
from promotion.settings.rollout import Judge

HOW, WATCHED = Judge(), Watched()


def durations(many, slower=1.0, seed=3):
    """Durations as they are in real life: log-normal."""
    return np.random.default_rng(seed).lognormal(np.log(120 * slower), 0.5, many)


def side(requests=200, errors=(0,) * 5, slower=(1.0,) * 5, seed=1, **more):
    """A version with so many requests in each of five minutes."""
    minutes = tuple(
        Minute(requests, failed, durations(requests, times, [seed, number]))
        for number, (failed, times) in enumerate(zip(errors, slower, strict=True))
    )
    return VersionMinutes(minutes, **more)


OLD = side(1800, (1, 0, 0, 1, 0), seed=2)


def decide(canary, baseline=OLD, *, final=True, how=HOW, watched=WATCHED):
    """Judge by the defaults."""
    return judge_canary(canary, baseline, watched, how, final=final)


def test_a_healthy_canary_goes_and_says_what_would_have_been_found():
    """GO, with the harm that this traffic was enough to find, and what could have been missed."""
    judged = decide(side())
    assert judged.decision is Decision.GO
    found, missed, noise = judged.seen
    assert found == "with 1,000 requests errors of 1.05 % and a version slower by 50 % would have been found with 95 %"
    assert missed == (
        "could have been missed: a route that always fails and gets less than 1.05 % of the requests, a part of the requests "
        "that is twice as slow, if it is less than 30 % of them"
    )
    assert noise == "noise between minutes is not known from before the deployment, so that the usual one is assumed"


def test_ten_requests_a_second_are_enough_for_go():
    """A tenth of them for five minutes: 300 requests, in which 3 % errors and twice the latency would have been found."""
    assert decide(side(60), side(540, seed=2)).decision is Decision.GO


SLOWER = (1.3,) * 5
BACK = {
    "errors": (
        side(errors=(2, 1, 1, 1, 1)),
        "6 of 1,000 requests failed (0.6 %), which is more than an error rate of 0.1 % explains",
    ),
    "errors of the last minute": (side(errors=(0, 0, 0, 0, 6)), "6 of 1,000 requests failed"),
    "throttles": (side(throttles=1), "1 requests were throttled for lack of concurrency; 0 are allowed"),
    "slower": (side(slower=SLOWER), "it is slower than the old version in the same minutes, by "),
    "slower from the fourth minute on": (
        side(slower=(1, 1, 1, 2, 2)),
        "it is slower than the old version in the same minutes",
    ),
    "over the limit": (side(slower=(4,) * 5), "% of its requests took longer than 1000 ms"),
}


@pytest.mark.parametrize("name", BACK)
def test_what_sends_it_back(name):
    """Each by itself, said in figures."""
    canary, said = BACK[name]
    judged = decide(canary)
    assert judged.decision is Decision.NO_GO
    assert said in judged.sentence()


def tailed(share, times, requests=600):
    """A version of which a share of the requests takes so many times as long."""
    minutes = []
    for number in range(5):
        ms = durations(requests, seed=[7, number])
        slow = np.random.default_rng([8, number]).random(requests) < share
        minutes.append(Minute(requests, 0, np.where(slow, times * ms, ms)))
    return VersionMinutes(tuple(minutes))


def test_a_part_of_the_requests_that_is_slower_sends_it_back():
    """The median knows little of one request in five; quantiles above it, and counts beyond the old version's, do."""
    many = side(5400, seed=2)
    judged = decide(tailed(0.2, 2), many)
    assert judged.decision is Decision.NO_GO
    assert "its 90th percentile is 1.30 times the old version's" in judged.sentence()
    judged = decide(tailed(0.04, 3.5), many)
    assert judged.decision is Decision.NO_GO
    assert "take longer than 99 % of the old version's do" in judged.sentence()


def test_too_little_holds_and_says_what_is_lacking():
    """In requests and minutes, with what would have been found."""
    judged = decide(side(20), side(180, seed=2))
    assert judged.decision is Decision.HOLD
    assert (
        "the new version had 100 requests, in which errors of 3 % would have been found with 58 %; for 95 % 108 more are "
        "lacking, about 6 more minutes of such traffic"
    ) in judged.sentence()
    none = decide(VersionMinutes((Minute(),) * 5))
    assert none.decision is Decision.HOLD
    assert "a version 2 times as slow could not have been found: 0 minutes had" in none.sentence()


def test_noise_between_minutes_holds_and_asks_for_minutes():
    """More requests do not change it."""
    wild = (0.9, 1.5, 1.1, 0.7, 1.2)
    judged = decide(side(1000, slower=wild), side(9000, seed=2), how=replace_how(slower_seen=1.3))
    assert judged.decision is Decision.HOLD
    assert "the versions differ from minute to minute, which more requests do not change" in judged.sentence()


def test_what_is_suspected_holds_and_is_told_apart():
    """Too many to be called healthy, too few to be held against it."""
    judged = decide(side(errors=(1, 1, 1, 1, 1)))
    assert judged.decision is Decision.HOLD
    assert len(judged.suspected) == 1
    assert "5 of 1,000 requests failed (0.5 %)" in judged.suspected[0]
    assert set(judged.suspected) <= set(judged.missing)
    assert decide(side(errors=(1, 1, 1, 1, 1)).until(4), OLD.until(4), final=False).decision is Decision.GO


def test_the_first_decision_asks_for_less():
    """At T+2, 46 requests are enough to go on watching: 10 % errors would have been found."""
    for requests, decision in ((23, Decision.GO), (22, Decision.HOLD)):
        early = side(requests).until(2)
        assert decide(early, OLD.until(2), final=False).decision is decision, requests
    assert decide(side(23)).decision is Decision.HOLD


def test_a_minute_that_is_not_over_says_nothing_of_durations_yet():
    """Its errors count at once."""
    early = side(slower=(1, 1, 2, 1, 1)).until(3)
    watched = replace(WATCHED, whole=2)
    assert decide(early, OLD.until(3), final=False, watched=watched).decision is Decision.GO
    failing = side(errors=(0, 0, 6, 0, 0)).until(3)
    assert decide(failing, OLD.until(3), final=False, watched=watched).decision is Decision.NO_GO


def test_both_versions_failing_alike_is_a_hold():
    """A dependency that fails both is not changed by going back; the sentence says so."""
    both = decide(side(errors=(6,) * 5), side(1800, (54,) * 5, seed=2))
    assert both.decision is Decision.HOLD
    assert "3 % of the old version's do as well, so check what both depend on" in both.sentence()
    assert decide(side(errors=(12,) * 5), side(1800, (54,) * 5, seed=2)).decision is Decision.NO_GO


def test_both_versions_being_slow_alike_is_no_reason_to_go_back():
    """What exceeds the limit on both is not held against the new version, nor called healthy."""
    both = decide(side(slower=(1, 6, 6, 6, 6)), side(1800, slower=(1, 6, 6, 6, 6), seed=2))
    assert both.decision is Decision.HOLD
    assert "of the old version's do as well" in both.sentence()


def test_a_start_is_not_held_against_it():
    """Caches that fill in the first minute say nothing of the others."""
    assert decide(side(slower=(2.5, 1, 1, 1, 1))).decision is Decision.GO


def test_without_an_old_version_the_limits_alone_judge():
    """Where all traffic moves at once there is no other side; go says so."""
    alone = decide(side(), None)
    assert alone.decision is Decision.GO
    assert "no old version ran beside it" in alone.sentence()
    assert decide(side(errors=(2, 1, 1, 1, 1)), None).decision is Decision.NO_GO
    assert decide(side(slower=SLOWER), None).decision is Decision.GO
    silent = VersionMinutes(tuple(Minute(200) for _ in range(5)))
    assert decide(silent, None).decision is Decision.HOLD


def test_requests_of_our_own_make_thin_traffic_judgeable():
    """One a second to both versions: counted apart, summed for errors, compared among themselves for durations."""
    own, others = side(60, seed=11).minutes, side(60, seed=12).minutes
    thin, old = side(6), side(54, seed=2)
    assert decide(thin, old).decision is Decision.HOLD
    judged = decide(replace(thin, own=own), replace(old, own=others))
    assert judged.decision is Decision.GO
    assert (judged.figures["requests"], judged.figures["own"]) == (330, 300)
    slow = side(60, slower=(2,) * 5, seed=11).minutes
    assert decide(replace(thin, own=slow), replace(old, own=others)).decision is Decision.NO_GO
    failing = side(60, (2,) * 5, seed=11).minutes
    assert decide(replace(thin, own=failing), replace(old, own=others)).decision is Decision.NO_GO


def test_requests_of_our_own_are_not_compared_with_users():
    """A quicker path is no quicker version."""
    quick = tuple(Minute(60, 0, durations(60, 0.2, [13, number])) for number in range(5))
    new, old = replace(side(60), own=quick), replace(side(540, seed=2), own=quick)
    assert decide(new, old).decision is Decision.GO


def test_requests_of_our_own_alone_say_nothing_of_users():
    """With no request of a user's at all it holds, however many the gate made itself."""
    own = side(60, seed=11).minutes
    empty = VersionMinutes((Minute(),) * 5, own=own)
    judged = decide(empty, replace(OLD, own=side(60, seed=12).minutes))
    assert judged.decision is Decision.HOLD
    assert "no user's request reached the new version" in judged.sentence()


def test_cold_starts_are_set_apart():
    """They are counted, and never compared with warm requests."""
    judged = decide(side(cold_ms=[2500.0] * 80))
    assert judged.decision is Decision.GO
    assert judged.figures["cold"] == 80


def test_learned_noise_is_said_and_lifts_the_bound():
    """Steady minutes before the deployment let smaller harm be found."""
    steady = Noise((1.0, *[0.0] * 6), (1.0, *[0.0] * 6), (1.0, *[0.0] * 6), 30)
    judged = decide(side(), watched=replace(WATCHED, noise=steady))
    assert "a version slower by 15 %" in judged.sentence()
    assert "noise between minutes is judged by the 30 minutes before the deployment" in judged.sentence()
    assert "noise between minutes is not known from before" in decide(side()).sentence()


def replace_how(**changed):
    """The defaults, changed."""
    return HOW.model_copy(update=changed)


def test_what_is_declared_is_asked_for():
    """Smaller harm needs more traffic; a number of requests that is declared holds as well."""
    assert decide(side(), how=replace_how(errors_seen=0.01)).decision is Decision.HOLD
    assert decide(side(), how=replace_how(slower_seen=1.05)).decision is Decision.HOLD
    declared = decide(side(), how=replace_how(requests=2000))
    assert declared.decision is Decision.HOLD
    assert "1,000 requests; promotion.toml asks for 2,000" in declared.sentence()
    assert decide(side(), how=replace_how(durations=1500)).decision is Decision.HOLD
    assert decide(side().until(2), OLD.until(2), final=False, how=replace_how(first_look_requests=500)).decision is (
        Decision.HOLD
    )


@pytest.mark.parametrize("canary", [side(), side(20), side(errors=(1, 1, 1, 1, 1)), side(errors=(2,) * 5), side(100)])
@pytest.mark.parametrize("baseline", [OLD, None])
@pytest.mark.parametrize("final", [True, False])
def test_without_words_the_decision_is_the_same(canary, baseline, final):
    """What simulations ask is what the page says."""
    asked = judge_canary(canary, baseline, WATCHED, HOW, final=final, explain=False)
    assert asked.decision is decide(canary, baseline, final=final).decision
