"""A spike: rare by chance, seen when it is there."""

import random
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.sections.postdeploy.budget.spike import spike, visible_share
from promotion.sections.postdeploy.counts import Counts


def by_hand(before, after):
    """Fisher's exact test by counting: of all ways to place the failures, those with so many after or more."""
    errors, whole = before.errors + after.errors, before.requests + after.requests
    ways = sum(
        comb(after.requests, k) * comb(before.requests, errors - k)
        for k in range(after.errors, min(errors, after.requests) + 1)
    )
    return ways / comb(whole, errors)


small = st.integers(1, 40).flatmap(lambda n: st.integers(0, n).map(lambda k: Counts(n, k)))


@given(small, small)
def test_the_chance_is_exact(before, after):
    """The chance is that which one gets by counting."""
    assert spike(before, after).chance == pytest.approx(by_hand(before, after), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rate", [0.0005, 0.01, 0.2])
def test_false_alarms_are_rare(rate):
    """Where nothing changed, a spike is seen in no more than one of a hundred cases."""
    dice = random.Random(7)
    drawn = [[sum(dice.random() < rate for _ in range(n)) for n in (900, 300)] for _ in range(300)]
    rose = sum(spike(Counts(900, first), Counts(300, second)).rose(0.01, 1.0) for first, second in drawn)
    assert rose <= 8  # 3 expected at most; more than 8 comes once in some hundred runs


@given(st.integers(0, 50), st.integers(500, 5000), st.integers(100, 5000))
@settings(max_examples=60)
def test_what_is_said_to_be_visible_is(errors, before, requests):
    """The least share that is seen is seen, and one failure less is not."""
    old = Counts(before, errors)
    share = visible_share(old, requests, 0.01)
    if share is None:
        assert spike(old, Counts(requests, requests)).chance >= 0.01
        return
    count = round(share * requests)
    assert spike(old, Counts(requests, count)).chance < 0.01
    assert count == 0 or spike(old, Counts(requests, count - 1)).chance >= 0.01


@pytest.mark.parametrize("sides", [(Counts(0, 0), Counts(10, 10)), (Counts(10, 0), Counts(0, 0))])
def test_an_empty_side_says_nothing(sides):
    """Without requests on a side there is no spike, and none could be seen."""
    assert not spike(*sides).rose(0.01, 1.5)
    assert visible_share(Counts(0, 0), 100, 0.01) is None


def test_a_sure_but_slight_rise_is_none():
    """Of very many requests, a rise by a tenth is sure, and not worth a word."""
    found = spike(Counts(10**7, 10**4), Counts(10**7, 11_000))
    assert found.chance < 1e-6
    assert not found.rose(0.01, 1.5)
