"""The densities of shifts by the minute: with harm and without, for each size of noise and each start. Pure.

What the parts are, `minute_noise` says. The weights were chosen by simulation of normal shifts: few versions without harm
are to be sent back with sigma 0.1 and 0.2, and the rate for +30 % is to be the greatest that this leaves.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CORRELATION = 0.7
"""Of a version's noise from one minute to the next. It is assumed: five minutes cannot tell it."""
SIGMAS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45)
"""Standard deviations of a version's own noise, in logarithms: 0.1 is about 10 %."""
RATIOS = (1.2, 1.3, 1.5, 2.0, 3.0, 5.0)
"""How many times as slow a harmful version may be, and below how likely each is."""
DEVIATIONS = (0.02, 0.02, 0.06, 0.1, 0.15, 0.2)
"""How far about each of them it may lie, in logarithms."""
RATIO_WEIGHTS = (0.02, 0.44, 0.06, 0.37, 0.08, 0.03)
PLAIN = 1.75
"""Harm of this ratio or more shows through noise as well."""
FROM_THE_START = 0.95
"""How likely harm is there from the first minute; else it begins with a later one, each alike."""
LATE_WEIGHTS = (0.0, 0.0, 0.1, 0.7, 0.1, 0.1)
"""How likely each ratio is where harm begins later: a small one could not be told from noise."""
STARTS: tuple[tuple[float, tuple[float, ...]], ...] = ((0.5, ()), (0.2, (0.5,)), (0.12, (2.0,)), (0.18, (1.0, 0.5)))
"""How likely the first minutes are apart, and by how much: standard deviations of the first, and of the second."""
TINY = 1e-300


@dataclass(frozen=True)
class Noise:
    """How likely each of `SIGMAS` is; weights sum to 1."""

    harmless: tuple[float, ...] = (0.25, 0.02, 0.25, 0.22, 0.22, 0.03, 0.01)
    """Where there is no harm."""
    harmful: tuple[float, ...] = (0.50, 0.05, 0.12, 0.12, 0.06, 0.14, 0.01)
    """Where there is harm of a ratio under `PLAIN`: it is found only where there is little noise."""
    plainly: tuple[float, ...] = (0.67, 0.14, 0.08, 0.04, 0.03, 0.03, 0.01)
    """Where there is harm of that ratio or more."""
    learned_from: int = 0
    """Minutes before the deployment that it was learned from; 0 for the prior."""


class Course(NamedTuple):
    """Shifts by the minute, for minutes that have one: logarithms, variances, and the minutes' numbers from 0."""

    shifts: tuple[float, ...]
    variances: tuple[float, ...]
    minutes: tuple[int, ...]

    def until(self, minute: int) -> "Course":
        """Leave out what lies after a minute."""
        kept = sum(one <= minute for one in self.minutes)
        return Course(self.shifts[:kept], self.variances[:kept], self.minutes[:kept])

    def level(self, first: int = 1) -> float | None:
        """Give the mean shift from the second minute on, weighted by precision; None where there is none."""
        later = [
            (value, 1 / variance)
            for value, variance, minute in zip(*self, strict=True)
            if minute >= self.minutes[0] + first
        ]
        total = sum(weight for _, weight in later)
        return sum(value * weight for value, weight in later) / total if later else None


