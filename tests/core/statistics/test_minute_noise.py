"""Noise between minutes: the Bayes factor by its definition, its martingale, its rates, and what is learned before T0."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from scipy import stats

from promotion.core.statistics import latency_power as power
from promotion.core.statistics import minute_noise as noise
from promotion.core.statistics import noise_model as model
from promotion.core.statistics.noise_model import SIGMAS, STARTS, Course, Noise

PRIOR, PLANNED = Noise(), 5
BAR = power.Bar(4.0, 1.1)


def course(shifts, error=0.07, minutes=None):
    """A course with equal errors."""
    return Course(tuple(shifts), (error**2,) * len(shifts), tuple(minutes or range(len(shifts))))


def drawn(many, harm=0.0, sigma=0.0, error=0.07, seed=1, minutes=PLANNED):
    """Courses as they come."""
    dice = np.random.default_rng(seed)
    return (
        harm
        + own(dice, many, sigma, minutes)
        - own(dice, many, sigma, minutes)
        + dice.normal(0, error, (many, minutes))
    )


def own(dice, many, sigma, minutes):
    """The noise of one version."""
    steps = dice.normal(0, sigma, (many, minutes))
    for minute in range(1, minutes):
        steps[:, minute] = 0.7 * steps[:, minute - 1] + (1 - 0.49) ** 0.5 * steps[:, minute]
    return steps


def sent_back(shifts, error=0.07):
    """How often a version is sent back, by the Bayes factor alone."""
    back = np.zeros(len(shifts), bool)
    for minutes in range(2, shifts.shape[1] + 1):
        like = course([0.0] * minutes, error)
        factors = noise.bayes_factors(shifts[:, :minutes], like, PRIOR, shifts.shape[1])
        last = minutes == shifts.shape[1]
        slower = (shifts[:, 1:minutes].mean(1) > log(1.1)) & (shifts[:, minutes - 1] > 0)
        back |= (factors >= (4.0 if last else 50.0)) & slower
    return back.mean()


def test_weights_are_probabilities():
    """Of noise, of ratios, of starts."""
    for one in (PRIOR.harmless, PRIOR.harmful, PRIOR.plainly, model.RATIO_WEIGHTS, model.LATE_WEIGHTS):
        assert sum(one) == pytest.approx(1)
    assert sum(likely for likely, _ in STARTS) == pytest.approx(1)
    assert {len(one) for one in (PRIOR.harmless, PRIOR.harmful, PRIOR.plainly)} == {len(SIGMAS)}


def test_it_is_the_ratio_of_the_densities_that_it_says():
    """Summed over every noise, start, ratio and onset, with scipy's own density."""
    seen, variances = np.array([0.31, 0.12, 0.18]), np.array([0.004, 0.005, 0.006])
    minutes = np.array([0, 1, 3])

    def density(mean, sigma, deviations, spread=0.0):
        together = np.diag(variances) + 2 * sigma**2 * 0.7 ** np.abs(minutes[:, None] - minutes[None, :])
        together += spread**2 * np.outer(mean > 0, mean > 0)
        for place, deviation in enumerate(deviations[:3]):
            together[place, place] += deviation**2
        return stats.multivariate_normal.pdf(seen, mean, together)

    none = harm = 0.0
    onsets = [0.95, *[0.05 / 3] * 3]
    for place, sigma in enumerate(SIGMAS):
        for likely, deviations in STARTS:
            none += PRIOR.harmless[place] * likely * density(np.zeros(3), sigma, deviations)
            for onset, begins in enumerate(onsets):
                for number, ratio in enumerate(model.RATIOS):
                    weights = model.RATIO_WEIGHTS if onset == 0 else model.LATE_WEIGHTS
                    by_noise = PRIOR.plainly if ratio >= model.PLAIN else PRIOR.harmful
                    mean = np.where(minutes >= onset, log(ratio), 0.0)
                    spread = model.DEVIATIONS[number]
                    harm += (
                        by_noise[place] * likely * begins * weights[number] * density(mean, sigma, deviations, spread)
                    )
    found = noise.bayes_factor(Course(tuple(seen), tuple(variances), (0, 1, 3)), PRIOR, PLANNED)
    # Harm that would only have begun after the newest minute counts as none yet, with the noise of a small one.
    assert found == pytest.approx(harm / none, rel=0.02)


