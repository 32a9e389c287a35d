"""The error budget of a target, put together from what CloudWatch counted. Asking for it does I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, Window, ceil_minute, floor_minute
from promotion.sections.observability.baseline.window import Whole
from promotion.sections.observability.metrics.signals import counts, key_of
from promotion.sections.postdeploy.budget.coverage import covered, gaps
from promotion.sections.postdeploy.budget.spent import WINDOWS, ErrorBudget, name_of
from promotion.sections.postdeploy.counts import Counts
from promotion.sections.postdeploy.places import count
from promotion.settings.postdeploy import BudgetSettings

_LONGEST_MINUTES = timedelta(days=14)
"""CloudWatch keeps values of single minutes for 15 days."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class BudgetLook:
    """The error budget of a target, and what the deployment took of it."""

    budget: ErrorBudget
    place: str
    """Where the requests are counted: as near to callers as they are."""
    since: Counts
    """Since the deployment."""
    before: Counts
    """In the days before it."""
    beside: Counts | None = None
    """What a load balancer that other services share answered itself, of all its requests, over the days of the budget:
    whose they were cannot be determined."""


def counted(
    account: Account, targets: Sequence[Whole], days: int, t0: datetime, now: datetime
) -> tuple[MetricsLook, MetricsLook]:
    """Ask for requests and failures as callers see them: by the hour over the days of the budget, by the minute of late."""
    places = [(one.name, place) for one in targets for place in one.failures if place.shared or place == one.whole]
    queries = [query for name, place in places for query in counts(name, place)]
    end = floor_minute(now - SETTLED_AFTER)
    # A start on a full hour is a start on five full minutes, which values older than 15 days ask for.
    start = end.replace(minute=0) - timedelta(days=days)
    hourly = metric_data(account, [replace(query, period=3600) for query in queries], Window(start, end))
    longest = max(long for long, _, _ in WINDOWS)
    late = max(min(floor_minute(t0), end - longest), end - _LONGEST_MINUTES)
    return hourly, metric_data(account, queries, Window(late, end))


def budget_of(
    target: Whole,
    declared: BudgetSettings,
    window_hours: float,
    began: datetime,
    metrics: tuple[MetricsLook, MetricsLook],
) -> BudgetLook:
    """Work out how much of a target's budget is used, how fast it burns, and what the deployment took.

    `metrics` is what `counted` gives, `began` when the deployment began, `window_hours` how long it is held responsible.
    """
    place, (hourly, late) = target.whole, metrics
    end = late.window.end

    def of_late(start: datetime, until: datetime = end) -> Counts:
        return count(target.name, place, late, Window(max(start, late.window.start), until), alive=False)

    own = declared.targets.get(target.name)
    since = ceil_minute(began)
    whole = hourly.window
    asked = [hourly.series[key_of(target.name, metric, "Sum")].points() for metric in place.requests]
    busy = {hour for requests in asked for hour, some in requests.items() if some}
    silent = gaps(sorted(busy), whole.start, whole.end, _HOUR)
    return BudgetLook(
        budget=ErrorBudget(
            objective=declared.objective if own is None or own.objective is None else own.objective,
            days=declared.days,
            whole=count(target.name, place, hourly, whole, alive=True),
            windows={name_of(window): of_late(end - window) for window in _windows()},
            covered=covered(silent, whole.start, whole.end),
            gaps=silent,
        ),
        place=place.name,
        since=of_late(since, min(end, since + timedelta(hours=window_hours))),
        before=count(
            target.name,
            place,
            hourly,
            Window(whole.start, began.replace(minute=0, second=0, microsecond=0)),
            alive=False,
        ),
        beside=next(
            (count(target.name, one, hourly, whole, alive=False) for one in target.failures if one.shared), None
        ),
    )


def _windows() -> list[timedelta]:
    return list(dict.fromkeys(window for long, short, _ in WINDOWS for window in (long, short)))
