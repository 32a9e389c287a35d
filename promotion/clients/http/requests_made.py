"""What became of the requests that a run made itself. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

NO_ANSWER = "no answer"


@dataclass(frozen=True)
class RequestsMade:
    """Requests that the run made of one target, so that there is something to judge."""

    wanted: int
    """How many were declared; 0 makes none."""
    made: int = 0
    answers: Mapping[str, int] | None = None
    """How many were answered with each HTTP status, or not at all."""
    slowest_ms: float | None = None
    started: datetime | None = None
    ended: datetime | None = None
    """When the last answer came."""
    correlation_prefix: str = ""
    """What the correlation id of every one of them begins with; a number follows."""
    stopped: str = ""
    """Why fewer were made than wanted."""

    @property
    def failed(self) -> Mapping[str, int]:
        """Those answered with 500 or above, or not at all, by what came."""
        answers = self.answers or {}
        return {status: count for status, count in answers.items() if status == NO_ANSWER or int(status) >= 500}


NONE_MADE = RequestsMade(wanted=0)


@dataclass(frozen=True)
class OneMade:
    """One request and its answer."""

    status: int | None
    """None without an answer."""
    elapsed_ms: float | None

    @property
    def failed(self) -> bool:
        """Whether it was answered with 500 or above, or not at all."""
        return self.status is None or self.status >= 500


def summed(
    wanted: int, made: Sequence[OneMade], started: datetime, ended: datetime, prefix: str, stopped: str
) -> RequestsMade:
    """Put single requests together."""
    counted = Counter(NO_ANSWER if one.status is None else str(one.status) for one in made)
    times = [one.elapsed_ms for one in made if one.elapsed_ms is not None]
    return RequestsMade(
        wanted=wanted,
        made=len(made),
        answers=dict(sorted(counted.items())),
        slowest_ms=max(times, default=None),
        started=started,
        ended=ended,
        correlation_prefix=prefix,
        stopped=stopped,
    )
