"""Statistics over samples agree with moto's, with the embedded world's own, and with the documented definitions."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from promotion.sandbox.moto_patches.statistics import Samples
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.statistics import samples_needed, statistic

BASIC = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("p50", 50),
        ("p99", 99),
        ("p100", 100),
        ("tm90", 45.5),
        ("TM(10%:90%)", 50.5),
        ("TM(:50)", 25.5),
        ("tc95", 95),
        ("TC(10:20)", 10),
        ("ts10", 55),
        ("PR(:25)", 25),
        ("PR(90:)", 10),
        ("IQM", 50.5),
        ("WM(:90%)", (45.5 * 90 + 90 * 10) / 100),
    ],
)
def test_the_numbers_from_1_to_100(name, value):
    """A lower bound is exclusive, an upper one inclusive."""
    assert statistic(name, [(number, 1) for number in range(1, 101)]) == pytest.approx(value)


@given(st.lists(st.tuples(st.integers(0, 1000).map(float), st.integers(1, 5)), min_size=1, max_size=20))
def test_basic_statistics_are_the_embedded_worlds(samples):
    """Two implementations of the five basic statistics agree on any samples."""
    other = Samples(list(samples))
    for name in BASIC:
        assert statistic(name, samples) == pytest.approx(other.statistic(name))


@mock_aws
def test_basic_statistics_are_motos():
    """What was put into moto is given back as GetMetricStatistics computes it there."""
    cloudwatch, now = boto3.client("cloudwatch", region_name="eu-west-1"), datetime.now(UTC)
    values = [3.0, 1.0, 4.0, 1.0, 5.0]
    data = [{"MetricName": "Orders", "Value": value, "Timestamp": now} for value in values]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    (point,) = cloudwatch.get_metric_statistics(
        Namespace="Shop", MetricName="Orders", StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=5),
        Period=600, Statistics=list(BASIC),
    )["Datapoints"]  # fmt: skip
    for name in BASIC:
        assert statistic(name, [(value, 1) for value in values]) == pytest.approx(point[name])


def test_no_samples_have_no_value():
    """Without samples no statistic has a value, not even a count; an unknown one is never computed."""
    assert [statistic(name, []) for name in (*BASIC, "p99", "TM(1%:99%)")] == [None] * 7
    for name in ("", "Median", "p101", "TM(:)"):
        with pytest.raises(NotEvaluable):
            statistic(name, [(1, 1)])


@pytest.mark.parametrize(("name", "count"), [("p99", 1000), ("p90", 100), ("p50", 20), ("p5", 200), ("Sum", 0)])
def test_samples_of_a_percentile(name, count):
    """Ten samples must lie beyond the percentile."""
    assert samples_needed(name) == pytest.approx(count)
