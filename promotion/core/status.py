"""Statuses of items, the verdict of a phase, and the exit code that follows."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from promotion.unknown import Reason


class Status(StrEnum):
    """What is known of an item or subject, from best to worst."""

    PASSED = "passed"
    ATTESTED = "attested"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"
    PENDING = "pending"
    UNKNOWN = "unknown"
    FAILED = "failed"

    @property
    def good(self) -> bool:
        """Whether it lets a promotion go on."""
        return self in _GOOD


_GOOD = frozenset({Status.PASSED, Status.ATTESTED, Status.NOT_APPLICABLE, Status.WAIVED})
_RANK = {status: rank for rank, status in enumerate(Status)}


class Verdict(StrEnum):
    """What a phase says of the promotion."""

    GO = "GO"
    NO_GO = "NO-GO"
    HOLD = "HOLD"


class Exit(IntEnum):
    """Exit codes beside pytest's own (2 interrupted or collection error, 3 internal, 4 usage, 5 nothing selected)."""

    GO = 0
    NO_GO = 1
    INTERRUPTED = 2
    INTERNAL = 3
    USAGE = 4
    NOTHING_SELECTED = 5
    HOLD_UNKNOWN = 10
    HOLD_WAITING = 11
    ROLLBACK_UNVERIFIED = 20


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of some statuses; of none, `unknown`."""
    return max(statuses, key=_RANK.__getitem__, default=Status.UNKNOWN)


def verdict(statuses: Iterable[Status]) -> Verdict:
    """NO-GO if anything failed, HOLD if anything is not known to be good or there is nothing at all, else GO."""
    found = list(statuses)
    if Status.FAILED in found:
        return Verdict.NO_GO
    if not found or not all(status.good for status in found):
        return Verdict.HOLD
    return Verdict.GO


def exit_code(statuses: Iterable[Status]) -> Exit:
    """The exit code of a finished run: 0, 1, 10 (something unknown) or 11 (only people or time are awaited)."""
    found = list(statuses)
    decided = verdict(found)
    if decided is Verdict.GO:
        return Exit.GO
    if decided is Verdict.NO_GO:
        return Exit.NO_GO
    return Exit.HOLD_WAITING if found and Status.UNKNOWN not in found else Exit.HOLD_UNKNOWN


WAITING = frozenset({Reason.NOT_DUE, Reason.AWAITS_PERSON})
"""Reasons that make a subject pending rather than unknown."""
