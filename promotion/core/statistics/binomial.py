"""Exact one-sided bounds on a share, by Clopper and Pearson.

C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of the binomial.
Biometrika 26 (1934). They never promise more than `confidence`, also where hits are rare, which is where the usual
approximations do.
"""


def upper_bound(hits: int, of: int, confidence: float) -> float:
    """Give the share that is not exceeded with this confidence, after `hits` of `of`. 1 if there is nothing to go by.

    Raises ValueError for counts that cannot be.
    """
    _raise_if_impossible(hits, of)
    if hits == of:
        return 1.0
    from scipy.special import betaincinv  # numpy and scipy take 0.4 s to load: collecting does without

    return float(betaincinv(hits + 1, of - hits, confidence))


def lower_bound(hits: int, of: int, confidence: float) -> float:
    """Give the share that is exceeded with this confidence, after `hits` of `of`. 0 if there is nothing to go by.

    It lies over a limit just when `chance_of_as_many` at that limit is under `1 - confidence`.
    Raises ValueError for counts that cannot be.
    """
    _raise_if_impossible(hits, of)
    if hits == 0:
        return 0.0
    from scipy.special import betaincinv

    return float(betaincinv(hits, of - hits + 1, 1 - confidence))


def chance_of_as_many(hits: int, of: int, share: float) -> float:
    """Tell how likely `hits` or more of `of` are when the true share is `share`: the p-value of the exact test."""
    _raise_if_impossible(hits, of)
    if hits == 0:
        return 1.0
    from scipy.special import betainc

    return float(betainc(hits, of - hits + 1, share))


def _raise_if_impossible(hits: int, of: int) -> None:
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} hits of {of} is impossible")
