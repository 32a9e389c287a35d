"""Errors of a canary: against the limit at any number of looks, and against the version it is to replace. Pure.

The e-process mixes over every rate above the limit, so that it may be looked at as often as one likes: by Ville's
inequality the chance that it ever reaches 20 is at most 5 % while the true rate is at or under the limit (Ville 1939; for
counts see Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022). The rate is taken as a
multiple r of the limit, with a Gamma(0.5, 0.05) prior cut to r > 1; it depends on the counts alone, not on the looks
before.
"""

from math import exp, inf, lgamma, log

SHAPE, RATE = 0.5, 0.05
"""The prior's: half of it lies over 4.5 times the limit, so that bad versions are found soon."""


def e_value(errors: int, requests: int, limit: float) -> float:
    """Give how much likelier the counts are under some rate over the limit than at the limit; 1 before any request.

    `limit` is a share of requests, over 0. Raises ValueError for counts that cannot be.
    """
    from scipy.special import gammaincc

    if not 0 <= errors <= requests or not 0 < limit < 1:
        raise ValueError(f"{errors} errors of {requests} requests against {limit} is impossible")
    expected = requests * limit
    tail, prior = float(gammaincc(SHAPE + errors, RATE + expected)), float(gammaincc(SHAPE, RATE))
    if tail == 0:
        return 0.0
    logarithm = (
        SHAPE * log(RATE)
        - log(prior)
        - lgamma(SHAPE)
        + lgamma(SHAPE + errors)
        - (SHAPE + errors) * log(RATE + expected)
        + log(tail)
        + expected
    )
    return exp(logarithm) if logarithm < 700 else inf


def fewest_errors(requests: int, limit: float, proof: float) -> int:
    """Give the least count of errors among so many requests that reaches `proof`."""
    low, high = 0, 1
    while high < requests and e_value(high, requests, limit) < proof:
        low, high = high, min(2 * high, requests)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if e_value(middle, requests, limit) < proof else (low, middle)
    return high


def worse_than(errors: int, requests: int, others: int, other_requests: int) -> float:
    """Give the chance of this many errors or more on this side, were both sides alike (Fisher's exact test, one-sided).

    1 where one side has no requests: nothing can be said.
    """
    from scipy.stats import hypergeom

    if not requests or not other_requests:
        return 1.0
    return float(hypergeom.sf(errors - 1, requests + other_requests, errors + others, requests))
