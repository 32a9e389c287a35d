"""What CloudWatch answered, page by page, and whether it may be believed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from promotion.clients.aws.cloudwatch.query import Query
from promotion.clients.aws.cloudwatch.window import Window
from promotion.unknown import Reason, Unknown

COMPLETE = "Complete"
ABSENT = "absent"
"""The status of a query that CloudWatch did not answer at all."""
_REASONS = {
    "Forbidden": Reason.ACCESS_DENIED,
    "InternalError": Reason.UNREACHABLE,
    "PartialData": Reason.TRUNCATED,
    ABSENT: Reason.TRUNCATED,
}


@dataclass(frozen=True)
class Series:
    """The answer to one query, oldest value first."""

    metric: str
    """Metric and statistic in a few words."""
    times: tuple[datetime, ...]
    """Start of each period that has a value."""
    values: tuple[float, ...]
    status: str
    """`Complete`, or what CloudWatch says instead: `PartialData`, `InternalError`, `Forbidden`."""
    message: str = ""

    def points(self) -> dict[datetime, float]:
        """Give the values by their time. Raises Unknown unless the answer is complete."""
        if self.status != COMPLETE:
            raise Unknown(
                _REASONS.get(self.status, Reason.NOT_SUPPORTED),
                f"CloudWatch answered {self.status}{f' ({self.message})' if self.message else ''} for "
                f"{self.metric}, expected Complete: run again",
            )
        return dict(zip(self.times, self.values, strict=True))

    def one(self) -> float | None:
        """Give the only value, of one period over the whole window; None if there is none.

        Raises Unknown unless the answer is complete, and when there are several.
        """
        points = self.points()
        if len(points) > 1:
            raise Unknown(
                Reason.MALFORMED,
                f"CloudWatch returned {len(points)} values for {self.metric} over one period, expected one",
            )
        return next(iter(points.values()), None)


def not_offered(query: Query, why: str) -> Series:
    """Stand for a statistic that CloudWatch refused to give: no value, and the reason."""
    return Series(f"{query.stat} {query.metric.describe()}", (), (), COMPLETE, why)


@dataclass(frozen=True)
class MetricsLook:
    """Everything that was measured in a window, by the key of the query."""

    window: Window
    series: Mapping[str, Series]
    messages: tuple[str, ...] = ()
    """What CloudWatch says of the call as a whole."""


@dataclass
class _Answer:
    points: dict[datetime, float] = field(default_factory=dict)
    status: str = ABSENT
    messages: list[str] = field(default_factory=list)


def parse_metric_data(
    queries: Sequence[Query], pages: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Series], list[str]]:
    """Put the pages of one GetMetricData together: the series by key, and the messages of the call.

    The n-th query was asked as `q<n>`. Values of one query may come on several pages, some of which are empty; the last
    status that is given holds (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html:
    `PartialData` is followed up by the next token).
    """
    found = {f"q{number}": _Answer() for number in range(len(queries))}
    said: list[str] = []
    for page in pages:
        said += _messages(page)
        for result in page.get("MetricDataResults", []):
            answer = found.get(result["Id"])
            if answer is None:
                continue
            times = [moment.astimezone(UTC) for moment in result.get("Timestamps", [])]
            values = result.get("Values", [])
            if len(times) != len(values):
                raise Unknown(
                    Reason.MALFORMED,
                    f"CloudWatch returned {len(values)} values at {len(times)} times for {result['Id']}",
                )
            answer.points |= dict(zip(times, values, strict=True))
            answer.status = result.get("StatusCode", COMPLETE)
            answer.messages += _messages(result)
    return {query.key: _series(query, answer) for query, answer in zip(queries, found.values(), strict=True)}, said


def _series(query: Query, answer: _Answer) -> Series:
    times = tuple(sorted(answer.points))
    return Series(
        metric=f"{query.stat} {query.metric.describe()}",
        times=times,
        values=tuple(answer.points[moment] for moment in times),
        status=answer.status,
        message="; ".join(dict.fromkeys(answer.messages)),
    )


def _messages(tree: Mapping[str, Any]) -> list[str]:
    return [
        ": ".join(part for part in (one.get("Code"), one.get("Value")) if part) for one in tree.get("Messages") or ()
    ]
