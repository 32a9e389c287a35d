"""What a metric alarm evaluates: its series, its threshold, its window.

Shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.cloudwatch.query import Metric

_OWN_ID = "m1"
_NOT_EVALUATED = {"EvaluationCriteria": "a query (PromQL)", "EvaluationWindow": "a window by the wall clock"}
"""Fields of newer kinds of alarms."""


@dataclass(frozen=True)
class AlarmSeries:
    """One series of an alarm: a statistic of a metric, or an expression."""

    id: str
    metric: Metric | None = None
    stat: str = ""
    unit: str = ""
    """Samples in another unit are left out; empty: samples in any unit."""
    period: int = 0
    """Seconds; 0 for an expression that takes the period of its metrics."""
    expression: str = ""
    returned: bool = True
    elsewhere: bool = False
    """Whether the metric is in another account."""


@dataclass(frozen=True)
class AlarmDefinition:
    """A metric alarm without its state."""

    series: tuple[AlarmSeries, ...]
    comparison: str
    """ComparisonOperator."""
    threshold: float | None
    """None: a band takes its place."""
    periods: int
    """EvaluationPeriods: N."""
    datapoints: int
    """DatapointsToAlarm: M of N."""
    treat_missing: str = "missing"
    low_samples: str = "evaluate"
    """EvaluateLowSampleCountPercentile: `evaluate` or `ignore`."""
    unsupported: str = ""
    """What of it is not evaluated here, in words."""

    @property
    def period(self) -> int:
        """Seconds; the longest of its series."""
        return max((one.period for one in self.series), default=0)

    @property
    def returned(self) -> AlarmSeries | None:
        """The one series that is compared with the threshold."""
        found = [one for one in self.series if one.returned]
        return found[0] if len(found) == 1 else None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics behind its series."""
        return tuple(one.metric for one in self.series if one.metric is not None)


def parse_alarm_definition(described: Mapping[str, Any]) -> AlarmDefinition:
    """Read a MetricAlarm as DescribeAlarms gives it."""
    periods = described.get("EvaluationPeriods") or 1
    threshold = described.get("Threshold")
    return AlarmDefinition(
        series=tuple(_several(described)),
        comparison=described.get("ComparisonOperator") or "",
        threshold=None if threshold is None or described.get("ThresholdMetricId") else float(threshold),
        periods=periods,
        datapoints=described.get("DatapointsToAlarm") or periods,
        treat_missing=described.get("TreatMissingData") or "missing",
        low_samples=described.get("EvaluateLowSampleCountPercentile") or "evaluate",
        unsupported=_unsupported(described),
    )


def _unsupported(described: Mapping[str, Any]) -> str:
    for field, words in _NOT_EVALUATED.items():
        value = described.get(field)
        if value and not (field == "EvaluationWindow" and "WallClock" not in str(value)):
            return words
    return ""


def _several(described: Mapping[str, Any]) -> list[AlarmSeries]:
    if not described.get("Metrics"):
        if not described.get("MetricName"):
            return []
        return [_measured(_OWN_ID, described, described, described.get("ExtendedStatistic"))]
    found, own = [], (described.get("AlarmArn") or "").split(":")[4:5]
    for one in described["Metrics"]:
        returned, account = one.get("ReturnData") is not False, one.get("AccountId")
        elsewhere = bool(account) and [account] != own
        if (measured := one.get("MetricStat")) is not None:
            series = _measured(
                one.get("Id") or "", measured["Metric"], measured, measured.get("Stat"), returned, elsewhere
            )
        else:
            expression, period = one.get("Expression") or "", one.get("Period") or 0
            series = AlarmSeries(one.get("Id") or "", period=period, expression=expression, returned=returned)
        found.append(series)
    return found


def _measured(
    name: str,
    metric: Mapping[str, Any],
    measured: Mapping[str, Any],
    stat: str | None,
    returned: bool = True,
    elsewhere: bool = False,
) -> AlarmSeries:
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or ()}
    return AlarmSeries(
        name,
        Metric(metric["Namespace"], metric["MetricName"], dimensions),
        stat or measured.get("Statistic") or "",
        measured.get("Unit") or "",
        measured.get("Period") or 60,
        returned=returned,
        elsewhere=elsewhere,
    )