@dataclass(frozen=True)
class Model:
    """The densities of courses, for each size of noise and each start (first axis), and each harm (last axis)."""

    precisions: "NDArray[np.float64]"
    """Inverse covariances without harm."""
    logs: "NDArray[np.float64]"
    """Half their log determinants."""
    harmless: "NDArray[np.float64]"
    """How likely noise and start are without harm."""
    harmful: "NDArray[np.float64]"
    """How likely they are with each harm, times how likely that is."""
    harms: "_Harms"

    def factors(self, shifts: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Give the Bayes factors of courses, one a row."""
        import numpy as np

        likely = self._likely(shifts)
        harm = np.tensordot(likely, self.harmful)
        found: NDArray[np.float64] = harm / np.maximum(likely[:, :, 0] @ self.harmless, TINY)
        return found

    def sigmas(self, shifts: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Give how likely each size of noise is by a course, whether it has harm or not."""
        likely = self._likely(shifts)[0]
        both = likely[:, 0] * self.harmless + (likely * self.harmful).sum(1)
        found: NDArray[np.float64] = both.reshape(len(SIGMAS), -1).sum(1)
        shares: NDArray[np.float64] = found / found.sum()
        return shares

    def _likely(self, shifts: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Give the densities by course, noise and harm, but for a factor of each course.

        A harm of mean m and deviation t from an onset on, 1 from there and 0 before it (o), adds m o to the mean and
        t² o oᵀ to the covariance; the inverse and the determinant of that are those without it, changed by one rank
        (J. Sherman, W. J. Morrison: Adjustment of an inverse matrix corresponding to a change in one element, 1950).
        """
        import numpy as np

        harms = self.harms
        pulled = np.einsum("ni,sij->nsj", shifts, self.precisions)
        own = (pulled * shifts[:, None, :]).sum(2)[:, :, None]
        along = pulled @ harms.onsets.T
        within = np.einsum("ki,sij,kj->sk", harms.onsets, self.precisions, harms.onsets)
        spread = np.square(harms.deviations)
        widened = 1 + spread * within
        left = along - harms.means * within
        squares = own - 2 * harms.means * along + np.square(harms.means) * within - spread / widened * np.square(left)
        logs = -squares / 2 - self.logs[:, None] - np.log(widened) / 2
        found: NDArray[np.float64] = np.exp(logs - logs.max((1, 2), keepdims=True))
        return found


class _Harms(NamedTuple):
    """What harm there may be, the first of them none."""

    onsets: "NDArray[np.float64]"
    """In which minutes of a course there is harm, one a row: 1, else 0."""
    means: "NDArray[np.float64]"
    """Logarithms of its ratio."""
    deviations: "NDArray[np.float64]"
    weights: "NDArray[np.float64]"
    """How likely each of them is where there is harm."""
    plain: "NDArray[np.bool_]"
    """Whether it is of `PLAIN` or more."""


@lru_cache(maxsize=64)
def model_of(
    variances: tuple[float, ...], minutes: tuple[int, ...], noise: Noise, planned: int, settled: bool
) -> Model:
    """Give the densities of courses over these minutes, as precise as `variances` say, in a watch of `planned` minutes.

    `settled` says that the minutes in which a version starts have been left out.
    """
    import numpy as np

    starts = ((1.0, ()),) if settled else STARTS
    apart = np.zeros((len(starts), len(minutes)))
    for number, (_, deviations) in enumerate(starts):
        apart[number, : len(deviations)] = np.square(deviations[: len(minutes)])
    errors = np.eye(len(minutes)) * (apart + np.asarray(variances))[:, None, :]
    lasting = 2 * np.square(SIGMAS)[:, None, None] * correlations(np.asarray(minutes, dtype=float))
    together = (lasting[:, None] + errors[None]).reshape(-1, len(minutes), len(minutes))
    likely, harms = np.asarray([one for one, _ in starts]), _harms(minutes, planned)
    return Model(
        np.linalg.inv(together),
        np.linalg.slogdet(together)[1] / 2,
        np.outer(noise.harmless, likely).ravel(),
        _by_noise(noise, likely, harms) * harms.weights,
        harms,
    )


@lru_cache(maxsize=64)
def _harms(minutes: tuple[int, ...], planned: int) -> _Harms:
    """Give the harms that there may be, each from the first minute on or from a later one of the watch."""
    import numpy as np

    places = np.asarray(minutes) - minutes[0]
    last = max(planned - 1, 1)
    late = (1 - FROM_THE_START) / (last - 1) if last > 1 else 0.0
    none = 0.0
    found = []
    for onset in range(last):
        begun = (places >= onset).astype(float)
        for ratio, deviation, weight in zip(RATIOS, DEVIATIONS, LATE_WEIGHTS if onset else RATIO_WEIGHTS, strict=True):
            likely = weight * (late if onset else FROM_THE_START)
            if begun.any():
                found.append((begun, np.log(ratio), deviation, likely, ratio >= PLAIN))
            else:
                none += likely
    found.insert(0, (np.zeros(len(minutes)), 0.0, 0.0, none, False))
    onsets, means, deviations, weights, plain = (np.asarray(one) for one in zip(*found, strict=True))
    return _Harms(onsets, means, deviations, weights / weights.sum(), plain)


def _by_noise(noise: Noise, starts: "NDArray[np.float64]", harms: _Harms) -> "NDArray[np.float64]":
    """Give how likely noise and start together are, by the harm on the second axis."""
    import numpy as np

    small, plain = (np.outer(one, starts).ravel()[:, None] for one in (noise.harmful, noise.plainly))
    found: NDArray[np.float64] = np.where(harms.plain, plain, small)
    return found


def correlations(minutes: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Give how noise in each minute is correlated with that in each other, as a matrix."""
    import numpy as np

    found: NDArray[np.float64] = CORRELATION ** np.abs(minutes[:, None] - minutes[None, :])
    return found
