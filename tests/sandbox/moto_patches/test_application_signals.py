"""CloudWatch Application Signals, which moto does not have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.moto_patches.application_signals import Objective, objectives, rolling
from promotion.sandbox.moto_patches.metrics import Computed, Summed, computed, metric

ARN = "arn:aws:application-signals:eu-west-1:111122223333:slo/"


@pytest.fixture
def signals(client):
    """Give Application Signals."""
    return client("application-signals")


@pytest.fixture
def kept(state, signals):
    """Give the objectives: one of a service that gets a hundred requests an hour."""
    measured, made = computed(state("cloudwatch")), objectives(state("application-signals"))
    total, bad = metric("Shop", "Requests"), metric("Shop", "Failures")
    measured[total] = Computed(Summed(lambda minute: [(1.0, 100)], lambda first, stop: [(1.0, 100 * (stop - first))]))
    measured[bad] = Computed(lambda minute: [(1.0, 1)] if minute % 20 == 0 else [])
    made["shop"] = Objective("shop", f"{ARN}shop", total, bad, datetime(2020, 1, 1), interval=rolling(2))  # noqa: DTZ001
    return made


def report(signals, *names, at=None):
    """Ask for budgets."""
    at = at or datetime.now(UTC)
    return signals.batch_get_service_level_objective_budget_report(Timestamp=at, SloIds=[*names])


def test_budgets_are_counted_from_the_metrics(signals, kept, guarded):
    """Of a hundred requests a minute, one in twenty minutes fails: half of what 99.9 % leave room for."""

    def ask():
        (one,) = report(signals, "shop")["Reports"]
        return one["BudgetStatus"], one["Attainment"], one["TotalBudgetRequests"], one["BudgetRequestsRemaining"]

    def right(told):
        status, attained, budget, left = told
        return (
            status in ("OK", "WARNING")
            and attained == pytest.approx(99.95, abs=0.001)
            and budget == pytest.approx(288, abs=2)
            and left == pytest.approx(144, abs=3)
        )

    guarded(ask, Exception, right)


@pytest.mark.parametrize(
    ("goal", "status"), [(99.8, "OK"), (99.92, "WARNING"), (99.97, "BREACHED")], ids=["ok", "warning", "breached"]
)
def test_the_status_follows_from_the_goal(signals, kept, goal, status):
    """Over half left, less, and nothing."""
    kept["shop"].goal = goal
    (one,) = report(signals, f"{ARN}shop")["Reports"]
    assert (one["BudgetStatus"], one["Goal"]["AttainmentGoal"]) == (status, goal)
    assert one["Goal"]["Interval"] == rolling(2)
    assert (one["EvaluationType"], one["Arn"]) == ("RequestBased", f"{ARN}shop")


def test_of_nothing_there_is_no_attainment(signals, kept):
    """Not before the objective was made, nor of a metric that is not there."""
    early = datetime(2019, 1, 1, tzinfo=UTC)
    (one,) = report(signals, "shop", at=early)["Reports"]
    kept["shop"].total = metric("Shop", "Others")
    (other,) = report(signals, "shop")["Reports"]
    for told in (one, other):
        assert told["BudgetStatus"] == "INSUFFICIENT_DATA"
        assert "Attainment" not in told


def test_what_cannot_be_reported_is_an_error_beside_the_reports(signals, kept):
    """The others are reported all the same; the answer says of when."""
    at = datetime.now(UTC).replace(microsecond=0)
    kept["odd"] = replace(kept["shop"], name="odd", arn=f"{ARN}odd", error=("InternalFailure", "no"))
    told = report(signals, "shop", "gone", f"{ARN}odd", at=at)
    assert [one["Name"] for one in told["Reports"]] == ["shop"]
    assert [(one["Name"], one["Arn"]) for one in told["Errors"]] == [("gone", f"{ARN}gone"), ("odd", f"{ARN}odd")]
    assert told["Timestamp"] == at
    kept["shop"].behind = timedelta(hours=5)
    assert report(signals, "shop", at=at)["Timestamp"] == at - timedelta(hours=5)


def test_objectives_are_listed_in_pages(signals, kept):
    """Fifty at once, or as many as are asked for; by name."""
    for number in range(70):
        kept[f"z{number:02d}"] = replace(kept["shop"], name=f"z{number:02d}", arn=f"{ARN}z{number:02d}")
    first = signals.list_service_level_objectives()
    assert len(first["SloSummaries"]) == 50
    pages = signals.get_paginator("list_service_level_objectives").paginate(PaginationConfig={"PageSize": 20})
    names = [[one["Name"] for one in page["SloSummaries"]] for page in pages]
    assert [len(page) for page in names] == [20, 20, 20, 11]
    assert sorted(kept) == [name for page in names for name in page]


def test_one_objective_is_told_by_name_and_by_arn(signals, kept):
    """With the metrics it counts; one that is not there is not found."""
    by_name, by_arn = (signals.get_service_level_objective(Id=name)["Slo"] for name in ("shop", f"{ARN}shop"))
    assert by_name == by_arn
    counted = by_name["RequestBasedSli"]["RequestBasedSliMetric"]
    assert counted["TotalRequestCountMetric"][0]["MetricStat"]["Metric"]["MetricName"] == "Requests"
    with pytest.raises(signals.exceptions.ResourceNotFoundException) as caught:
        signals.get_service_level_objective(Id="gone")
    assert caught.value.response["ResourceId"] == "gone"


@pytest.mark.parametrize("asked", [{"NextToken": "none of ours"}, {"MaxResults": 51}, {"MaxResults": 0}])
def test_what_is_not_valid_is_refused(signals, kept, asked):
    """As the model of the service has it: boto3 itself refuses what is out of range."""
    from botocore.exceptions import ParamValidationError

    with pytest.raises((ClientError, ParamValidationError)) as caught:
        signals.list_service_level_objectives(**asked)
    if isinstance(caught.value, ClientError):
        assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_what_is_not_known_here_is_said_to_be_so(signals, kept):
    """No list is given that is not narrowed as asked, and no calendar's interval is guessed."""
    with pytest.raises(NotImplementedError):
        signals.list_service_level_objectives(KeyAttributes={"Type": "Service"})
    kept["shop"].interval = {"CalendarInterval": {"StartTime": 0, "DurationUnit": "MONTH", "Duration": 1}}
    with pytest.raises(NotImplementedError):
        report(signals, "shop")
