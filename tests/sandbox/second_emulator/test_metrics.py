"""Two implementations of CloudWatch, given the same samples, answer the same; and so do our judgements of them."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promotion.fixtures.dashboards import dev_dashboard

from promotion.clients.aws.cloudwatch.metrics import metric_data, without_bounded
from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.series import not_offered
from promotion.clients.aws.cloudwatch.window import Window
from promotion.sections.observability.metrics.errors import errors
from promotion.sections.observability.metrics.latency import latency
from promotion.sections.observability.metrics.queries_for import MeasuredTarget, plan
from promotion.settings.environment import DeploymentGroupRef, LambdaTarget
from promotion.settings.observability import MetricLimits
from promotion.unknown import Reason, Unknown

STATISTICS = ("Sum", "SampleCount", "Average", "Minimum", "Maximum", "p50", "p90", "p95", "p99", "p99.9", "p100")
PERIOD = timedelta(minutes=10)
SPAN = 3 * PERIOD
NAMES = (f"Measured{number}" for number in count())
SAMPLES = st.lists(
    st.tuples(st.floats(0, 5000, width=32), st.integers(1, 40), st.integers(0, 29)), min_size=1, max_size=40
)
"""A value, how often it was seen, and in which minute."""
LIMITS = MetricLimits()
AGE = timedelta(minutes=30)
ALIAS = {"FunctionName": "compared", "Resource": "compared:live"}


@pytest.fixture(scope="module")
def window():
    """Half an hour that is over, on a multiple of every period that is asked for."""
    start = datetime.now(UTC) - timedelta(hours=2)
    start = start.replace(minute=30 * (start.minute // 30), second=0, microsecond=0)
    return Window(start, start + SPAN)


def put(accounts, metric, samples, window):
    """Put the same samples into both: value, how often, and minute."""
    for account in accounts:
        data = [
            {
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
                "Timestamp": window.start + timedelta(minutes=minute),
                "Values": [value],
                "Counts": [often],
            }
            for value, often, minute in samples
        ]
        account.client("cloudwatch").put_metric_data(Namespace=metric.namespace, MetricData=data)


def answered(account, metric, window, period):
    """Every statistic of a metric, by the look-up of the gate."""
    queries = [Query(stat, metric, stat, period=period) for stat in STATISTICS]
    look = metric_data(account, queries, window)
    return {key: series.points() for key, series in look.series.items()}


def close(points):
    """Values as far as two ways of adding floats agree."""
    return {key: pytest.approx(values, rel=1e-9, abs=1e-9) for key, values in points.items()}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(samples=SAMPLES)
def test_every_statistic_is_the_same(both, window, samples):
    """Minute by minute, by ten minutes, and over the window: sums, counts and percentiles."""
    metric = Metric("Shop", next(NAMES), {"Place": "here"})
    put(both, metric, samples, window)
    for period in (60, int(PERIOD.total_seconds()), window.seconds):
        ours, theirs = (answered(account, metric, window, period) for account in both)
        assert ours == close(theirs), period
        assert set(ours["Sum"]) == set(theirs["Sum"])


def test_the_end_of_a_window_is_not_in_it(both, window):
    """The start is."""
    metric = Metric("Shop", next(NAMES), {"Place": "edge"})
    put(both, metric, [(1.0, 1, 0), (10.0, 1, 29), (100.0, 1, 30), (1000.0, 1, -1)], window)
    for account in both:
        assert sum(answered(account, metric, window, 60)["Sum"].values()) == 11


def test_dimensions_and_namespaces_keep_metrics_apart(both, window):
    """Each set of dimensions is a metric of its own; a set that nobody published is empty, and Complete."""
    name = next(NAMES)
    for namespace, dimensions, value in (
        ("Shop", {"A": "1"}, 1.0),
        ("Shop", {"A": "1", "B": "1"}, 10.0),
        ("Other", {"A": "1"}, 100.0),
    ):
        put(both, Metric(namespace, name, dimensions), [(value, 1, 3)], window)
    for account in both:
        for dimensions, expected in (({"A": "1"}, 1), ({"A": "1", "B": "1"}, 10), ({"B": "1"}, 0), ({"A": "2"}, 0)):
            look = metric_data(account, [Query("q", Metric("Shop", name, dimensions), "Sum")], window)
            assert (sum(look.series["q"].values), look.series["q"].status) == (expected, "Complete")


@pytest.mark.parametrize(
    "datum",
    [
        {"StatisticValues": {"SampleCount": 3, "Sum": 60, "Minimum": 10, "Maximum": 30}},
        {"StatisticValues": {"SampleCount": 3, "Sum": 60, "Minimum": 20, "Maximum": 20}},
        {"StatisticValues": {"SampleCount": 1, "Sum": 20, "Minimum": 20, "Maximum": 20}},
        {"Values": [-1.0, 5.0, 7.0]},
    ],
    ids=["a set", "a set of equal ones", "a set of one", "negative"],
)
def test_percentiles_need_every_value(both, window, datum):
    """Of what was summed up before, unless it is all the same, and of negative values there are none; sums there are."""
    metric = Metric("Shop", next(NAMES), {"Place": "here"})
    for account in both:
        account.client("cloudwatch").put_metric_data(
            Namespace="Shop",
            MetricData=[
                {
                    "MetricName": metric.name,
                    "Dimensions": [{"Name": "Place", "Value": "here"}],
                    "Timestamp": window.start + timedelta(minutes=5),
                    **datum,
                }
            ],
        )
    ours, theirs = (answered(account, metric, window, 600) for account in both)
    assert ours == close(theirs)


def test_single_statistics_are_the_same_too(both, window):
    """GetMetricStatistics, which people use by hand."""
    metric = Metric("Shop", next(NAMES), {"Place": "here"})
    put(both, metric, [(value, 1, minute) for value in (3.0, 5.0, 80.0) for minute in range(30)], window)
    found = []
    for account in both:
        answer = account.client("cloudwatch").get_metric_statistics(
            Namespace="Shop", MetricName=metric.name, Dimensions=[{"Name": "Place", "Value": "here"}],
            StartTime=window.start, EndTime=window.end, Period=600, ExtendedStatistics=["p50", "p99"],
        )  # fmt: skip
        points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
        found.append([(point["Timestamp"].astimezone(UTC), point["ExtendedStatistics"]) for point in points])
    assert found[0] == found[1]
    assert len(found[0]) == 3


@pytest.fixture
def function(both, window):
    """A function that both have measured: invocations, a few errors, and a tail of slow ones."""
    for name, samples in (
        ("Invocations", [(1.0, 130, minute) for minute in range(30)]),
        ("Errors", [(0.0, 127, minute) for minute in range(30)] + [(1.0, 3, minute) for minute in range(30)]),
        ("Throttles", [(0.0, 130, minute) for minute in range(30)]),
        ("Duration", [(80.0 + minute, 122, minute) for minute in range(30)] + [(1400.0, 8, m) for m in range(30)]),
    ):
        put(both, Metric("AWS/Lambda", name, ALIAS), samples, window)
    group = DeploymentGroupRef(application="shop", group="shop")
    return MeasuredTarget(
        "lambda", LambdaTarget(kind="lambda", url="https://a.example", function="compared", codedeploy=group)
    )


def judged(account, measured, window, queries=None):
    """What the gate says of a function, by this AWS's answers to the queries; others are said not to be offered."""
    wanted = plan([measured], LIMITS)
    look = metric_data(account, wanted if queries is None else queries(wanted), window)
    series = {query.key: look.series.get(query.key) or not_offered(query, "left out") for query in wanted}
    look = type(look)(window, series)
    slow = latency(measured.name, measured.times, look, measured.limit_ms(LIMITS), AGE)
    return slow, errors(measured.name, measured.failures, look, LIMITS.error_rate, AGE)


