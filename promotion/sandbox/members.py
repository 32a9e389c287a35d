"""Who answers for the service behind a front-end: instances or function versions, each breakable on its own."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from promotion.sandbox.order import Reply


@dataclass(frozen=True)
class Release:
    """What is running: the image's digest, the commit it was built from, the version people call it by."""

    digest: str
    commit: str
    version: str = "1.8.0"


@dataclass
class Member:
    """An EC2 instance (its id) or a version of the function (its number), with switches for what is wrong with it."""

    name: str
    release: Release
    weight: int = 1
    """Its share of the requests, in relation to the other members'; 0 takes it out of service."""
    healthy: bool = True
    """Whether `/health` answers 200; it goes on answering all else."""
    secrets_loaded: bool = True
    """Whether it could read its secrets; without them it is neither ready nor healthy."""
    slow_ms: float = 0
    """Added to each answer, in milliseconds."""
    error_share: float = 0
    """The share of requests, 0 to 1, that is answered with 500, evenly spread."""
    fixed: dict[str, Reply] = field(default_factory=dict)
    """Path to what is answered there whatever is asked: a wrong, empty or unreadable body, a redirect."""
    without_headers: set[str] = field(default_factory=set)
    """Names of headers that are missing from its answers, in any case."""
    correlation: Literal["kept", "dropped", "constant"] = "kept"
    """`dropped`: neither logged nor returned. `constant`: always the same one."""
    _asked: int = field(default=0, repr=False)
    _credit: int = field(default=0, repr=False)

    def fails_now(self) -> bool:
        """Count one request, and tell whether it is one of those that fail."""
        self._asked += 1
        return int(self._asked * self.error_share) > int((self._asked - 1) * self.error_share)


class Members:
    """The members in turn, by weight: with 9 and 1 one request in ten goes to the second."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._lock = threading.Lock()
        self._members = {member.name: member for member in members}

    def __getitem__(self, name: str) -> Member:
        return self._members[name]

    def __iter__(self) -> Iterator[Member]:
        return iter([*self._members.values()])

    def add(self, member: Member) -> None:
        """Let another member answer too."""
        with self._lock:
            self._members[member.name] = member

    def remove(self, name: str) -> None:
        """Let a member answer no longer."""
        with self._lock:
            del self._members[name]

    def next(self) -> tuple[Member, bool] | None:
        """Choose who answers, and tell whether the request fails; None if nobody is in service.

        Smooth weighted round-robin: everyone gains its weight, the richest pays the sum.
        """
        with self._lock:
            serving = [member for member in self._members.values() if member.weight > 0]
            if not serving:
                return None
            for member in serving:
                member._credit += member.weight
            chosen = max(serving, key=lambda member: member._credit)
            chosen._credit -= sum(member.weight for member in serving)
            return chosen, chosen.fails_now()
