"""What one version of a service did, minute by minute since T0. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST_MS = 0.01
"""Shorter durations count as this one: Lambda reports no shorter ones."""


@dataclass(frozen=True)
class Minute:
    """Requests to one version in one minute."""

    requests: int = 0
    errors: int = 0
    durations_ms: "Sequence[float] | NDArray[np.float64]" = ()
    """Of warm requests, in milliseconds, in any order: all of them."""

    @cached_property
    def logs(self) -> "NDArray[np.float64]":
        """The logarithms of the durations, sorted."""
        import numpy as np

        found: NDArray[np.float64] = np.log(
            np.maximum(np.sort(np.asarray(self.durations_ms, dtype=float)), SHORTEST_MS)
        )
        return found

    def over(self, limit_ms: float) -> int:
        """Count the durations over a limit."""
        import numpy as np

        return int(np.count_nonzero(np.asarray(self.durations_ms, dtype=float) > limit_ms))


@dataclass(frozen=True)
class VersionMinutes:
    """What one version did, by the minute: of its users, and of the requests that the gate made itself."""

    minutes: Sequence[Minute]
    """Whole minutes since T0, the last one as far as it has come."""
    own: Sequence[Minute] = ()
    """The same minutes, of requests that the gate made itself; none where it makes none."""
    throttles: int = 0
    cold_ms: Sequence[float] = ()
    """Of requests that had to start an environment first, with that start."""

    def both(self) -> Iterator[Sequence[Minute]]:
        """Give the minutes of users and of the gate's own requests, where it makes any."""
        yield self.minutes
        if self.own:
            yield self.own

    @property
    def requests(self) -> int:
        """All requests, the gate's own among them."""
        return sum(minute.requests for part in self.both() for minute in part)

    @property
    def errors(self) -> int:
        """All that failed."""
        return sum(minute.errors for part in self.both() for minute in part)

    @property
    def durations(self) -> int:
        """How many warm requests are known with their durations."""
        return sum(len(minute.durations_ms) for part in self.both() for minute in part)

    def until(self, minutes: int) -> "VersionMinutes":
        """Leave out what came after so many minutes."""
        return VersionMinutes(self.minutes[:minutes], self.own[:minutes], self.throttles, self.cold_ms)
