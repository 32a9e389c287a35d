"""The exact bounds agree with scipy's own test, and keep their promise in simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom, binomtest

from promotion.core.statistics import prove, requests_wanted
from promotion.core.statistics.binomial import chance_of_as_many, lower_bound, upper_bound

LIMIT = 0.001
COUNTS = st.integers(1, 50_000).flatmap(lambda of: st.tuples(st.integers(0, min(of, 400)), st.just(of)))
CONFIDENCE = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.999])


@settings(deadline=None)
@given(COUNTS, CONFIDENCE)
def test_bounds_are_those_of_clopper_and_pearson(counts, confidence):
    """One-sided, as scipy's binomtest gives them, and as quantiles of the beta distribution."""
    hits, of = counts
    for alternative, bound, given_by_us in (
        ("less", "high", upper_bound(hits, of, confidence)),
        ("greater", "low", lower_bound(hits, of, confidence)),
    ):
        interval = binomtest(hits, of, 0.5, alternative=alternative).proportion_ci(confidence, method="exact")
        assert given_by_us == pytest.approx(getattr(interval, bound), rel=1e-6, abs=1e-12)
    if hits < of:
        assert upper_bound(hits, of, confidence) == pytest.approx(beta.ppf(confidence, hits + 1, of - hits))


@settings(deadline=None)
@given(COUNTS, st.floats(1e-5, 0.5))
def test_the_p_value_is_that_of_the_exact_test(counts, share):
    """Of as many or more at the limit."""
    hits, of = counts
    expected = binomtest(hits, of, share, alternative="greater").pvalue
    assert chance_of_as_many(hits, of, share) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@settings(deadline=None)
@given(COUNTS, st.sampled_from([0.001, 0.01, 0.05]), CONFIDENCE)
def test_a_limit_is_broken_just_when_the_exact_test_says_so(counts, limit, confidence):
    """Bound and test are two sides of one thing; and no counts prove both."""
    hits, of = counts
    proof = prove(hits, of, limit, confidence)
    chance = chance_of_as_many(hits, of, limit)
    if abs(chance - (1 - confidence)) > 1e-9:
        assert proof.broken == (chance < 1 - confidence)
    assert not (proof.broken and proof.kept)
    assert proof.lower <= hits / of <= proof.upper


@settings(deadline=None)
@given(st.integers(0, 60), st.sampled_from([0.001, 0.01]), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_wanted_number_is_the_least_that_proves(hits, limit, confidence):
    """One request less would not do."""
    enough = requests_wanted(hits, limit, confidence)
    assert prove(hits, enough, limit, confidence).kept
    assert not prove(hits, enough - 1, limit, confidence).kept


@settings(deadline=None)
@given(COUNTS, st.sampled_from([0.001, 0.01]))
def test_what_is_asked_for_would_prove_it(counts, limit):
    """With so many more requests, none of them bad, the limit is kept."""
    hits, of = counts
    proof = prove(hits, of, limit, 0.95)
    assert (proof.wanted == 0) == proof.kept
    assert prove(hits, of + proof.wanted, limit, 0.95).kept


@pytest.mark.parametrize(
    ("confidence", "row"),
    [
        (0.90, [2302, 3889, 5321, 6679, 7992, 9273]),
        (0.95, [2995, 4742, 6294, 7752, 9151, 10511]),
        (0.99, [4603, 6636, 8403, 10042, 11601, 13105]),
    ],
)
def test_requests_wanted_for_an_error_rate_under_a_thousandth(confidence, row):
    """For 0 to 5 errors; the rule of three says 3000 for none at 95 %."""
    assert [requests_wanted(errors, LIMIT, confidence) for errors in range(6)] == row


def test_requests_wanted_for_a_99th_percentile():
    """299 requests with none slow, 473 with one, 628 with two, 773 with three."""
    assert [requests_wanted(slow, 0.01, 0.95) for slow in range(4)] == [299, 473, 628, 773]


@pytest.mark.parametrize("impossible", [(-1, 5), (6, 5), (0, -1)])
def test_counts_that_cannot_be_are_refused(impossible):
    """More hits than requests are a mistake, not a verdict."""
    with pytest.raises(ValueError, match="is impossible"):
        upper_bound(*impossible, 0.95)


def test_nothing_proves_nothing():
    """Without a request, neither side is proven."""
    proof = prove(0, 0, LIMIT, 0.95)
    assert not proof.broken
    assert not proof.kept
    assert proof.wanted == 2995


def verdicts(rate, of, runs=4000, seed=20):
    """How often simulated services of this error rate pass and fail."""
    drawn = np.random.default_rng(seed).binomial(of, rate, runs)
    judged = {int(hits): prove(int(hits), of, LIMIT, 0.95) for hits in set(drawn.tolist())}
    passed = sum(judged[hits].kept for hits in drawn.tolist()) / runs
    failed = sum(judged[hits].broken for hits in drawn.tolist()) / runs
    return passed, failed


@pytest.mark.parametrize("of", [300, 1000, 3000, 5000, 20_000, 60_000])
def test_a_service_twice_over_the_limit_hardly_ever_passes(of):
    """At a true rate of 0.2 %, whatever the number of requests: under 5 %."""
    passed, _ = verdicts(0.002, of)
    assert passed < 0.05


@pytest.mark.parametrize("of", [300, 3000, 20_000])
def test_a_service_on_the_limit_passes_as_rarely_as_promised(of):
    """At a true rate of just the limit a pass would be wrong: at most 5 %, and a little for chance."""
    passed, failed = verdicts(LIMIT, of)
    assert passed < 0.06
    assert failed < 0.06


def test_a_good_service_hardly_ever_fails():
    """At a true rate of 0.05 % and 20 000 requests: under 1 %; and most pass."""
    passed, failed = verdicts(0.0005, 20_000)
    assert failed < 0.01
    assert passed > 0.6


def test_a_bad_service_is_caught():
    """At a true rate of 1 % and 3000 requests, always; the bare share would pass one in three of 100 requests."""
    assert verdicts(0.01, 3000)[1] > 0.999
    assert verdicts(0.01, 100)[0] == 0
    assert binom.pmf(0, 100, 0.01) > 0.36


@settings(max_examples=50, deadline=None)
@given(COUNTS, st.floats(0.6, 0.9), st.floats(0.91, 0.999))
def test_more_confidence_widens_the_bounds(counts, less, more):
    """Who wants to be surer, knows less."""
    hits, of = counts
    assert upper_bound(hits, of, less) <= upper_bound(hits, of, more)
    assert lower_bound(hits, of, less) >= lower_bound(hits, of, more)
