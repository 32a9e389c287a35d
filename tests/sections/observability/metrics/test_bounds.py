"""A percentile rank and a trimmed count that differ are bounds of the number of slow requests, and no contradiction."""

from datetime import UTC, datetime

import pytest

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.clients.aws.cloudwatch.series import Series
from promotion.sections.observability.metrics.latency import _over
from promotion.sections.observability.metrics.signals import LatencyMetric
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 1, 1, tzinfo=UTC)
METRIC = Metric("AWS/ApplicationELB", "TargetResponseTime", {"LoadBalancer": "app/shop/1"})
TIMES = LatencyMetric("load balancer", METRIC, METRIC)


def over(samples, trimmed, rank):
    """Count what took longer than half a second; None is a statistic without a value."""

    def series(value):
        return Series("x", *(((NOW,), (value,)) if value is not None else ((), ())), "Complete")

    return _over({"PR(:0.5)": series(rank), "TC(0.5:)": series(trimmed)}, samples, TIMES, 500.0)


@pytest.mark.parametrize(
    ("samples", "trimmed", "rank", "bounds"),
    [
        (1_000_000, 4000, 99.6, (4000, 4000)),
        (1_000_000, 4000, 99.6002, (3998, 4000)),
        (1_000_000, 4000, 99.5998, (4000, 4002)),
        (20_000, 90, 99.56, (88, 90)),
        (20_000, None, 99.56, (88, 88)),
        (20_000, None, 100.0, (0, 0)),
        (20_000, 0.5, 100.0, (0, 1)),
    ],
)
def test_the_truth_lies_between_both(samples, trimmed, rank, bounds):
    """How either is interpolated is not documented."""
    least, most, _ = over(samples, trimmed, rank)
    assert (least, most) == bounds


@pytest.mark.parametrize(("trimmed", "rank"), [(101, 99.0), (1, 100.5)])
def test_more_than_there_are_is_malformed(trimmed, rank):
    """Of a hundred."""
    with pytest.raises(Unknown) as raised:
        over(100, trimmed, rank)
    assert raised.value.reason == Reason.MALFORMED
