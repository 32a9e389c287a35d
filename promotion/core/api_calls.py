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
    host: str | None = None
    """Where an AWS API was asked, such as `codedeploy.eu-west-1.amazonaws.com`; None where the service is the host."""

    def as_json(self) -> dict[str, str | None]:
        """For the record."""
        return {name: value for name, value in asdict(self).items() if name != "host" or value is not None}


CALLS: ContextVar[list[ApiCall]] = ContextVar("calls")
"""The list the current look-up writes its calls to."""

ORPHANS: list[ApiCall] = []
"""Calls made outside any look-up: a mistake in a fixture, which the suite's own tests refuse."""


def note_call(
    service: str,
    operation: str,
    request_id: str | None,
    outcome: str = "ok",
    *,
    host: str | None = None,
    clock: Clock | None = None,
) -> None:
    """Write a call down under the look-up that is running in this thread."""
    call = ApiCall(service, operation, stamp((clock or SystemClock()).now()), request_id, outcome, host)
    CALLS.get(ORPHANS).append(call)
