"""What is asked of CloudWatch: exact metrics, one statistic each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.cloudwatch.window import Window

MOST = 500
"""How many queries one GetMetricData takes."""


@dataclass(frozen=True)
class Metric:
    """A metric by its namespace, its name and its whole set of dimensions.

    CloudWatch knows no other combination of dimensions than those that were published, and answers any other with
    nothing at all: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]

    def describe(self) -> str:
        """The metric in a few words."""
        return f"{self.name} of {', '.join(f'{name}={value}' for name, value in self.dimensions.items())}"


@dataclass(frozen=True)
class Query:
    """One statistic of one metric, for each period or once over the whole window."""

    key: str
    """Under which the answer is kept."""
    metric: Metric
    stat: str
    whole: bool = False
    """One period over the whole window: the only way to a percentile of it, since those of minutes do not add up."""
    period: int = 60
    """Seconds, unless it is the whole window."""

    def period_in(self, window: Window) -> int:
        """Give the period in seconds."""
        return window.seconds if self.whole else self.period

    def asked(self, name: str, window: Window) -> dict[str, Any]:
        """Give the query as GetMetricData takes it. No unit: one that does not match would answer nothing."""
        return {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": self.metric.namespace,
                    "MetricName": self.metric.name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in self.metric.dimensions.items()],
                },
                "Period": self.period_in(window),
                "Stat": self.stat,
            },
        }


def batches(queries: Sequence[Query]) -> list[Sequence[Query]]:
    """Part queries into as few calls as CloudWatch allows."""
    return [queries[first : first + MOST] for first in range(0, len(queries), MOST)]