def test_without_harm_it_stays_about_one_on_average():
    """With noise as likely as its weights say it is a martingale: it exceeds 50 in at most one watch of 50."""
    dice = np.random.default_rng(2)
    many = 4000
    sigmas = dice.choice(SIGMAS, many, p=PRIOR.harmless)
    shifts = np.concatenate([drawn(1, 0.0, sigma, seed=[3, number]) for number, sigma in enumerate(sigmas)])
    likely, deviations = zip(*STARTS, strict=True)
    starts = np.array([(*one, 0.0, 0.0)[:2] for one in deviations])[dice.choice(len(STARTS), many, p=likely)]
    shifts[:, :2] += dice.normal(0, 1, (many, 2)) * starts
    ever = np.zeros(many, bool)
    for minutes in range(2, PLANNED + 1):
        ever |= noise.bayes_factors(shifts[:, :minutes], course([0.0] * minutes), PRIOR, PLANNED) >= 50
    assert ever.mean() <= 1 / 50


@pytest.mark.parametrize(
    ("harm", "sigma", "least", "most"),
    [
        (0, 0, 0, 0.002),
        (0, 0.1, 0, 0.026),
        (0, 0.2, 0, 0.06),
        (log(1.3), 0, 0.91, 1),
        (log(2), 0, 0.997, 1),
        (log(2), 0.2, 0.8, 1),
    ],
)
def test_how_often_it_is_right(harm, sigma, least, most):
    """At ten requests a second, with a tenth of them for five minutes: what is well stays, what is slower is found."""
    assert least <= sent_back(drawn(3000, harm, sigma, seed=11)) <= most


def test_twice_as_slow_from_the_fourth_minute_on_is_found():
    """Two minutes of it are enough, where minutes differ little."""
    late = np.array([0, 0, 0, log(2), log(2)])
    assert sent_back(drawn(2000, late, seed=12)) >= 0.98


def test_a_start_is_not_held_against_a_version():
    """A first minute three times as slow, or two that fall off, say nothing of the rest."""
    for start in ([log(3), 0, 0, 0, 0], [log(3), log(1.4), 0, 0, 0], [-1, 0, 0, 0, 0]):
        assert sent_back(drawn(1000, np.array(start), seed=13)) <= 0.002


@pytest.mark.parametrize("minutes", [3, 10])
def test_watches_of_other_lengths_keep_their_rates(minutes):
    """Shorter and longer ones: noise of 10 % a version, and none."""
    assert sent_back(drawn(2000, 0, 0.1, seed=14, minutes=minutes)) <= 0.03
    assert sent_back(drawn(1000, log(2), 0, seed=15, minutes=minutes)) >= 0.99


def test_what_even_minutes_before_teach():
    """Steady minutes make small harm visible; wild ones leave the prior for what they cannot tell apart."""
    dice = np.random.default_rng(16)
    steady = course(dice.normal(0, 0.01, 20), 0.01)
    learned = noise.learn(steady, PRIOR)
    assert learned.learned_from == 20
    assert learned.harmless[0] + learned.harmless[1] > 0.95
    seen = course([0.18, 0.17, 0.2, 0.18, 0.19], 0.03)
    assert noise.bayes_factor(seen, learned, PLANNED) > 100 * noise.bayes_factor(seen, PRIOR, PLANNED)
    wild = course(own(dice, 1, 0.3, 20)[0], 0.01)
    assert noise.learn(wild, PRIOR).harmless[0] > 0.1
    assert noise.learn(course([0.1] * 4), PRIOR) == PRIOR


