"""What a log stream holds. moto's own events are slow to make, and moto keeps a register of every one it ever made."""

import itertools
from typing import Any

INGESTED_AFTER_MS = 1400
"""How long after it happened an event can be read."""


class Event:
    """An event as moto's streams hold it, past moto's register of everything that it ever made."""

    __slots__ = ("event_id", "ingestion_time", "message", "timestamp")
    _ids = itertools.count(3 * 10**55)

    def __init__(self, at: int, message: str) -> None:
        """`at` is in milliseconds since 1970."""
        self.timestamp, self.message = at, message
        self.ingestion_time, self.event_id = at + INGESTED_AFTER_MS, next(self._ids)

    def to_filter_dict(self) -> dict[str, Any]:
        """Give it as FilterLogEvents does, but for its stream."""
        return {"eventId": str(self.event_id), **self.to_response_dict()}

    def to_response_dict(self) -> dict[str, Any]:
        """Give it as GetLogEvents does."""
        return {"ingestionTime": self.ingestion_time, "message": self.message, "timestamp": self.timestamp}
