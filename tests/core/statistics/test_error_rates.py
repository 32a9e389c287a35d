"""Errors of a canary: the e-process against its own integral, against published counts, and by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from promotion.core.statistics.error_rates import RATE, SHAPE, e_value, fewest_errors, worse_than

LIMIT = 0.001


@pytest.mark.parametrize(("errors", "requests"), [(0, 50), (1, 300), (3, 300), (7, 1200), (20, 6000)])
def test_it_is_the_mixture_that_it_says(errors, requests):
    """The closed form equals the integral over every rate above the limit, taken numerically."""
    prior = stats.gamma(SHAPE, scale=1 / RATE)
    mean = requests * LIMIT

    def inside(multiple):
        likelier = stats.poisson.pmf(errors, mean * multiple) / stats.poisson.pmf(errors, mean)
        return prior.pdf(multiple) / prior.sf(1) * likelier

    whole, _ = integrate.quad(inside, 1, np.inf, limit=400)
    assert e_value(errors, requests, LIMIT) == pytest.approx(whole, rel=1e-4)


@pytest.mark.parametrize(
    ("proof", "fewest"),
    [
        (20, {30: 2, 60: 2, 120: 2, 300: 3, 600: 4, 1200: 6, 3000: 10, 6000: 16, 18000: 34}),
        (100, {30: 2, 60: 3, 120: 3, 300: 4, 600: 5, 1200: 7, 3000: 11, 6000: 17, 18000: 37}),
    ],
)
def test_the_fewest_errors_that_send_back(proof, fewest):
    """The table by which people can check a decision."""
    assert {requests: fewest_errors(requests, LIMIT, proof) for requests in fewest} == fewest


@given(requests=st.integers(1, 50_000), errors=st.integers(0, 200))
def test_one_error_more_says_more_and_one_request_more_says_less(requests, errors):
    """The value grows with errors and falls with requests without one."""
    errors = min(errors, requests - 1)
    here = e_value(errors, requests, LIMIT)
    assert e_value(errors + 1, requests, LIMIT) > here or here == float("inf")
    assert e_value(errors, requests + 1000, LIMIT) <= here * (1 + 1e-9) or errors == 0


def test_a_good_version_is_rarely_ever_suspected():
    """Looked at after every ten requests, at the limit itself, at most 5 % ever reach 20 (Ville's inequality)."""
    random = np.random.default_rng(7)
    known: dict[tuple[int, int], float] = {}
    ever = 0
    for _ in range(400):
        counts = np.cumsum(random.random(3000) < LIMIT)[9::10]
        for place, errors in enumerate(counts):
            key = (int(errors), 10 * (place + 1))
            if key not in known:
                known[key] = e_value(*key, LIMIT)
            if known[key] >= 20:
                ever += 1
                break
    assert ever / 400 <= 0.05


@given(st.integers(0, 30), st.integers(1, 500), st.integers(0, 30), st.integers(1, 500))
def test_the_comparison_is_fisher_s(errors, requests, others, other_requests):
    """It gives what scipy's own exact test gives."""
    errors, others = min(errors, requests), min(others, other_requests)
    table = [[errors, requests - errors], [others, other_requests - others]]
    wanted = stats.fisher_exact(table, alternative="greater").pvalue
    assert worse_than(errors, requests, others, other_requests) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("errors", "requests", "limit"), [(-1, 10, 0.1), (11, 10, 0.1), (1, 10, 0), (1, 10, 1)])
def test_counts_that_cannot_be_are_refused(errors, requests, limit):
    """A mistake in counting is no evidence."""
    with pytest.raises(ValueError, match="is impossible"):
        e_value(errors, requests, limit)


def test_the_extremes_are_finite_or_plainly_infinite():
    """No overflow, no warning: nothing seen is 1 at most, everything failing is proof."""
    assert e_value(0, 0, LIMIT) == pytest.approx(1)
    assert e_value(0, 10_000_000, LIMIT) < 1e-3
    assert e_value(100_000, 100_000, LIMIT) == float("inf")
    assert worse_than(1, 0, 1, 5) == 1