def test_a_ramp_before_the_deployment_is_no_noise():
    """A straight trend is what the day does, not what the version does."""
    ramp = course(np.linspace(0, 0.5, 20) + np.random.default_rng(17).normal(0, 0.01, 20), 0.01)
    assert sum(noise.learn(ramp, PRIOR).harmless[:2]) > 0.95


def test_learned_noise_keeps_its_rates():
    """Where minutes before T0 were as noisy as those after, alike versions are hardly ever sent back."""
    dice = np.random.default_rng(18)
    back = found = 0
    for number in range(150):
        before = course(own(dice, 1, 0.05, 15)[0] + dice.normal(0, 0.02, 15), 0.02)
        learned = noise.learn(before, PRIOR)
        for harm in (0.0, log(1.5)):
            seen = course(drawn(1, harm, 0.05, 0.03, seed=[19, number])[0], 0.03)
            hit = noise.bayes_factor(seen, learned, PLANNED) >= 4 and seen.level() > log(1.1)
            back, found = back + (hit and not harm), found + (hit and bool(harm))
    assert back <= 6
    assert found >= 135


def test_the_power_is_the_share_that_is_found():
    """What is claimed of a course is what simulation gives with as much noise."""
    quiet = course([0.01, -0.02, 0.03, 0.0, -0.01], 0.03)
    known = replace(PRIOR, **{name: (1.0, *[0.0] * 6) for name in ("harmless", "harmful", "plainly")})
    for ratio, least, most in ((1.1, 0.2, 0.8), (1.3, 0.99, 1)):
        assert least <= power.chance_found(quiet, known, PLANNED, BAR, ratio) <= most
    assert power.chance_found(quiet, PRIOR, PLANNED, BAR, 2.0) >= 0.95
    assert power.chance_found(course([0.1]), PRIOR, PLANNED, BAR, 5.0) == 0
    assert power.least_found(quiet, known, PLANNED, BAR, 0.95) == pytest.approx(1.2, abs=0.06)
    assert power.least_found(course([0.1]), PRIOR, PLANNED, BAR, 0.95) is None


def test_what_is_lacking_is_requests_or_minutes():
    """Where errors hide it, more requests; where noise does, only more minutes; where nothing would, that is said."""
    thin = course([0.1, -0.2, 0.15, -0.1, 0.05], 0.3)
    times = power.times_as_many(thin, PRIOR, PLANNED, BAR, 2.0, 0.95)
    assert times is not None
    assert times > 1
    noisy = replace(PRIOR, **{name: (*[0.0] * 4, 1.0, 0.0, 0.0) for name in ("harmless", "harmful", "plainly")})
    wild = course([0.3, 0.2, 0.0, -0.2, -0.1], 0.03)
    assert power.times_as_many(wild, noisy, PLANNED, BAR, 1.5, 0.95) is None
    longer = power.minutes_for(wild, noisy, BAR, 2.0, 0.95)
    assert longer is not None
    assert longer > PLANNED
    assert power.minutes_for(wild, noisy, BAR, 1.2, 0.95) is None
    assert power.minutes_for(Course((), (), ()), noisy, BAR, 2.0, 0.95) is None


def test_the_course_that_is_to_be_expected_is_as_precise_as_a_drawn_one():
    """Sixty requests a minute beside 540, log-normal with a spread of 0.5: a standard error of 7 %."""
    found = power.expected(60, 540, 0.5, 5)
    assert len(found.minutes) == 5
    assert exp(found.variances[0] ** 0.5) == pytest.approx(1.072, abs=0.003)


def test_nothing_seen_says_nothing():
    """No minute, no factor; a level only from the second minute on."""
    assert noise.bayes_factor(Course((), (), ()), PRIOR, PLANNED) == 1
    assert course([0.5]).level() is None
    assert course([0.5, 0.1, 0.3]).level() == pytest.approx(0.2)
    assert course([0.5, 0.1, 0.3]).until(1) == course([0.5, 0.1])
