"""Looking so that what could not be seen hides nothing else, and the reports in a function's log, read as they come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from promotion.clients.aws.account import Account
from promotion.clients.aws.pacing import filter_pace
from promotion.core.api_calls import CALLS
from promotion.core.failures import explain
from promotion.sections.observability.logs.streams import Writers
from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout.invocations import PATTERN, Invocation, read_report
from promotion.unknown import Reason, Unknown

T = TypeVar("T")
PAGES = 60
"""How many pages of reports are read at one look."""
LATE = timedelta(seconds=60)
"""How late a report may come into the log."""


def seen(look: Callable[[], T]) -> T | Untellable:
    """Look; what kept from seeing is kept in its place, and hides nothing else."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return look()
    except Unknown as unknown:
        return Untellable.of(unknown)
    except (BotoCoreError, ClientError, OSError) as trouble:
        return Untellable.of(explain(trouble, "rollout_watch", CALLS.get([])))


@dataclass
class Reports:
    """The reports in a function's log, read on from where the last look ended."""

    account: Account
    writers: Writers
    since: datetime
    found: dict[str, dict[str, Invocation]] = field(default_factory=dict)
    """By version, and by request."""
    read_until: datetime | None = None

    def read(self, now: datetime) -> None:
        """Read what has come. Raises Unknown, truncated, if it is more than is read at one look."""
        start = self.since if self.read_until is None else max(self.since, self.read_until - LATE)
        pace = filter_pace(self.account.account, self.account.region)
        asked = {
            "logGroupName": self.writers.group,
            "startTime": int(start.timestamp() * 1000),
            "filterPattern": PATTERN,
        }
        for _ in range(PAGES):
            pace.take()
            answer = self.account.client("logs").filter_log_events(**asked)
            for event in answer.get("events", ()):
                version = self.writers.writer(event["logStreamName"])
                report = read_report(event.get("message", ""), datetime.fromtimestamp(event["timestamp"] / 1000, UTC))
                if version is not None and report is not None and report.at >= self.since:
                    self.found.setdefault(version, {}).setdefault(report.request, report)
            token = answer.get("nextToken")
            if token is None:
                self.read_until = now
                return
            if token == asked.get("nextToken"):
                break
            asked["nextToken"] = token
        raise Unknown(
            Reason.TRUNCATED,
            f"{self.writers.group} has more invocation reports than one run reads: use --wait, which reads them as "
            "they arrive",
        )
