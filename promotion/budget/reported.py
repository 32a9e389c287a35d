"""What CloudWatch Application Signals says of an objective, and whether that and our own counts agree. Pure.

https://docs.aws.amazon.com/applicationsignals/latest/APIReference/API_ServiceLevelObjectiveBudgetReport.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from promotion.budget.spent import Budget
from promotion.statistics.proof import percent

_UNITS = {"MINUTE": timedelta(minutes=1), "HOUR": timedelta(hours=1), "DAY": timedelta(days=1)}
APART = 0.1
"""By how much of the budget two counts of the same may differ: they were not taken at the same instant."""


@dataclass(frozen=True)
class Reported:
    """One budget report."""

    name: str
    status: str
    """`OK`, `WARNING`, `BREACHED` or `INSUFFICIENT_DATA`."""
    goal: float | None
    """The share that must succeed, 0 to 1."""
    days: float | None
    """Of its rolling interval; None for a calendar's."""
    used: float | None
    """The share of the budget that is used."""

    def same(self, budget: Budget) -> bool:
        """Whether it is about the same objective and time as our own counts."""
        return (
            self.goal is not None
            and abs(self.goal - budget.objective) < 1e-9
            and self.days is not None
            and abs(self.days - budget.days) < 1e-9
        )

    def problems(self, budget: Budget) -> Iterator[str]:
        """Say what is wrong by it, or where it contradicts our own counts."""
        if self.status == "BREACHED":
            yield f"Application Signals says that the budget of {self.name} is breached"
        if self.goal is not None and abs(self.goal - budget.objective) >= 1e-9:
            yield f"the goal of {self.name} is {percent(self.goal)}, the objective in promotion.toml {percent(budget.objective)}"
        if self.used is not None and self.same(budget) and abs(self.used - budget.used) > APART * max(1.0, budget.used):
            yield (
                f"Application Signals says that {percent(self.used)} of the budget of {self.name} is used, by the metrics "
                f"it is {percent(budget.used)}: find out what each of them counts"
            )


def read(tree: Mapping[str, Any]) -> Reported:
    """Read one report. KeyError where it has no name or status."""
    goal = tree.get("Goal") or {}
    interval = goal.get("Interval") or {}
    rolling = interval.get("RollingInterval")
    days: float | None = 7.0 if not interval else None  # what holds where nothing is said
    if rolling and rolling.get("DurationUnit") in _UNITS:
        days = rolling["Duration"] * _UNITS[rolling["DurationUnit"]] / timedelta(days=1)
    whole, left = (
        (tree.get("TotalBudgetRequests"), tree.get("BudgetRequestsRemaining"))
        if tree.get("EvaluationType") == "RequestBased"
        else (tree.get("TotalBudgetSeconds"), tree.get("BudgetSecondsRemaining"))
    )
    return Reported(
        name=str(tree["Name"]),
        status=str(tree["BudgetStatus"]),
        goal=None if goal.get("AttainmentGoal") is None else round(goal["AttainmentGoal"] / 100, 9),
        days=days,
        used=1 - left / whole if whole and left is not None else None,
    )
