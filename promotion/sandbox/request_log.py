"""What a world was asked: every request of one run, in the order in which they were answered."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Asked:
    """What one request asks for."""

    service: str
    """An AWS service by its boto3 name, or `registry`, `github`, `dev-lambda` …; empty if it is unknown."""
    operation: str
    """The AWS operation, or `METHOD /path`."""
    account: str = ""
    """The AWS account that is asked; empty outside AWS."""
    action: str = ""
    """The IAM action it needs, such as `s3:ListBucket`; empty outside AWS."""

    @property
    def name(self) -> str:
        """What the patterns of misbehaviours are matched against."""
        return self.operation


@dataclass(frozen=True)
class Call(Asked):
    """One request that was made and how it ended."""

    began: float = 0.0
    """Seconds on a monotonic clock; only differences mean something."""
    ended: float = 0.0
    """On the same clock, when the answer was ready to be sent."""
    status: int = 0
    """The HTTP status; 0 if the connection was closed instead."""

    @classmethod
    def of(cls, asked: Asked, began: float, ended: float, status: int) -> Self:
        """Note how a request ended."""
        return cls(asked.service, asked.operation, asked.account, asked.action, began, ended, status)


class Calls:
    """The list of calls. Noting is safe from many threads: a list's append is one step of the interpreter."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def note(self, call: Call) -> None:
        """Add a call."""
        self._calls.append(call)

    def so_far(self) -> tuple[Call, ...]:
        """Every call answered until now."""
        return tuple(self._calls)
