"""Requests and failed ones in a window. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """Requests and failed ones in a window."""

    requests: int
    errors: int

    @property
    def share(self) -> float:
        """The share that failed, 0 to 1; 0 without a request."""
        return self.errors / self.requests if self.requests else 0.0
