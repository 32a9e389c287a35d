"""Thirty days of metrics: asked for so that CloudWatch still has them, read from all pages, whole to the last hour."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from promotion.fixtures.postdeploy_budget import budget_metrics, prod_budget

from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.window import Window
from promotion.sections.postdeploy.schedule import Began
from promotion.sections.rollout.watch import ProdDeployment
from promotion.settings.environment import LambdaTarget
from promotion.settings.postdeploy import BudgetSettings, Postdeploy
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 5, 31, 10, 37, 12, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=35)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RETENTION = ((60, 15 * DAY), (300, 63 * DAY), (3600, 455 * DAY))
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html."""
PAGE = 500
TARGET = LambdaTarget.model_validate(
    {
        "kind": "lambda",
        "url": "https://shop.example",
        "codedeploy": {"application": "shop", "group": "shop"},
        "function": "shop",
        "alias": "live",
        "api": {"kind": "http", "id": "a1"},
    }
)


class CloudWatch:
    """Ten requests a minute, one of which fails in the minutes that are named; it forgets as CloudWatch does."""

    def __init__(self, failed=(), silent=(), status="Complete"):
        self.failed, self.silent, self.status = {*failed}, silent, status
        self.asked, self._values = [], []

    def get_metric_data(self, **asked):
        """Answer in pages of so many values, with an empty one after the first."""
        queries, token = asked["MetricDataQueries"], asked.get("NextToken")
        if token is None:
            self.asked.append(({one["MetricStat"]["Period"] for one in queries}, asked["StartTime"], asked["EndTime"]))
            self._values = [(one["Id"], *point) for one in queries for point in self._points(one["MetricStat"], asked)]
        if token == "empty":
            return {"MetricDataResults": [], "NextToken": str(PAGE)}
        first = int(token or 0)
        found = {one["Id"]: ([], []) for one in queries}
        for name, moment, value in self._values[first : first + PAGE]:
            found[name][0].append(moment)
            found[name][1].append(value)
        results = [
            {"Id": name, "Timestamps": times, "Values": seen, "StatusCode": self.status}
            for name, (times, seen) in found.items()
        ]
        more = str(first + PAGE) if first else "empty"
        return {"MetricDataResults": results} | ({"NextToken": more} if len(self._values) > first + PAGE else {})

    def _points(self, stat, asked):
        period = timedelta(seconds=stat["Period"])
        kept = max(kept for step, kept in RETENTION if not stat["Period"] % step)
        failed = Counter((moment - asked["StartTime"]) // period for moment in self.failed)
        moment = asked["StartTime"]
        while moment < asked["EndTime"]:
            counted = (min(moment + period, asked["EndTime"]) - moment) // MINUTE * 10
            if stat["Metric"]["MetricName"] == "5xx":
                counted = failed[(moment - asked["StartTime"]) // period]
            if moment >= NOW - kept and not any(start <= moment < end for start, end in self.silent):
                yield moment, counted
            moment += period


def told(cloudwatch, at=BEGAN, **budget):
    """Give what the look at the budget of the function's API is told: settings, the deployment, metrics."""
    settings = SimpleNamespace(
        postdeploy=Postdeploy(budget=BudgetSettings(**budget)), prod=SimpleNamespace(targets={"lambda": TARGET})
    )
    began = Began({"lambda": ProdDeployment("lambda", "d-1", "Succeeded", at)}, {})
    account = SimpleNamespace(client=lambda _: cloudwatch)
    metrics = budget_metrics(settings, began, None, {}, {}, {}, account, SimpleNamespace(now=lambda: NOW))
    return settings, began, {}, {}, {}, metrics


def looked(cloudwatch, **budget):
    """Look at the budget."""
    return prod_budget("lambda", *told(cloudwatch, **budget))


def minutes(first, count):
    """Give so many minutes from a moment on."""
    return [first.replace(second=0) + number * MINUTE for number in range(count)]


@pytest.mark.parametrize("days", [1, 14, 30, 90])
def test_every_minute_of_all_days_is_counted_once(days):
    """To the last one that has settled; of so many days, and the begun hour before them."""
    cloudwatch = CloudWatch()
    budget = looked(cloudwatch, days=days).budget
    whole = days * 24 * 60 + 34
    assert (budget.whole.requests, budget.whole.errors) == (10 * whole, 0)
    assert (budget.covered, budget.gaps) == (1.0, ())
    (hourly, start, end), (by_minute, late, until) = cloudwatch.asked
    assert hourly == {3600}
    assert by_minute == {60}
    assert (start, end) == (
        datetime(2026, 5, 31, 10, tzinfo=UTC) - days * DAY,
        datetime(2026, 5, 31, 10, 34, tzinfo=UTC),
    )
    assert until == end
    assert late == end - 6 * HOUR


@pytest.mark.parametrize(("ago", "errors"), [(29 * DAY, 60), (20 * DAY, 60), (16 * DAY, 60), (31 * DAY, 0)])
def test_what_failed_weeks_ago_is_a_part_of_it(ago, errors):
    """Long after the values of single minutes are gone, until the days are over."""
    look = looked(CloudWatch(minutes(NOW - ago, 60)))
    assert look.budget.whole.errors == errors
    assert look.before.errors == errors
    assert look.since.errors == 0


def test_asked_by_the_minute_half_of_it_would_be_gone():
    """The trap is one: CloudWatch has no value of a minute that is older than fifteen days, and does not say so."""
    account = SimpleNamespace(client=lambda _: CloudWatch())
    metric = Metric("AWS/ApiGateway", "Count", {})
    window = Window(NOW.replace(minute=0, second=0) - 30 * DAY, NOW.replace(minute=0, second=0))
    by_period = {
        period: sum(metric_data(account, [Query("n", metric, "Sum", period=period)], window).series["n"].values)
        for period in (60, 3600)
    }
    assert by_period[3600] == 30 * 24 * 600
    assert by_period[60] < 16 * 24 * 600


def test_since_the_deployment_is_told_by_the_minute():
    """What failed in the hour of the deployment is the deployment's only after it began."""
    look = looked(CloudWatch([*minutes(BEGAN - 20 * MINUTE, 5), *minutes(BEGAN + 5 * MINUTE, 7)]))
    assert look.since.errors == 7
    assert look.budget.whole.errors == 12
    assert (look.budget.windows["1 h"].errors, look.budget.windows["30 min"].errors) == (12, 7)


def test_an_old_deployment_is_asked_for_as_far_back_as_there_are_minutes():
    """Two weeks: before it, no value of a minute is there."""
    cloudwatch = CloudWatch()
    told(cloudwatch, NOW - 40 * DAY)
    assert cloudwatch.asked[1][1] == datetime(2026, 5, 31, 10, 34, tzinfo=UTC) - 14 * DAY


def test_days_that_nobody_measured_are_told():
    """With their beginning and end, and how much is left."""
    end = datetime(2026, 5, 12, 6, tzinfo=UTC)
    budget = looked(CloudWatch(silent=[(end - 6 * DAY, end)])).budget
    (gap,) = budget.gaps
    assert (gap.start, gap.end) == (end - 6 * DAY, end)
    assert budget.covered == pytest.approx(0.8, abs=0.001)
    assert "80 % of them measured" in budget.describe()


@pytest.mark.parametrize(
    ("cloudwatch", "reason"),
    [
        (CloudWatch(silent=[(NOW - 99 * DAY, NOW)]), Reason.NO_DATA),
        (CloudWatch(status="PartialData"), Reason.TRUNCATED),
        (CloudWatch(status="Forbidden"), Reason.ACCESS_DENIED),
    ],
    ids=["no request", "not all of it", "not allowed"],
)
def test_what_is_not_whole_is_unknown(cloudwatch, reason):
    """Nothing that is missing is taken for zero."""
    with pytest.raises(Unknown) as caught:
        looked(cloudwatch)
    assert caught.value.reason is reason
