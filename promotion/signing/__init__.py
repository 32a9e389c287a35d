"""Signatures and attestations of a container image: verified, and made, on bytes that were already fetched.

Nothing here does I/O. `material` holds what was fetched, `image` judges it, `findings` is what comes out; those two
modules of plain data import nothing heavy. `sign` and `artifacts` are the other direction.

A candidate that was looked at and does not count raises `Rejected` inside and becomes a sentence in the findings. What
nobody could tell is `promotion.unknown.Unknown`. Neither ever reads as "signed".
"""