def test_our_judgement_of_both_is_the_same(both, window, function):
    """By percentiles and sums alone: the same p99, the same bounds on the slow ones, the same errors, the same proofs."""
    (our_times, our_errors), (their_times, their_errors) = (
        judged(account, function, window, without_bounded) for account in both
    )
    assert their_times == our_times
    assert their_errors == our_errors
    assert their_times.proof(0.95).broken
    assert their_errors.proofs(0.95)["function"].broken


def test_an_average_in_place_of_a_trimmed_count_is_not_believed(both, window, function):
    """The second AWS answers statistics that it does not know with the average: count and rank do not fit then."""
    _, theirs = both
    with pytest.raises(Unknown) as refused:
        judged(theirs, function, window)
    assert refused.value.reason is Reason.MALFORMED
    slow, _ = judged(both[0], function, window)
    assert slow.places[0].counted_by == "trimmed count"


def test_a_dashboard_is_read_alike(both, world):
    """What was put comes back; what was not is said to be missing, and no error."""
    body = world.dev.backend("cloudwatch").dashboards["shop-dev"].body
    for account in both:
        account.client("cloudwatch").put_dashboard(DashboardName="shop-dev", DashboardBody=body)
    for name in ("shop-dev", "shop-nowhere"):
        ours, theirs = (dev_dashboard(name, account) for account in both)
        assert ours == theirs
        assert (ours.body is None) == (name == "shop-nowhere")
