"""Percentiles bound the number of samples over a limit, whichever definition of a percentile they follow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.core.statistics import prove
from promotion.core.statistics.percentiles import count_over
from promotion.sections.observability.metrics.latency import PERCENTILES

METHODS = ("linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased")
SAMPLES = st.lists(st.floats(1, 5000), min_size=1, max_size=600)


@settings(deadline=None)
@given(SAMPLES, st.floats(1, 5000), st.sampled_from(METHODS))
def test_the_true_count_lies_between_the_bounds(samples, limit, method):
    """For every usual definition."""
    percentiles = {one: float(np.percentile(samples, one, method=method)) for one in PERCENTILES}
    least, most = count_over(limit, len(samples), max(samples), percentiles)
    assert least <= sum(value > limit for value in samples) <= most


@settings(deadline=None)
@given(SAMPLES, st.floats(1, 5000))
def test_without_any_percentile_nothing_is_known(samples, limit):
    """Then everything can lie over the limit, or nothing."""
    assert count_over(limit, len(samples), None, {}) == (0, len(samples))


@pytest.mark.parametrize(("slow", "verdict"), [(0, "kept"), (5, "kept"), (50, "open"), (300, "broken")])
def test_a_tail_is_judged_by_percentiles_alone(slow, verdict):
    """Of 4000 samples: none or a few over the limit pass, one in eighty cannot be told, one in thirteen fails."""
    samples = [1200.0] * slow + [200.0] * (4000 - slow)
    percentiles = {one: float(np.percentile(samples, one)) for one in PERCENTILES}
    least, most = count_over(1000, len(samples), max(samples), percentiles)
    proof = prove(most, len(samples), 0.01, 0.95, at_least=least)
    assert ("broken" if proof.broken else "kept" if proof.kept else "open") == verdict
