"""How receipts are called, and whether a rollback has worked by them. Pure."""

from collections.abc import Iterable

from promotion.record.receipt import Receipt

SHORT = 12
"""Hex digits by which the keys of receipts and the names of records tell images apart."""
STOP, VERIFIED = ":stop:", ":verified:"
"""In the keys of receipts, before the name of the target."""


def verified(receipts: Iterable[Receipt]) -> bool:
    """Whether every target of which there is a receipt was seen to be rolled back; not, if there is none."""
    found = list(receipts)
    targets = {one.key.partition(STOP)[2] for one in found if STOP in one.key}
    seen = {one.key.partition(VERIFIED)[2] for one in found if VERIFIED in one.key and one.done}
    return bool(targets) and targets <= seen


def key_of(digest: str, what: str) -> str:
    """Name an act for an image."""
    return f"promotion:{digest.removeprefix('sha256:')[:SHORT]}:{what}"
