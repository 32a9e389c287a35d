"""Could not tell: the third kind of answer beside right and wrong."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an item or a subject has no answer. A closed set: pipelines and people read these words."""

    ACCESS_DENIED = "access-denied"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    NO_DATA = "no-data"
    STALE = "stale"
    TOO_FEW_SAMPLES = "too-few-samples"
    SUSPECTED_HARM = "suspected-harm"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    NOT_SUPPORTED = "not-supported"
    NOT_DECLARED = "not-declared"
    ERROR = "error"
    SKIPPED = "skipped"
    WORKER_DIED = "worker-died"
    NOT_RUN = "not-run"
    NOT_DUE = "not-due"
    AWAITS_PERSON = "awaits-person"


UNSEEN = frozenset(
    {
        Reason.ACCESS_DENIED,
        Reason.THROTTLED,
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
        Reason.TRUNCATED,
        Reason.MALFORMED,
        Reason.NOT_SUPPORTED,
        Reason.ERROR,
    }
)
"""Reasons with which nobody saw anything; with the others something was seen, and it is not enough."""


class Unknown(Exception):  # noqa: N818 - it is not an error: it is an answer
    """Nobody could tell, and why.

    Raised while looking or while judging. `message` is one sentence: what was looked at, what was there instead of an
    answer, and what to do next. It never turns into a pass.
    """

    def __init__(self, reason: Reason | str, message: str) -> None:
        self.reason = Reason(reason)
        self.message = message
        super().__init__(self.reason, message)

    def __str__(self) -> str:
        return f"{self.message} [{self.reason}]"
