"""Whose a log stream is, by its name. Pure.

Lambda names a stream `YYYY/MM/DD/[VERSION]ENVIRONMENT`, and `YYYY/MM/DD/FUNCTION[VERSION][ENVIRONMENT]` in a group that
functions share (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html). The CloudWatch
agent names it after the instance, to which a team may add the file's name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_OF_LAMBDA = re.compile(r"\d{4}/\d{2}/\d{2}/(?P<function>[\w-]*)\[(?P<version>\d+|\$LATEST)\]\[?[0-9a-fA-F-]{32,36}\]?")


@dataclass(frozen=True)
class Writers:
    """Where a target logs, and who must be writing there now."""

    group: str
    """The CloudWatch log group."""
    members: tuple[str, ...]
    """The version of the function that the alias names, or the ids of the instances that serve."""
    function: str | None = None
    """The Lambda function; None if instances write."""
    out_of_traffic: tuple[str, ...] = ()
    """Instances that the load balancer finds unhealthy, so that no request reaches them."""

    def writer(self, stream: str) -> str | None:
        """Give the member that writes a stream; None if it is nobody of those."""
        if self.function is None:
            return _instance(stream, self.members)
        named = _OF_LAMBDA.fullmatch(stream)
        if named is None or named["function"] not in ("", self.function):
            return None
        return named["version"] if named["version"] in self.members else None

    def describe(self, member: str) -> str:
        """A member in words."""
        return member if self.function is None else f"version {member}"


def _instance(stream: str, instances: Iterable[str]) -> str | None:
    for instance in instances:
        rest = stream.removeprefix(instance)
        # An id is a prefix of no other id, but a stream may be called `i-0ab…/messages`.
        if stream.startswith(instance) and not rest[:1].isalnum():
            return instance
    return None
