"""Shifts between versions: the median difference by its definition, its standard error, quantiles and tails."""

import numpy as np
import pytest
from scipy import stats

from promotion.core.statistics import quantile_ladder, shifts, tails
from promotion.core.statistics.shifts import Shift


def logs(many, moved=0.0, spread=0.5, seed=3):
    """Sorted logarithms of durations."""
    return np.sort(np.random.default_rng(seed).normal(moved, spread, many))


def test_the_shift_is_the_median_of_all_differences():
    """As Hodges and Lehmann have it."""
    mine, theirs = logs(40, 0.3), logs(90, seed=4)
    found = shifts.shift(mine, theirs)
    assert found.value == pytest.approx(np.median(mine[:, None] - theirs[None, :]), abs=1e-3)


@pytest.mark.parametrize(("many", "most"), [(8, 72), (60, 540), (3000, 27_000)])
def test_its_standard_error_is_true(many, most):
    """Over many draws it lies as far from the truth as it says, also where samples stand for all of them."""
    dice = np.random.default_rng(5)
    away = []
    for _ in range(300 if many < 1000 else 60):
        found = shifts.shift(np.sort(dice.normal(0.3, 0.5, many)), np.sort(dice.normal(0, 0.5, most)))
        away.append((found.value - 0.3) / found.variance**0.5)
    assert abs(np.mean(away)) < 0.25
    assert 0.8 < np.std(away) < 1.25


def test_a_few_very_slow_requests_hardly_move_it():
    """One request in twenty that takes a hundred times as long moves it by less than its standard error."""
    mine, theirs = logs(100), logs(900, seed=4)
    found = shifts.shift(np.sort(np.append(mine[:-5], [5.0] * 5)), theirs)
    plain = shifts.shift(mine, theirs)
    assert abs(found.value - plain.value) < plain.variance**0.5


def test_too_few_say_nothing_and_ties_are_no_proof():
    """Under eight a side there is no shift; where all take alike there is none, and it is not exact."""
    assert shifts.shift(logs(7), logs(100)) is None
    same = shifts.shift(np.zeros(50), np.zeros(50))
    assert same == Shift(0.0, shifts.LEAST_ERROR**2)


def test_shifts_of_a_minute_are_weighed_by_precision():
    """Users' requests and the gate's own, where both are known."""
    assert shifts.pooled(None, None) is None
    assert shifts.pooled(Shift(1.0, 0.1), None) == pytest.approx(Shift(1.0, 0.1))
    both = shifts.pooled(Shift(1.0, 0.1), Shift(2.0, 0.3))
    assert both == pytest.approx(Shift(1.25, 0.075))


@pytest.mark.parametrize("share", [0.75, 0.9])
def test_the_quantile_and_its_error_are_true(share):
    """What is 1.3 times as slow has a quantile 1.3 times as high, within the error, which is no less than it should be."""
    dice = np.random.default_rng(6)
    away = []
    for _ in range(300):
        mine, theirs = np.sort(dice.normal(np.log(1.3), 0.5, 200)), np.sort(dice.normal(0, 0.5, 1800))
        found = quantile_ladder.ratio(mine, theirs, share)
        away.append((found.value - np.log(1.3)) / found.variance**0.5)
    assert abs(np.mean(away)) < 0.2
    assert 0.7 < np.std(away) < 1.1


def test_a_quantile_between_two_modes_is_uncertain():
    """It may jump to either: the longer half of its interval counts."""
    modes = np.sort(np.append(np.zeros(80), np.full(20, 2.0)))
    found = quantile_ladder.ratio(modes, np.sort(np.append(np.zeros(810), np.full(190, 2.0))), 0.8)
    assert found.variance**0.5 > 1
    assert quantile_ladder.ratio(modes[:19], modes, 0.75) is None


def test_what_lies_beyond_is_counted_once_both_are_level():
    """A version that is slower as a whole has no longer tail; one with more slow requests has, whatever its level."""
    theirs = [logs(900, seed=seed) for seed in range(4)]
    level = [logs(100, 0.4, seed=seed + 10) for seed in range(4)]
    alike = tails.beyond(level, theirs, [0.4] * 4, 0.9)
    assert (alike.of, alike.their_of) == (400, 3600)
    assert 0.6 < alike.ratio < 1.5
    slow = [np.sort(np.where(np.arange(100) % 4 == 0, one + 1.5, one)) for one in level]
    longer = tails.beyond(slow, theirs, [0.4] * 4, 0.9)
    assert longer.ratio > 2
    assert longer.chance(1.25) < 1e-4
    assert alike.chance(1.25) > 0.05


def test_the_chance_of_a_tail_is_the_exact_binomial():
    """Given the hits of both, those of one side are binomial."""
    tail = tails.Tail(30, 400, 90, 3600)
    share = 1.5 * 400 / (1.5 * 400 + 3600)
    assert tail.chance(1.5) == pytest.approx(stats.binomtest(30, 120, share, "greater").pvalue)
    assert tail.ratio == pytest.approx(3)
    assert (tails.Tail(0, 0, 3, 9).chance(1), tails.Tail(2, 9, 0, 9).ratio) == (1, float("inf"))
    assert tails.Tail(0, 9, 0, 9).ratio == 1
