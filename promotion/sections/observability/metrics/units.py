"""In which unit CloudWatch keeps a duration, and what cannot be one."""

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.unknown import Reason, Unknown

MS_PER_UNIT = {
    ("AWS/Lambda", "Duration"): 1.0,
    ("AWS/ApplicationELB", "TargetResponseTime"): 1000.0,
    ("AWS/ApiGateway", "Latency"): 1.0,
    ("AWS/ApiGateway", "IntegrationLatency"): 1.0,
}
"""Milliseconds in one unit of the metric. CloudWatch converts nothing, and its API leaves the unit out."""

SHORTEST_MS, LONGEST_MS = 0.05, 4_000_000.0
"""No percentile lies outside: 4000 s is the longest a load balancer keeps an idle connection."""


def milliseconds(metric: Metric, value: float) -> float:
    """Give a duration in milliseconds. Raises Unknown, malformed, if it cannot be one in the metric's unit."""
    found = value * MS_PER_UNIT[metric.namespace, metric.name]
    if not SHORTEST_MS <= found <= LONGEST_MS:
        raise Unknown(
            Reason.MALFORMED,
            f"{metric.describe()} is {found:g} ms, which is impossible for a request: the metric seems to have a "
            "different unit",
        )
    return found


def in_unit(metric: Metric, ms: float) -> str:
    """Write a limit in the metric's unit, as statistics with bounds take it: `0.5`."""
    return f"{ms / MS_PER_UNIT[metric.namespace, metric.name]:.10f}".rstrip("0").rstrip(".")
