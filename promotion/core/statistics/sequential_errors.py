"""Errors counted minute by minute, judged as often as one likes: against a limit, and against another version. Pure.

Against the limit: the e-process of `error_rates`, begun at the start and anew at later minutes, so that failures which
begin late are not diluted by what went well before. A weighted mean of e-processes that begin at times fixed
beforehand is one itself (J. Shin, A. Ramdas, A. Rinaldo: E-detectors, 2022, arXiv 2203.03532), so that Ville's
inequality holds for it at all looks together: while the true rate is at or under the limit, the chance that it ever
reaches 20 is at most 5 % (J. Ville: Étude critique de la notion de collectif, 1939).

Against another version: given that a request failed, it came from this side with chance `r s / (1 - s + r s)`, where s
is this side's share of the requests and r how many times as often it fails. The likelihood ratio of r against 1 has a
mean of at most 1 while r is 1 or less, request by request; so has its mean over a few r. It is a two-sample e-process
for counts (R. Turner, A. Ly, P. Grünwald: Generic E-variables for exact sequential k-sample tests that allow for
optional stopping, Journal of Statistical Planning and Inference 230, 2024; M. Lindon, A. Malek: Anytime-valid inference
for multinomial count data, NeurIPS 2022).

Arrays have the minutes on their last axis and any axes before it; minutes still to come hold zeros.
"""

from functools import cache
from typing import TYPE_CHECKING

from promotion.core.statistics.error_rates import RATE, SHAPE, e_value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

FROM_THE_START = 0.6
"""Weight of the process that begins with the first minute; the later ones share the rest."""
TIMES_AS_OFTEN = (2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
"""How many times as often this side may fail as the other, for the two-sample process."""


def start_weights(minutes: int) -> tuple[float, ...]:
    """Give the weights of the processes that begin with each minute of a watch of so many. ValueError under one."""
    if minutes < 1:
        raise ValueError(f"a watch of {minutes} minutes cannot be")
    if minutes == 1:
        return (1.0,)
    return (FROM_THE_START, *[(1 - FROM_THE_START) / (minutes - 1)] * (minutes - 1))


def log_e_values(errors: "ArrayLike", requests: "ArrayLike", limit: float) -> "NDArray[np.float64]":
    """Give the logarithm of `error_rates.e_value`, element by element."""
    import numpy as np
    from scipy.special import gammaincc, gammaln

    hits, expected = np.asarray(errors, dtype=float), np.asarray(requests, dtype=float) * limit
    with np.errstate(divide="ignore"):
        tail = np.log(gammaincc(SHAPE + hits, RATE + expected)) - np.log(gammaincc(SHAPE, RATE))
    value: NDArray[np.float64] = (
        SHAPE * np.log(RATE)
        - gammaln(SHAPE)
        + gammaln(SHAPE + hits)
        - (SHAPE + hits) * np.log(RATE + expected)
        + tail
        + expected
    )
    return value


def against_limit(errors: "ArrayLike", requests: "ArrayLike", limit: float) -> "NDArray[np.float64]":
    """Give the e-value of counts by the minute against a limit, begun anew at each minute."""
    import numpy as np

    later_errors, later_requests = _from_each_on(errors), _from_each_on(requests)
    weights = np.log(start_weights(later_errors.shape[-1]))
    return _sum_of_exp(log_e_values(later_errors, later_requests, limit) + weights)


def against_other(
    errors: "ArrayLike", requests: "ArrayLike", others: "ArrayLike", other_requests: "ArrayLike"
) -> "NDArray[np.float64]":
    """Give the e-value of "this side fails more often than the other", of counts by the minute, begun at each minute.

    Minutes in which a side had no requests count for nothing.
    """
    import numpy as np

    hits, of, their_hits, their_of = (
        np.asarray(one, dtype=float) for one in (errors, requests, others, other_requests)
    )
    both = (of > 0) & (their_of > 0)
    share = np.where(both, of / np.maximum(of + their_of, 1), 0.0)
    hits, all_hits = np.where(both, hits, 0.0), np.where(both, hits + their_hits, 0.0)
    ratios = np.array(TIMES_AS_OFTEN).reshape(-1, *[1] * hits.ndim)
    by_minute = hits * np.log(ratios) - all_hits * np.log1p(share * (ratios - 1))
    begun = np.flip(np.cumsum(np.flip(by_minute, -1), -1), -1)
    weights = np.log(start_weights(hits.shape[-1])) - np.log(len(TIMES_AS_OFTEN))
    logs = np.moveaxis(begun + weights, 0, -1)
    return _sum_of_exp(logs.reshape(*logs.shape[:-2], -1))


def fewest_proving(requests: int, limit: float, proof: float, weight: float = FROM_THE_START) -> int:
    """Give the least count of errors among so many requests that reaches `proof`; one more than there are, if none does.

    `weight` is that of the process that begins with the first minute: 1 where it is not begun anew.
    """
    low, high = 0, 1
    while high <= requests and weight * e_value(high, requests, limit) < proof:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        reached = middle <= requests and weight * e_value(middle, requests, limit) >= proof
        low, high = (low, middle) if reached else (middle, high)
    return min(high, requests + 1)


def power(rate: float, requests: int, limit: float, proof: float, weight: float = FROM_THE_START) -> float:
    """Give the chance that errors at a rate would be found among so many requests."""
    from scipy.stats import binom

    fewest = fewest_proving(requests, limit, proof, weight)
    return float(binom.sf(fewest - 1, requests, rate)) if requests else 0.0


@cache
def requests_for(rate: float, chance: float, limit: float, proof: float, weight: float = FROM_THE_START) -> int:
    """Give the least number of requests from which on errors at a rate are found with a chance, whatever their number.

    The power falls a little wherever one error more is asked for: it is the first number after which it never falls
    under `chance` again, as far as one error more goes. Raises ValueError for a rate that is not over the limit.
    """
    if not limit < rate <= 1 or not 0 < chance < 1:
        raise ValueError(f"errors of {rate} cannot be distinguished from {limit} with a chance of {chance}")
    enough = 1
    while min(power(rate, one, limit, proof, weight) for one in (enough, 2 * enough)) < chance:
        enough *= 2
    found = enough
    for fewer in range(enough, max(enough // 2 - 1, 0), -1):
        if power(rate, fewer, limit, proof, weight) < chance:
            break
        found = fewer
    return found


def rate_found(requests: int, chance: float, limit: float, proof: float) -> float:
    """Give the least rate of errors that would be found with a chance among so many requests; 1 if none would."""
    from scipy.special import betaincinv

    fewest = fewest_proving(requests, limit, proof)
    return 1.0 if fewest > requests else float(betaincinv(fewest, requests - fewest + 1, chance))


def _from_each_on(counts: "ArrayLike") -> "NDArray[np.float64]":
    import numpy as np

    found: NDArray[np.float64] = np.flip(np.cumsum(np.flip(np.asarray(counts, dtype=float), -1), -1), -1)
    return found


def _sum_of_exp(logs: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    most = logs.max(-1, keepdims=True)
    with np.errstate(over="ignore"):
        found: NDArray[np.float64] = np.exp(most[..., 0]) * np.exp(logs - most).sum(-1)
    return found
