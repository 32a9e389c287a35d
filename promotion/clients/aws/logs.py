"""CloudWatch Logs: the events of a log group. This module does I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.pacing import filter_pace

PAGES = 12
"""How many pages are read at most for one question: 120,000 events, and two or three seconds' worth of calls."""


@dataclass(frozen=True)
class LogEvent:
    """One event as it came. Held in memory only, counted, then dropped."""

    stream: str
    at: datetime
    """When it happened, by who wrote it."""
    ingested: datetime
    """When CloudWatch Logs took it."""
    message: str = field(repr=False)

    @property
    def seen_by(self) -> datetime:
        """The moment it vouches for: a clock that runs ahead makes nothing fresh, nor does a late delivery."""
        return min(self.at, self.ingested)


@dataclass(frozen=True)
class LogPage:
    """A page of events, as they came."""

    events: tuple[LogEvent, ...]
    last: bool
    """Whether there is none after it."""


def log_pages(account: Account, group: str, since: datetime, **narrowed: str) -> Iterator[LogPage]:
    """Read a group newest first, page by page, within the rate. Ends after PAGES pages even if there are more.

    A page may be empty and still have another one after it
    (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
    """
    pace = filter_pace(account.account, account.region)
    asked: dict[str, Any] = {"logGroupName": group, "startTime": int(since.timestamp() * 1000), **narrowed}
    for _ in range(PAGES):
        pace.take()
        answer = account.client("logs").filter_log_events(startFromHead=False, **asked)
        token, before = answer.get("nextToken"), asked.get("nextToken")
        # The server's word on the span is not taken either.
        events = (event for event in map(_event, answer.get("events", ())) if event.at >= since)
        yield LogPage(tuple(events), last=token is None)
        if token in (None, before):  # a token that leads to itself leads nowhere: there was more, and it is not given
            return
        asked["nextToken"] = token


def _event(tree: Mapping[str, Any]) -> LogEvent:
    at = datetime.fromtimestamp(tree["timestamp"] / 1000, UTC)
    taken = tree.get("ingestionTime")
    ingested = at if taken is None else datetime.fromtimestamp(taken / 1000, UTC)
    return LogEvent(tree["logStreamName"], at, ingested, tree.get("message", ""))


def newest_event(account: Account, group: str, since: datetime) -> datetime | None:
    """Tell when the newest event of a group happened; None without one since then.

    Raises what boto3 raises, `ResourceNotFoundException` where there is no such group.
    """
    filter_pace(account.account, account.region).take()
    answer = account.client("logs").filter_log_events(
        logGroupName=group, startTime=int(since.timestamp() * 1000), startFromHead=False, limit=1
    )
    moments = [datetime.fromtimestamp(event["timestamp"] / 1000, UTC) for event in answer.get("events", ())]
    return max(moments, default=None)


def described_group(account: Account, name: str) -> Mapping[str, Any] | None:
    """Give a log group as DescribeLogGroups describes it; None if there is none of this name."""
    pages = account.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    groups = [one for page in pages for one in page["logGroups"] if one["logGroupName"] == name]
    return groups[0] if groups else None
