"""Asking Application Signals: with botocore's own model of the API, answered from a script with what no sandbox says."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import ANY, Stubber
from promotion.fixtures.postdeploy_budget import reported_budget

from promotion.settings.postdeploy import BudgetSettings, Postdeploy, TargetBudget
from promotion.unknown import Reason, Unknown

ARN = "arn:aws:application-signals:eu-west-1:444455556666:slo/availability"
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
def asked():
    """Give what looks, and the script of answers."""
    client = boto3.client(
        "application-signals", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as script:

        def look(name="availability"):
            targets = {} if name is None else {"lambda": TargetBudget(application_signals=name)}
            settings = SimpleNamespace(postdeploy=Postdeploy(budget=BudgetSettings(targets=targets)))
            account = SimpleNamespace(client=lambda _: client)
            return reported_budget("lambda", settings, None, account, SimpleNamespace(now=lambda: NOW))

        yield look, script


def listed(*names):
    """Give the answer of ListServiceLevelObjectives."""
    return {"SloSummaries": [{"Arn": ARN.replace("availability", name), "Name": name} for name in names]}


def report(**more):
    """Give the answer of BatchGetServiceLevelObjectiveBudgetReport."""
    one = {"Arn": ARN, "Name": "availability", "EvaluationType": "RequestBased", "BudgetStatus": "OK"}
    goal = {"Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": 30}}, "AttainmentGoal": 99.9}
    whole = {**one, "TotalBudgetRequests": 1000, "BudgetRequestsRemaining": 900, "Goal": goal}
    return {"Timestamp": NOW, "Reports": [whole], "Errors": [], **more}


def test_a_report_is_read(asked):
    """By its name, found among others, its report is asked for by its ARN."""
    look, script = asked
    script.add_response("list_service_level_objectives", listed("latency", "availability"), {})
    expected = {"Timestamp": NOW, "SloIds": [ARN]}
    script.add_response("batch_get_service_level_objective_budget_report", report(), expected)
    found = look()
    assert (found.status, found.goal, found.days, found.used) == ("OK", 0.999, 30, pytest.approx(0.1, abs=0.001))


def test_what_is_not_named_is_not_asked(asked):
    """Without a name there is nothing to ask."""
    assert asked[0](None) is None


def test_what_is_not_there_is_unknown(asked):
    """Another name, and an error in the place of a report."""
    look, script = asked
    script.add_response("list_service_level_objectives", listed("latency"), {})
    with pytest.raises(Unknown, match="has 0 service level objectives") as caught:
        look()
    assert caught.value.reason is Reason.NO_DATA
    script.add_response("list_service_level_objectives", listed("availability"), {})
    error = {"Name": "availability", "Arn": ARN, "ErrorCode": "Gone", "ErrorMessage": "it is gone"}
    answer = report(Reports=[], Errors=[error])
    script.add_response("batch_get_service_level_objective_budget_report", answer, {"Timestamp": ANY, "SloIds": [ARN]})
    with pytest.raises(Unknown, match="it is gone"):
        look()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Reports": []}, Reason.MALFORMED),
        ({"Timestamp": NOW - timedelta(hours=2)}, Reason.STALE),
        ({"Timestamp": NOW - timedelta(minutes=59)}, None),
    ],
)
def test_an_answer_is_whole_and_of_now(asked, changes, reason):
    """No report without an error, and one of two hours ago, are no answer."""
    look, script = asked
    script.add_response("list_service_level_objectives", listed("availability"), {})
    script.add_response("batch_get_service_level_objective_budget_report", report(**changes))
    if reason is None:
        assert look().status == "OK"
        return
    with pytest.raises(Unknown) as caught:
        look()
    assert caught.value.reason is reason
