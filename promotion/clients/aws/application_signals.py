"""CloudWatch Application Signals: service level objectives and their budgets. This module does I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.pages import entries
from promotion.unknown import Reason, Unknown

_STALE = timedelta(hours=1)
"""A report that is so much older than the one that was asked for is about another budget."""


def objectives(account: Account, wanted: str) -> list[str]:
    """Give the ARNs of the objectives of a name, or the one of an ARN."""
    listed = entries(account, "application-signals", "list_service_level_objectives", "SloSummaries")
    return [slo["Arn"] for slo in listed if wanted in (slo["Name"], slo["Arn"])]


def budget_report(account: Account, arn: str, wanted: str, now: datetime) -> Mapping[str, Any]:
    """Give the budget report of an objective as of now; `wanted` is what messages call it.

    Raises Unknown: no-data where Application Signals gives none, malformed, and stale.
    """
    answer = account.client("application-signals").batch_get_service_level_objective_budget_report(
        Timestamp=now, SloIds=[arn]
    )
    for error in answer.get("Errors") or ():
        raise Unknown(
            Reason.NO_DATA,
            f"Application Signals returned no budget report of {wanted}: {error['ErrorCode']}, "
            f"{error['ErrorMessage']}: check the objective there",
        )
    reports, at = answer.get("Reports") or [], answer.get("Timestamp")
    if len(reports) != 1 or at is None:
        raise Unknown(
            Reason.MALFORMED,
            f"Application Signals returned {len(reports)} budget reports of {wanted} without an error, expected "
            "one and its time: run again",
        )
    if now - at > _STALE:
        raise Unknown(
            Reason.STALE,
            f"Application Signals returned the budget report of {wanted} as of "
            f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z, expected {now:%H:%M}Z: check whether its metric is still "
            "published, and run again",
        )
    report: Mapping[str, Any] = reports[0]
    return report
