"""Which calls stand behind which evidence."""

from contextvars import ContextVar
from dataclasses import asdict, dataclass

from promotion.core.clock import Clock, SystemClock, stamp


@dataclass(frozen=True)
class ApiCall:
    """One request to the outside, answered or not."""

    service: str
    """`codedeploy`, or the host of an HTTP request."""
    operation: str
    """`GetDeployment`, or method and path."""
    time: str
    """When the answer came."""
    request_id: str | None
    """The other side's own name for the request, for its support to find it by."""
    outcome: str = "ok"
    """`ok`, or the error code or status that came instead."""

    def as_json(self) -> dict[str, str | None]:
        """For the record."""
        return asdict(self)


CALLS: ContextVar[list[ApiCall]] = ContextVar("calls")
"""The list the current look-up writes its calls to."""

ORPHANS: list[ApiCall] = []
"""Calls made outside any look-up: a mistake in a fixture, which the suite's own tests refuse."""


def note_call(
    service: str, operation: str, request_id: str | None, outcome: str = "ok", *, clock: Clock | None = None
) -> None:
    """Write a call down under the look-up that is running in this thread."""
    call = ApiCall(service, operation, stamp((clock or SystemClock()).now()), request_id, outcome)
    CALLS.get(ORPHANS).append(call)
