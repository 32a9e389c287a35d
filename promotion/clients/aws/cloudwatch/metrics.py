"""GetMetricData: everything that is asked in as few calls as there can be. This module does I/O."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.query import Query, batches
from promotion.clients.aws.cloudwatch.series import MetricsLook, Series, not_offered, parse_metric_data
from promotion.clients.aws.cloudwatch.window import Window
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_REFUSED = frozenset({"ValidationError", "InvalidParameterValue", "InvalidParameterCombination"})
"""How CloudWatch refuses a question of which one statistic is not offered."""
BOUNDED = ("TC(", "PR(")
"""Statistics that CloudWatch does not promise for every service."""


def metric_data(account: Account, queries: Sequence[Query], window: Window) -> MetricsLook:
    """Ask CloudWatch for all of these in as few calls as there can be.

    Where it refuses the question, it is asked once more without the statistics that are not offered everywhere.
    """
    from botocore.exceptions import ClientError

    cloudwatch = account.client("cloudwatch")
    series: dict[str, Series] = {}
    messages: list[str] = []
    for batch in batches(queries):
        try:
            found, said = parse_metric_data(batch, _pages(cloudwatch, batch, window))
        except ClientError as refused:
            fewer = without_bounded(batch)
            why = refusal(refused)
            if why is None or len(fewer) == len(batch):
                raise
            found, said = parse_metric_data(fewer, _pages(cloudwatch, fewer, window))
            found |= {query.key: not_offered(query, why) for query in batch if query.key not in found}
        series |= found
        messages += said
    return MetricsLook(window, series, tuple(messages))


def refusal(error: "ClientError") -> str | None:
    """Give what CloudWatch says where it refuses a question as such; None for any other trouble."""
    told = error.response["Error"]
    return str(told.get("Message", "")) if told.get("Code", "") in _REFUSED else None


def without_bounded(queries: Sequence[Query]) -> list[Query]:
    """Leave out statistics that are not offered everywhere."""
    return [query for query in queries if not query.stat.startswith(BOUNDED)]


def _pages(cloudwatch: Any, queries: Sequence[Query], window: Window) -> Iterator[dict[str, Any]]:
    """Give every page: one without values may well be followed by others."""
    asked = {
        "MetricDataQueries": [query.asked(f"q{number}", window) for number, query in enumerate(queries)],
        "StartTime": window.start,
        "EndTime": window.end,
        "ScanBy": "TimestampAscending",
    }
    seen: set[str] = set()
    while True:
        page = cloudwatch.get_metric_data(**asked)
        yield page
        token = page.get("NextToken")
        if not token:
            return
        if token in seen:
            raise Unknown(Reason.TRUNCATED, "cloudwatch:GetMetricData returned the same page twice: run again")
        seen.add(token)
        asked["NextToken"] = token
