"""Counts over windows, held against a service level objective.

Burn rates and their windows: Google, "The Site Reliability Workbook", chapter 5, table 5-8: a page where the budget burns
14.4 times too fast over an hour and over five minutes, or 6 times too fast over six hours and over half an hour.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from promotion.core.statistics.proof import percent
from promotion.sections.postdeploy.budget.coverage import CoverageGap
from promotion.sections.postdeploy.counts import Counts

WINDOWS: Sequence[tuple[timedelta, timedelta, float]] = (
    (timedelta(hours=1), timedelta(minutes=5), 14.4),
    (timedelta(hours=6), timedelta(minutes=30), 6.0),
)
"""Long window, short window, and the burn rate that is too fast if it holds in both."""
FEWEST = 10
"""Errors in a window under which its burn rate says nothing: with little traffic one error is a rate of its own."""


@dataclass(frozen=True)
class ErrorBudget:
    """What an objective leaves room for."""

    objective: float
    """The share of requests that must succeed, such as 0.999."""
    days: int
    whole: Counts
    """Over all its days."""
    windows: Mapping[str, Counts]
    """By the window's length as `name_of` writes it, each ending now."""
    covered: float = 1.0
    """The share of its days over which requests were counted, 0 to 1."""
    gaps: tuple[CoverageGap, ...] = ()
    """Days of which nothing was counted."""

    @property
    def allowed(self) -> float:
        """How many requests may fail."""
        return (1 - self.objective) * self.whole.requests

    @property
    def used(self) -> float:
        """The share of the budget that is used; over 1 when it is exceeded."""
        return self.whole.errors / self.allowed if self.allowed else float(self.whole.errors > 0)

    def burn(self, window: timedelta) -> float | None:
        """How many times too fast the budget burned in a window; None where too few failed to tell."""
        found = self.windows[name_of(window)]
        return found.share / (1 - self.objective) if found.errors >= FEWEST else None

    def describe(self) -> str:
        """In a few words."""
        counted = f", {percent(self.covered)} of them measured" if self.gaps else ""
        return f"{percent(self.used)} of the {self.days}-day budget used{counted}"


def budget_problems(budget: ErrorBudget, spent: float, most: float) -> Iterator[str]:
    """Give what is wrong: the budget used up, burning too fast, or one deployment having taken more than its share.

    `spent` is the share of the budget that the deployment took, `most` what it may take.
    """
    if budget.used >= 1:
        yield (
            f"{budget.whole.errors:,} of {budget.whole.requests:,} requests failed in {budget.days} days; "
            f"{budget.allowed:,.0f} are allowed at {percent(budget.objective)}: postpone risky changes until the "
            "budget recovers"
        )
    for long, short, limit in WINDOWS:
        rates = [budget.burn(window) for window in (long, short)]
        if all(rate is not None and rate >= limit for rate in rates):
            fast = min(rate for rate in rates if rate is not None)
            yield (
                f"the budget burns {fast:.1f} times too fast over {name_of(long)} and {name_of(short)}, and the "
                f"paging threshold is {limit:g}: find out what is failing"
            )
    if spent > most:
        yield (
            f"this deployment spent {percent(spent)} of the budget; {percent(most)} is allowed: find out what "
            "has failed since it began"
        )


def budget_doubts(budget: ErrorBudget, before: Counts, covered: float) -> Iterator[str]:
    """Say what is unknown: with so few requests that not one may fail, a budget is none.

    `covered` is the share of the days over which requests must have been counted.
    """
    if budget.covered < covered:
        yield (
            f"no request was counted from {', '.join(gap.describe() for gap in budget.gaps)}, which leaves "
            f"{percent(budget.covered)} of the {budget.days} days measured; {percent(covered)} are required: in "
            "[postdeploy.budget], lower `days` if the service is new, or `covered` if it has no traffic at times"
        )
    if budget.allowed < 1:
        yield (
            f"{budget.whole.requests:,} requests in {budget.days} days do not allow a single failure at "
            f"{percent(budget.objective)}: there is too little traffic to judge that objective"
        )
    elif not before.requests:
        yield (
            "no request was counted in the days before the deployment, so it is unknown how much of the budget it spent"
        )


def spent_by(budget: ErrorBudget, since: Counts, before: Counts) -> float:
    """Give the share of the budget that errors since a deployment took, beyond what was usual before it."""
    usual = before.share * since.requests
    return max(since.errors - usual, 0) / budget.allowed if budget.allowed else float(since.errors > 0)


def name_of(window: timedelta) -> str:
    """Name a window by its length."""
    minutes = round(window.total_seconds() / 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
