"""How many requests are lacking to prove that a limit is kept, and which ways get there. Pure."""

from collections.abc import Iterator
from math import ceil

from promotion.core.statistics.proof import Proof, percent

LONGEST = 180
"""Minutes that `limits.window_minutes` may be, at most."""


def lacking(proof: Proof, bad: str, minutes: int, window: int, *, own: str = "", limit: str = "") -> str:
    """Say how many requests are lacking, none of them `bad`, and how they can be had.

    The counts are of so many minutes, of a window that may hold `window` of them. `own` names the setting by which the
    run makes requests itself, `limit` that of the limit; empty where there is none that would help.
    """
    told = f"needs at least {proof.wanted:,} more requests without one {bad}"
    ways = [*_by_window(proof, minutes, window), *_by_own(proof, own), *_by_limit(proof, limit)]
    return f"{told}: {'; or '.join(ways)}" if ways else told


def _by_window(proof: Proof, minutes: int, window: int) -> Iterator[str]:
    """More minutes, where so many requests come in them; nothing where no window is long enough."""
    if not proof.of or minutes < 1:
        return
    needed = ceil((proof.of + proof.wanted) * minutes / proof.of)
    if needed <= window:
        yield f"at {_rate(proof, minutes)} they will have come in {needed - minutes} minutes"
    elif needed <= LONGEST:
        yield f"set limits.window_minutes to {needed} (at {_rate(proof, minutes)})"


def _by_own(proof: Proof, own: str) -> Iterator[str]:
    if own:
        yield f"let the run make {proof.wanted:,} itself with `requests` in {own}"


def _by_limit(proof: Proof, limit: str) -> Iterator[str]:
    """A looser limit, if these counts prove one under a hundred percent."""
    if limit and proof.upper < 1:
        yield f"declare a looser {limit}: these prove less than {percent(proof.upper)}"


def _rate(proof: Proof, minutes: int) -> str:
    each = proof.of / minutes
    return f"{each:,.0f} a minute" if each >= 1 else f"{60 * each:,.0f} an hour"
