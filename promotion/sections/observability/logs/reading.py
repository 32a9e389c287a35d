"""Read a log backwards until it tells enough. This module does I/O."""

from datetime import datetime, timedelta

from promotion.clients.aws.account import Account
from promotion.clients.aws.logs import log_pages
from promotion.sections.observability.logs.sample import LogSample
from promotion.sections.observability.logs.streams import Writers
from promotion.sections.observability.logs.tally import EventCounter
from promotion.settings.environment import Target
from promotion.settings.observability import Logs, MetricLimits
from promotion.unknown import Reason, Unknown

ENOUGH = 2000
"""Application events after which no further page is read: a page of the newest ones holds hundreds to thousands."""


def log_sample(account: Account, writers: Writers, logs: Logs, limits: MetricLimits, now: datetime) -> LogSample:
    """Read a log backwards until it tells enough: every writer's newest event, and enough events to count.

    When it is too long for that, the instances that were not heard of are asked for one by one.
    """
    fresh = now - timedelta(minutes=limits.log_age_minutes)
    since = min(now - timedelta(minutes=limits.window_minutes), fresh)
    tally = EventCounter(writers, logs.correlation_id, limits.correlation_share)
    complete = False
    for page in log_pages(account, writers.group, since):
        tally.add(page.events)
        complete = page.last
        if tally.application >= ENOUGH and not tally.unheard(fresh):
            break
    if not complete:
        for member in tally.unheard(fresh):
            if not _heard_alone(account, writers, member, fresh, tally):
                tally.leave(member)
    return tally.sample(since, now, complete=complete)


def _heard_alone(account: Account, writers: Writers, member: str, fresh: datetime, tally: EventCounter) -> bool:
    """Look for fresh events of one instance. False if some may be left: a version's always, for want of a prefix."""
    if writers.function is not None:
        return False
    for page in log_pages(account, writers.group, fresh, logStreamNamePrefix=member):
        tally.hear(page.events)
        if page.last or member not in tally.unheard(fresh):
            return True
    return False


def logs_of(name: str, target: Target) -> Logs:
    """Give where a target logs. Raises Unknown, not-declared, if that is not said."""
    if target.logs is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say where {name} logs: add `logs = {{ group = … }}` to its target",
        )
    return target.logs
