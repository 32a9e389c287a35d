"""A fleet beside its recorded baseline: what is plainly worse, what may be another day, and how often that is right."""

import numpy as np
import pytest
from scipy import stats

from promotion.sections.observability.baseline.record import TargetMeasurement, histogram
from promotion.sections.rollout.against_baseline import FleetOutcome, compare_with_baseline, marks
from promotion.settings.rollout import RecordedBaseline

HOW, CHANCE = RecordedBaseline(), 0.001


def durations(many, slower=1.0, tail=0.0, seed=3):
    """Durations as they are in real life: log-normal, some of them ten times as long."""
    random = np.random.default_rng(seed)
    drawn = random.lognormal(np.log(120 * slower), 0.5, many)
    return np.where(random.random(many) < tail, 10 * drawn, drawn)


def record(many=10_000, errors=3, ms=None):
    """A baseline of so many requests."""
    taken = durations(many, seed=1) if ms is None else ms
    return TargetMeasurement(
        requests=many, errors=errors, latency=histogram([(ms, 1) for ms in taken]), limit_ms=1000, over_limit=0
    )


OLD = record()


def answered(requests=3000, failed=0, ms=None, baseline=OLD):
    """What a fleet did."""
    taken = durations(requests) if ms is None else ms
    return FleetOutcome(
        requests, failed, len(taken), tuple(int((taken > mark).sum()) for mark in marks(baseline.latency, HOW))
    )


BEFORE = answered(30_000, 9, durations(30_000, seed=5))


def against(now, before=BEFORE, baseline=OLD):
    """What speaks against it."""
    return compare_with_baseline(now, before, baseline, HOW, CHANCE).against


def test_a_fleet_that_does_as_it_did_is_well_and_says_what_would_have_been_seen():
    """Nothing against it, nothing doubtful, and the bar is named."""
    found = compare_with_baseline(answered(), BEFORE, OLD, HOW, CHANCE)
    assert (found.against, found.doubtful) == ([], [])
    (told,) = found.seen
    assert "of 3,000 answers took longer than the recorded 99th percentile of 398 ms; the limit is 3 %" in told


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (answered(failed=12), ["0.4 % of 3,000 requests failed; 0.03 % did when that was recorded"]),
        (
            answered(ms=durations(3000, 1.5)),
            ["157 ms, 1.25 times the recorded median; ", "398 ms, the recorded 99th percentile; "],
        ),
        (
            answered(ms=durations(3000, tail=0.05)),
            ["398 ms, the recorded 99th percentile; 0."],
        ),
    ],
    ids=["fails", "slower", "slow tail"],
)
def test_what_is_plainly_worse_sends_back(now, said):
    """Failures, ordinary durations and the slow tail: each in counts of both."""
    found = against(now)
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))


@pytest.mark.parametrize(
    "now",
    [
        answered(failed=2),
        answered(30_000, 17, durations(30_000, seed=7)),
        answered(30_000, ms=durations(30_000, 1.15)),
        answered(30_000, ms=durations(30_000, tail=0.01)),
        answered(20, ms=durations(20, 1.3)),
        FleetOutcome(0, 0, 0, (0, 0)),
    ],
    ids=["two failures", "under twice as many", "another day", "a few slow ones", "too few to tell", "nothing"],
)
def test_what_another_day_may_do_is_not_held_against_it(now):
    """However sure it is, a small difference is none; nor is a large one that chance explains."""
    assert against(now) == []


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (answered(failed=12), answered(30_000, 120, durations(30_000))),
        (answered(ms=durations(3000, 1.5)), answered(30_000, 9, durations(30_000, 1.5, seed=5))),
        (answered(30_000, ms=durations(30_000, 1.5)), answered(30_000, 9, durations(30_000, 1.4, seed=5))),
    ],
    ids=["failed before", "slow before", "mostly before"],
)
def test_what_was_so_before_the_deployment_is_doubtful(now, before):
    """Going back would not mend it: it is not held against the new image, nor called healthy."""
    found = compare_with_baseline(now, before, OLD, HOW, CHANCE)
    assert found.against == []
    assert all("but before the deployment it was" in one for one in found.doubtful)
    assert found.doubtful


def test_what_became_much_worse_than_before_sends_back():
    """A fleet that was a little slow before and is very slow now is sent back."""
    assert against(answered(ms=durations(3000, 2)), answered(30_000, 9, durations(30_000, 1.2, seed=5)))


def test_the_test_is_fisher_s():
    """The chance by which it is judged is that of scipy's exact test, on both sides of it."""
    few = next(failed for failed in range(1, 50) if against(answered(failed=failed)))
    chances = [
        stats.fisher_exact([[failed, 3000 - failed], [3, 9997]], alternative="greater").pvalue
        for failed in (few - 1, few)
    ]
    assert chances[0] >= CHANCE > chances[1]


def test_a_record_of_one_bin_is_a_record():
    """Where everything took alike, slower answers are seen all the same."""
    flat, nothing = record(3000, ms=np.full(3000, 100.0)), FleetOutcome(0, 0, 0, (0, 0))
    assert against(answered(ms=np.full(3000, 100.0), baseline=flat), nothing, flat) == []
    assert len(against(answered(ms=np.full(3000, 160.0), baseline=flat), nothing, flat)) == 2


@pytest.mark.parametrize(
    ("slower", "tail", "failing", "least", "most"),
    [(1, 0, 0.0003, 0, 0.01), (1.1, 0, 0.0003, 0, 0.01), (1.5, 0, 0.0003, 0.99, 1), (1, 0.06, 0.0003, 0.99, 1)],
    ids=["good", "slower by 10 %", "slower by half", "slow tail"],
)
def test_how_often_it_is_right(slower, tail, failing, least, most):
    """Of 700 answers, as many as the last decision asks for: good fleets hardly ever go back, bad ones nearly always."""
    random, back = np.random.default_rng(8), 0
    for run in range(300):
        now = answered(700, int(random.binomial(700, failing)), durations(700, slower, tail, seed=1000 + run))
        back += bool(against(now))
    assert least <= back / 300 <= most
