"""Errors by the minute: e-processes begun anew, against a limit and against another version, by definition and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from promotion.core.statistics.error_rates import e_value
from promotion.core.statistics.sequential_errors import (
    TIMES_AS_OFTEN,
    against_limit,
    against_other,
    fewest_proving,
    log_e_values,
    power,
    rate_found,
    requests_for,
    start_weights,
)

LIMIT, PROOF = 0.001, 20


def test_the_table_is_the_single_values():
    """Element by element it is the e-value of one pair of counts."""
    errors, requests = np.array([[0, 1, 3], [7, 20, 0]]), np.array([[10, 50, 300], [1200, 6000, 0]])
    wanted = [
        [e_value(int(k), int(n), LIMIT) for k, n in zip(*row, strict=True)]
        for row in zip(errors, requests, strict=True)
    ]
    assert np.exp(log_e_values(errors, requests, LIMIT)) == pytest.approx(np.array(wanted), rel=1e-9)


@pytest.mark.parametrize("minutes", [1, 2, 5, 30])
def test_the_weights_of_the_starts_are_one(minutes):
    """So that their mean is an e-process; most of it from the beginning."""
    weights = start_weights(minutes)
    assert len(weights) == minutes
    assert sum(weights) == pytest.approx(1)
    assert weights[0] == max(weights)


def test_a_watch_without_a_minute_is_refused():
    """There is nothing to begin with."""
    with pytest.raises(ValueError, match="cannot be"):
        start_weights(0)


def test_it_is_the_mean_of_processes_begun_at_each_minute():
    """By its definition: 0.6 from the start, 0.1 from each later minute on."""
    errors, requests = [0, 0, 1, 0, 4], [60, 61, 59, 60, 62]
    wanted = sum(
        weight * e_value(sum(errors[start:]), sum(requests[start:]), LIMIT)
        for start, weight in enumerate((0.6, 0.1, 0.1, 0.1, 0.1))
    )
    assert float(against_limit(errors, requests, LIMIT)) == pytest.approx(wanted, rel=1e-9)


def test_the_other_side_is_compared_by_its_definition():
    """The mean of likelihood ratios of an error's coming from this side, request by request."""
    errors, requests, others, other_requests = [2, 3], [60, 60], [1, 0], [540, 240]
    shares = [n / (n + m) for n, m in zip(requests, other_requests, strict=True)]

    def ratio(times, start):
        found = 1.0
        for k, j, s in list(zip(errors, others, shares, strict=True))[start:]:
            found *= times**k / (1 + s * (times - 1)) ** (k + j)
        return found

    wanted = np.mean([0.6 * ratio(times, 0) + 0.4 * ratio(times, 1) for times in TIMES_AS_OFTEN])
    assert float(against_other(errors, requests, others, other_requests)) == pytest.approx(wanted, rel=1e-9)


def test_a_minute_without_the_other_side_says_nothing_about_it():
    """Nothing can be compared with what was not there."""
    assert float(against_other([9], [60], [0], [0])) == pytest.approx(1)
    assert float(against_other([0], [0], [9], [60])) == pytest.approx(1)


def test_errors_that_begin_late_are_found_late():
    """Twelve in the last minute prove what they would not among all requests of a long watch."""
    errors, requests = [0] * 29 + [12], [600] * 30
    assert float(against_limit(errors, requests, LIMIT)) > PROOF > e_value(12, sum(requests), LIMIT)


@pytest.mark.parametrize("rate", [LIMIT, LIMIT / 10])
def test_a_version_at_the_limit_is_rarely_ever_suspected(rate):
    """Looked at every 15 seconds for five minutes, at most 5 % ever reach 20, at any traffic (Ville's inequality)."""
    dice = np.random.default_rng(8)
    for per_look in (2, 15, 150):
        steps = dice.binomial(per_look, rate, (2000, 20))
        assert _ever(steps, np.full(20, per_look), lambda k, n: against_limit(k, n, LIMIT)) <= 0.05


@pytest.mark.parametrize(("share", "rate"), [(0.1, 0.05), (0.5, 0.02), (0.1, 0.001)])
def test_versions_that_fail_alike_are_rarely_told_apart(share, rate):
    """Looked at every 15 seconds, at most 2 % ever reach 50 while both fail alike, whatever the rate."""
    dice = np.random.default_rng(9)
    requests = 300
    mine = dice.binomial(round(share * requests), rate, (2000, 20))
    theirs = dice.binomial(requests - round(share * requests), rate, (2000, 20))
    of, their_of = round(share * requests), requests - round(share * requests)
    ever = np.zeros(2000, bool)
    for look in range(20):
        k, j = (_minutes(one, look) for one in (mine, theirs))
        n, m = (_minutes(np.full((2000, 20), one), look) for one in (of, their_of))
        ever |= against_other(k, n, j, m) >= 50
    assert ever.mean() <= 0.02


def test_a_version_that_fails_three_times_as_often_is_told_apart():
    """Both rates: what ought to be found is."""
    dice = np.random.default_rng(10)
    k, j = dice.binomial(600, 0.09, (500, 5)), dice.binomial(5400, 0.03, (500, 5))
    assert (against_other(k, np.full((500, 5), 600), j, np.full((500, 5), 5400)) >= 50).mean() > 0.99


def test_the_fewest_errors_and_the_requests_that_find_a_rate():
    """The tables of the documentation."""
    assert {n: fewest_proving(n, LIMIT, PROOF) for n in (30, 100, 300, 1000, 3000)} == {
        30: 2,
        100: 3,
        300: 4,
        1000: 6,
        3000: 11,
    }
    assert fewest_proving(1, LIMIT, PROOF) == 2
    wanted = {0.01: 1049, 0.02: 386, 0.03: 208, 0.05: 124, 0.10: 46}
    assert {rate: requests_for(rate, 0.95, LIMIT, PROOF) for rate in wanted} == wanted


@given(st.sampled_from([0.02, 0.03, 0.05, 0.2]), st.sampled_from([0.8, 0.95, 0.99]))
def test_so_many_requests_find_the_rate(rate, chance):
    """From that number on the exact binomial power is at least what was asked for; just below it is not."""
    wanted = requests_for(rate, chance, LIMIT, PROOF)
    assert all(power(rate, wanted + more, LIMIT, PROOF) >= chance for more in (0, 1, 7, wanted // 2, wanted))
    assert power(rate, wanted - 1, LIMIT, PROOF) < chance
    found = fewest_proving(wanted, LIMIT, PROOF)
    assert power(rate, wanted, LIMIT, PROOF) == pytest.approx(stats.binom.sf(found - 1, wanted, rate))


@given(st.integers(1, 5000))
def test_the_rate_that_would_be_found_is_found(requests):
    """What the page claims is the least rate of that power."""
    rate = rate_found(requests, 0.95, LIMIT, PROOF)
    assert rate == 1 or power(rate, requests, LIMIT, PROOF) == pytest.approx(0.95, abs=1e-6)


def test_a_rate_at_the_limit_cannot_be_asked_for():
    """No traffic tells them apart."""
    with pytest.raises(ValueError, match="cannot be distinguished"):
        requests_for(LIMIT, 0.95, LIMIT, PROOF)


def _minutes(steps, look):
    seen = np.where(np.arange(20) <= look, steps, 0)
    return seen.reshape(len(steps), 5, 4).sum(2)


def _ever(steps, of, judge):
    ever = np.zeros(len(steps), bool)
    for look in range(20):
        ever |= judge(_minutes(steps, look), _minutes(np.broadcast_to(of, steps.shape), look)) >= PROOF
    return ever.mean()
