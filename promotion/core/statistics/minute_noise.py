"""Whether one version is slower than another though neither runs evenly: shifts by the minute, noise of unknown size. Pure.

Two versions in the same minutes share what befalls both; what is left is each one's own noise, which lasts for minutes:
a neighbour, a cache, a garbage collector. More requests do not average it out. So the shifts d of M minutes are taken as

    d = harm + start + noise + error

* error: known from the requests of the minute, independent (`shifts.shift`);
* noise: normal, each version's with standard deviation sigma, correlated by 0.7 from minute to minute (AR(1)); sigma is
  unknown, and has weights of its own with and without harm;
* start: the first one or two minutes may lie anywhere (caches fill, code is compiled), else it is nothing;
* harm: nothing, or one of a few ratios from some minute on.

The Bayes factor weighs "harm" against "none", over every sigma and start (R. E. Kass, A. E. Raftery: Bayes factors,
Journal of the American Statistical Association 90, 1995). Minute after minute it is a martingale where there is no harm
and sigma is as likely as its weights say, so that by Ville's inequality the chance that it ever exceeds K is at most 1/K
on average over sigma, and at most 1/(K w) for a sigma of weight w. That bounds the decisions before the last one
(K = 50); the rates of the last one come from simulation (`python -m benchmarks.canary`), not from the bound.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from promotion.core.statistics.noise_model import SIGMAS, Course, Noise, correlations, model_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

DRAWS = 200
"""Courses drawn to tell what would be found; from a fixed seed, so that a decision can be repeated."""


PRIOR = Noise()


def learn(course: Course, noise: Noise = PRIOR) -> Noise:
    """Learn how large noise is from one version's own medians, minute by minute, before a deployment.

    They hold its own noise and what would have befallen both versions, which cannot be told apart: so that they say how
    large its own can be at most, not how large it is. A straight trend is taken out first.
    """
    import numpy as np

    values, variances, minutes = (np.asarray(one, dtype=float) for one in course)
    if len(values) < 5:
        return noise
    # Restricted likelihood: contrasts that no level and no straight trend moves (H. D. Patterson, R. Thompson 1971).
    design = np.stack([np.ones_like(minutes), minutes - minutes.mean()], 1)
    contrasts = np.linalg.svd(design, full_matrices=True)[0][:, 2:].T
    left = contrasts @ values
    logs = np.empty((len(SIGMAS), len(SIGMAS)))
    for own, first in enumerate(SIGMAS):
        for shared, second in enumerate(SIGMAS):
            together = np.diag(variances) + (first**2 + second**2) * correlations(minutes)
            logs[own, shared] = _log_density(left, contrasts @ together @ contrasts.T)
    likelihood = np.exp(logs - logs.max()).mean(1)
    return replace(
        noise,
        harmless=_normed(np.asarray(noise.harmless) * likelihood),
        harmful=_normed(np.asarray(noise.harmful) * likelihood),
        plainly=_normed(np.asarray(noise.plainly) * likelihood),
        learned_from=len(values),
    )


def bayes_factor(course: Course, noise: Noise, planned: int, *, settled: bool = False) -> float:
    """Give the Bayes factor of a course, in a watch of so many minutes. 1 without a minute.

    `settled` says that the minutes in which a version starts have been left out.
    """
    import numpy as np

    if not course.minutes:
        return 1.0
    model = model_of(course.variances, course.minutes, noise, planned, settled)
    return float(model.factors(np.asarray([course.shifts]))[0])


def bayes_factors(
    shifts: "ArrayLike", like: Course, noise: Noise, planned: int, *, settled: bool = False
) -> "NDArray[np.float64]":
    """Give the Bayes factors of many courses, one a row, over the minutes of one and as precise as it."""
    import numpy as np

    model = model_of(like.variances, like.minutes, noise, planned, settled)
    return model.factors(np.asarray(shifts, dtype=float))


def sizes(course: Course, noise: Noise, planned: int, *, settled: bool = False) -> "NDArray[np.float64]":
    """Give how likely each of `SIGMAS` is by a course, whether there is harm in it or not."""
    import numpy as np

    return model_of(course.variances, course.minutes, noise, planned, settled).sigmas(np.asarray([course.shifts]))


def draw(like: Course, likely: "NDArray[np.float64]", ratio: float) -> "NDArray[np.float64]":
    """Draw courses as they would be with harm of a ratio from the start, one a row, over the minutes of one.

    `likely` says how likely each of `SIGMAS` is.
    """
    import numpy as np

    dice = np.random.default_rng(0)
    which = dice.choice(len(SIGMAS), DRAWS, p=likely)
    normal, error = dice.standard_normal((2, DRAWS, len(like.minutes)))
    root = np.linalg.cholesky(correlations(np.asarray(like.minutes, dtype=float)))
    size = np.sqrt(2) * np.asarray(SIGMAS)[which]
    found: NDArray[np.float64] = (
        np.log(ratio) + size[:, None] * (normal @ root.T) + error * np.sqrt(np.asarray(like.variances))
    )
    return found


def _log_density(values: "NDArray[np.float64]", covariance: "NDArray[np.float64]") -> float:
    import numpy as np

    return float(-(values @ np.linalg.solve(covariance, values) + np.linalg.slogdet(covariance)[1]) / 2)


def _normed(weights: "NDArray[np.float64]") -> tuple[float, ...]:
    return tuple(float(one) for one in weights / weights.sum())
