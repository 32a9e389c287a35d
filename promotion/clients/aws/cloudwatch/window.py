"""Which span of time is judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.unknown import Reason, Unknown

SETTLED_AFTER = timedelta(minutes=3)
"""A minute's values may still change while they come in; three minutes after its end they are taken for final.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html: a period is visible from its
start on, and changes. How long it does so, AWS does not say; who collects metrics of AWS counts with two to three minutes
(https://help.splunk.com/en/splunk-observability-cloud, "Troubleshoot AWS CloudWatch polling"). Where samples can be counted,
it is seen besides whether all have come.
"""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """Whole minutes, in UTC. The end is not in it."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How many."""
        return (self.end - self.start) // MINUTE

    @property
    def seconds(self) -> int:
        """How long it is; a valid period of CloudWatch's."""
        return self.minutes * 60

    def describe(self) -> str:
        """The window in a few words."""
        return f"{self.start:%H:%M} to {self.end:%H:%M}Z"


def window_before(now: datetime, minutes: int, after: Iterable[datetime]) -> Window:
    """Give the newest window of at most so many minutes that has settled and begins after all these moments.

    `after` are the ends of deployments: what was measured before is about what ran before. Raises Unknown, not-due,
    if nothing has settled since.
    """
    end = floor_minute(now - SETTLED_AFTER)
    start = max([end - minutes * MINUTE, *(ceil_minute(moment) for moment in after)])
    if start >= end:
        raise Unknown(
            Reason.NOT_DUE,
            f"no minute of metrics since the deployment at {max(after):%H:%M}Z is final yet: run again after "
            f"{start + MINUTE + SETTLED_AFTER:%H:%M}Z",
        )
    return Window(start, end)


def floor_minute(moment: datetime) -> datetime:
    """Give the start of the minute a moment is in."""
    return moment.replace(second=0, microsecond=0)


def ceil_minute(moment: datetime) -> datetime:
    """Give the first whole minute that is not before a moment."""
    floored = floor_minute(moment)
    return floored if floored == moment else floored + MINUTE
