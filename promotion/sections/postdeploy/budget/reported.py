"""What CloudWatch Application Signals says of an objective, and whether that and our own counts agree. Pure.

https://docs.aws.amazon.com/applicationsignals/latest/APIReference/API_ServiceLevelObjectiveBudgetReport.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from promotion.core.statistics.proof import percent
from promotion.sections.postdeploy.budget.spent import ErrorBudget
from promotion.unknown import Reason, Unknown

_UNITS = {"MINUTE": timedelta(minutes=1), "HOUR": timedelta(hours=1), "DAY": timedelta(days=1)}
_STATUSES = ("OK", "WARNING", "BREACHED", "INSUFFICIENT_DATA")
_COUNTS = ("RequestBased", "PeriodBased")
GOAL, DAYS = 99.0, 7.0
"""The goal in percent and the interval where the objective names none."""
APART = 0.1
"""By how much of the budget two counts of the same may differ: they were not taken at the same instant."""


@dataclass(frozen=True)
class Reported:
    """One budget report."""

    name: str
    status: str
    """`OK`, `WARNING` or `BREACHED`."""
    goal: float
    """The share that must succeed, 0 to 1."""
    days: float
    """Of its rolling interval."""
    used: float | None
    """The share of the budget of requests that is used; None where periods are counted, which says nothing of ours."""

    def problems(self, budget: ErrorBudget) -> Iterator[str]:
        """Say what is wrong by it, or where it contradicts our own counts."""
        if self.status == "BREACHED":
            yield f"Application Signals says that the budget of {self.name} is breached"
        other_goal = abs(self.goal - budget.objective) > 1e-9
        if other_goal:
            yield (
                f"the goal of {self.name} in Application Signals is {percent(self.goal)}, but the objective in "
                f"promotion.toml is {percent(budget.objective)}"
            )
        other_days = abs(self.days - budget.days) > 1e-9
        if other_days:
            yield (
                f"{self.name} in Application Signals is over {self.days:g} days, but promotion.toml says {budget.days}"
            )
        if other_goal or other_days or self.used is None:
            return
        if abs(self.used - budget.used) > APART * max(1.0, budget.used):
            yield (
                f"Application Signals says that {percent(self.used)} of the budget of {self.name} is used, but by "
                f"the metrics it is {percent(budget.used)}: find out what each of them counts"
            )

    def describe(self) -> str:
        """In a few words."""
        return (
            f"Application Signals {f'{self.status}, by periods' if self.used is None else f'{percent(self.used)} used'}"
        )


def parse_budget_report(tree: Mapping[str, Any]) -> Reported:
    """Read one report.

    Raises Unknown: no-data where Application Signals cannot tell, not-supported where it is about no rolling days,
    malformed where it has no name, its goal is none, or its status or how it counts is none that is known.
    """
    name, status, goal = tree.get("Name"), tree.get("BudgetStatus"), tree.get("Goal") or {}
    counts, attained = tree.get("EvaluationType"), float(goal.get("AttainmentGoal", GOAL))
    if not name or status not in _STATUSES or counts not in _COUNTS or not 0 < attained < 100:
        raise Unknown(
            Reason.MALFORMED,
            f"Application Signals gives a budget report of {name} with the status {status}, counted {counts}, and "
            f"a goal of {attained:g} %, which this version does not support: check it there",
        )
    if status == "INSUFFICIENT_DATA":
        raise Unknown(Reason.NO_DATA, f"Application Signals has too little data about {name}: check its metric")
    share = round(attained / 100, 9)
    return Reported(
        name=str(name),
        status=str(status),
        goal=share,
        days=_days(str(name), goal.get("Interval") or {}),
        used=_used(tree, share) if counts == "RequestBased" else None,
    )


def _days(name: str, interval: Mapping[str, Any]) -> float:
    if not interval:
        return DAYS
    rolling = interval.get("RollingInterval")
    if not rolling or rolling["DurationUnit"] not in _UNITS:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{name} in Application Signals is over months or calendar periods; only rolling days are supported: "
            "name another objective in `application_signals`",
        )
    return float(rolling["Duration"] * _UNITS[rolling["DurationUnit"]] / timedelta(days=1))


def _used(tree: Mapping[str, Any], goal: float) -> float:
    """Give the share that is used. Attainment is the share of requests that succeeded, in percent.

    What remains is how many more may fail before any other succeeds; each of them adds to the requests, too.
    """
    if tree.get("Attainment") is not None:
        return float((1 - tree["Attainment"] / 100) / (1 - goal))
    whole, left = tree.get("TotalBudgetRequests"), tree.get("BudgetRequestsRemaining")
    if not whole or left is None:
        raise Unknown(
            Reason.MALFORMED,
            f"Application Signals says neither what {tree['Name']} attained nor what remains of its budget: run again",
        )
    return float(1 - left * goal / whole)
