"""What is said of a rollback, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from promotion.clients.aws.cloudwatch.series import MetricsLook, Series
from promotion.clients.aws.cloudwatch.window import Window
from promotion.clients.aws.deployments import Deployment, DeploymentTarget
from promotion.clients.aws.functions import Alias
from promotion.clients.aws.load_balancers import BalancerTraffic, Host
from promotion.clients.github.issues import Ticket
from promotion.clients.github.models import WorkflowRun
from promotion.people.attestations import ProofCheck, ProofOutcome
from promotion.people.promotion_record import Meeting, Remediation
from promotion.record.receipt import ActionState, Receipt
from promotion.sections.after_rollback import judgement
from promotion.sections.after_rollback.evidence import (
    Leftover,
    RollbackLook,
    Serving,
    SinceRollback,
    TicketLook,
    WorkflowLook,
)
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.after_rollback.remaining_traffic import leftover_queries, read_leftover
from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement, histogram
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.sections.observability.metrics.queries_for import MeasuredTarget as Place
from promotion.settings.environment import DeploymentGroupRef, Ec2Target, LambdaTarget
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
GROUP = DeploymentGroupRef(application="shop", group="shop-prod")
FUNCTION = LambdaTarget(kind="lambda", url="https://localhost", function="shop-api", codedeploy=GROUP)
FLEET = Ec2Target(
    kind="ec2", url="https://localhost", load_balancer="shop-prod", target_groups=("blue", "green"), codedeploy=GROUP
)
BAD = Deployment("d-BAD", "Stopped", "user", NOW - timedelta(minutes=20), NOW - timedelta(minutes=17), "all", "s3")
BACK = Deployment(
    "d-BACK", "Succeeded", "codeDeployRollback", NOW - timedelta(minutes=17), NOW - timedelta(minutes=16), "all", "s3"
)
PART = DeploymentTarget("shop-api", "Failed", (), function="shop-api", current_version="5", target_version="6")
ROLLED = RollbackLook(Brought("lambda", "shop-lambda-prod", BAD, (PART,), BACK))


def run(status="completed", conclusion="cancelled"):
    """Give a run of the workflow."""
    names = ("example/shop", "example/shop", ".github/workflows/promote.yml", "c" * 40, "main", "workflow_dispatch")
    return WorkflowRun(7, 1, *names, status, conclusion, NOW, NOW, "https://github.com/example/shop/actions/runs/7")


def receipt(state, key="promotion:x:cancel:7", number="7"):
    """Give a receipt."""
    return Receipt(key, "run 7 cancelled", ActionState(state), "2026-05-04T08:00:00.000Z", number, message="403")


@pytest.mark.parametrize(
    ("look", "outcome"),
    [
        (WorkflowLook("promote.yml", (run(),)), "run 7 cancelled"),
        (WorkflowLook("promote.yml", (run(conclusion="failure"),)), "run 7 failure"),
        (WorkflowLook("promote.yml", ()), Reason.NO_DATA),
        (WorkflowLook("promote.yml", (run("in_progress", None),)), "is in_progress; expected"),
        (WorkflowLook("promote.yml", (run("in_progress", None),), (receipt("done"),)), Reason.NOT_DUE),
        (WorkflowLook("promote.yml", (run("in_progress", None),), (receipt("failed"),)), "could not be cancelled: 403"),
    ],
)
def test_the_workflow(look, outcome):
    """Over is good; going on is wrong, or pending where it was told to stop; none is unknown."""
    assert outcome in told(judgement.workflow_stopped, look)


def told(judge, *given):
    """Give what was measured, the sentence of a failure, or the reason why it could not be told."""
    try:
        return judge(*given) or "no"
    except AssertionError as wrong:
        return str(wrong)
    except Unknown as unknown:
        return [unknown.reason]


def brought(**changes):
    """Give the look at a target with some of it changed."""
    return RollbackLook(replace(ROLLED.brought, **changes))


@pytest.mark.parametrize(
    ("look", "outcome"),
    [
        (ROLLED, "d-BAD Stopped · d-BACK Succeeded"),
        (brought(rollback=None, later=(replace(BACK, id="d-HAND"),)), "d-HAND Succeeded, by hand"),
        (brought(deployment=None, rollback=None), Reason.NO_DATA),
        (brought(rollback=None), "no deployment has rolled it back"),
        (brought(deployment=replace(BAD, status="InProgress"), rollback=None), "InProgress; expected"),
        (brought(deployment=replace(BAD, status="Succeeded"), rollback=None), "no deployment has rolled it back"),
        (brought(rollback=replace(BACK, status="InProgress")), Reason.NOT_DUE),
        (brought(rollback=replace(BACK, status="Failed")), "did not succeed"),
        (brought(deployment=replace(BAD, status="InProgress")), "expected Stopped or Failed"),
        (replace(brought(rollback=None), receipt=receipt("done")), Reason.NOT_DUE),
        (replace(brought(rollback=None), receipt=receipt("refused")), "403"),
        (replace(brought(rollback=None), receipt=receipt("unclear")), Reason.ERROR),
    ],
)
def test_the_deployments(look, outcome):
    """Stopped, and rolled back with success, by CodeDeploy or by hand; nothing else is good."""
    assert outcome in told(judgement.rolled_back, look)


def alias(version="5", **weights):
    """Give an alias."""
    return Serving(alias=Alias("live", version, {name.strip("v"): share for name, share in weights.items()}))


@pytest.mark.parametrize(
    ("serving", "outcome"),
    [
        (alias(), "no"),
        (alias("6"), "is on version 6; expected 5"),
        (alias("4"), "is on version 4; expected 5"),
        (alias("5", v6=0.1), "still sends 10% to version 6"),
    ],
)
def test_who_serves_behind_an_alias(serving, outcome):
    """The version before, and that one alone."""
    assert outcome in told(judgement.require_previous_only, FUNCTION, ROLLED, serving)


def fleet(*hosts, **weights):
    """Give instances behind a load balancer: (id, group, state)."""
    return Serving(traffic=BalancerTraffic(weights, tuple(Host(*host) for host in hosts)))


FLEET_BACK = RollbackLook(
    Brought(
        "ec2", "shop-ec2-prod", BAD,
        (DeploymentTarget("i-1", "Succeeded", (), label="Blue"), DeploymentTarget("i-2", "Succeeded", (), label="Blue"),
         DeploymentTarget("i-8", "Failed", (), label="Green"), DeploymentTarget("i-9", "Failed", (), label="Green")),
        BACK,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("serving", "outcome"),
    [
        (fleet(("i-1", "green", "healthy"), ("i-2", "green", "healthy"), blue=0, green=100), "no"),
        (
            fleet(("i-1", "green", "healthy"), ("i-2", "green", "unhealthy"), blue=0, green=100),
            "1 instances of the previous",
        ),
        (
            fleet(
                ("i-1", "green", "healthy"), ("i-2", "green", "healthy"), ("i-8", "blue", "healthy"), blue=10, green=90
            ),
            "i-8 of the new version still receive traffic",
        ),
        (fleet(blue=0, green=0), "nothing is in service"),
    ],
)
def test_who_serves_behind_a_load_balancer(serving, outcome):
    """Enough healthy instances of before, and none of the new ones."""
    assert outcome in told(judgement.require_previous_only, FLEET, FLEET_BACK, serving)


def left(requests, of_all):
    """Give what was counted after the rollback."""
    return Leftover(NOW - timedelta(minutes=4), NOW - timedelta(minutes=2), "version 6 of shop-api", requests, of_all)


@pytest.mark.parametrize(
    ("found", "outcome"), [(left(0, 260), "0 of 260"), (left(1, 260), "got 1 requests"), (left(0, 0), Reason.NO_DATA)]
)
def test_what_is_left(found, outcome):
    """Not one request, where there are some; without any nothing is known."""
    assert outcome in told(judgement.none_left, "lambda", alias(), found)


SHARED_GROUP = fleet(("i-1", "shop", "healthy"), ("i-2", "shop", "healthy"), ("i-8", "shop", "draining"), shop=1)
"""Old and new instances stood in one target group, one after the other, as CodeDeploy has it."""


def counted_after(serving, groups, brought, requests):
    """Ask CloudWatch what a fleet still gets, and have it answer so many requests a minute to everything."""
    window = Window(NOW - timedelta(minutes=5), NOW)
    arns = {name: f"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{name}/1" for name in groups}
    place = Place("ec2", FLEET, "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/1", arns)
    asked = leftover_queries(place, brought, serving)
    times = tuple(window.start + timedelta(minutes=minute) for minute in range(5))
    series = {query.key: Series("requests", times, (requests,) * 5, "Complete") for query in asked}
    return read_leftover(place, brought, MetricsLook(window, series))


def test_what_is_not_counted_is_not_called_nothing():
    """Where both fleets were in one target group, nothing is asked about the new one, and nothing is claimed of it."""
    found = counted_after(SHARED_GROUP, ["shop"], FLEET_BACK.brought, 900.0)
    assert (found.requests, found.of_all) == (None, 4500)
    said = told(judgement.none_left, "ec2", SHARED_GROUP, found)
    assert "not counted separately" in said
    assert "0 of" not in said
    assert "no" in told(judgement.require_previous_only, FLEET, FLEET_BACK, SHARED_GROUP)


def test_a_group_of_its_own_is_counted():
    """Where each fleet has a target group, the requests to the one that was taken back are."""
    apart = fleet(("i-1", "green", "healthy"), ("i-2", "green", "healthy"), blue=0, green=100)
    found = counted_after(apart, ["blue", "green"], FLEET_BACK.brought, 900.0)
    assert (found.requests, found.counted) == (1800, "blue")
    assert "got 1,800 requests" in told(judgement.none_left, "ec2", apart, found)


def test_a_version_that_nobody_names_is_not_counted():
    """CodeDeploy does not say what it brought: then nothing can be said of it."""
    nameless = replace(ROLLED.brought, parts=())
    place = Place("lambda", FUNCTION)
    asked = leftover_queries(place, nameless, alias())
    look = MetricsLook(Window(NOW, NOW), {query.key: Series("x", (), (), "Complete") for query in asked})
    with pytest.raises(Unknown, match="does not say which version") as untold:
        read_leftover(place, nameless, look)
    assert untold.value.reason is Reason.NO_DATA


def measured(requests=4000, errors=0, ms=40.0):
    """Give what a target did: durations spread around a median."""
    spread = [(ms * (0.6 + 0.01 * step), max(requests // 80, 1)) for step in range(80)]
    return TargetMeasurement(requests=requests, errors=errors, latency=histogram(spread), limit_ms=1000, over_limit=0)


def baseline(service="shop", **targets):
    """Give the recorded baseline."""
    kept = Baseline(
        service=service,
        digest="sha256:" + "a" * 64,
        start=NOW - timedelta(days=2),
        end=NOW - timedelta(days=2, minutes=-20),
        targets=targets or {"lambda": measured()},
        written_at=NOW - timedelta(days=2),
    )
    return StoredBaseline("baseline.jsonl", 1, kept)


@pytest.mark.parametrize(
    ("now", "look", "outcome"),
    [
        (measured(), baseline(), "0 of 4,000 failed"),
        (measured(ms=60), baseline(), "median duration is"),
        (measured(errors=80), baseline(), "fails 2"),
        (measured(requests=100), baseline(), Reason.NO_DATA),
        (measured(), replace(baseline(), broken="record 2 was changed"), Reason.MALFORMED),
        (measured(), StoredBaseline("baseline.jsonl", 0, None), Reason.NO_DATA),
        (measured(), baseline(service="till"), Reason.NO_DATA),
        (measured(), baseline(ec2=measured()), Reason.NO_DATA),
    ],
)
def test_back_at_the_baseline(now, look, outcome):
    """Shown to be alike; otherwise wrong, or unknown where there is too little."""
    since = SinceRollback("08:15 to 08:28Z", now)
    assert outcome in told(judgement.at_baseline, "lambda", since, look, "shop", 0.001)


GOOD, DEAD, UNCLEAR = (
    ProofCheck(ProofOutcome.GOOD),
    ProofCheck(ProofOutcome.WRONG, "it is dead"),
    ProofCheck(ProofOutcome.UNCLEAR, "?", Reason.TIMEOUT),
)
LINK = "https://github.com/example/shop/issues/7"


@pytest.mark.parametrize(
    ("look", "outcome"),
    [
        (TicketLook(LINK, GOOD), LINK),
        (TicketLook(LINK, DEAD), "it is dead"),
        (TicketLook(LINK, UNCLEAR), Reason.TIMEOUT),
        (TicketLook(ticket=Ticket(7, LINK, "open")), "issue 7, open"),
        (TicketLook(receipt=receipt("failed")), Reason.ERROR),
        (TicketLook(), "no"),
    ],
)
def test_the_ticket(look, outcome):
    """A link that answers, or the issue itself."""
    assert outcome in told(judgement.ticket_there, look)


@pytest.mark.parametrize(
    ("meeting", "finding", "outcome"),
    [
        (
            Meeting(date=date(2026, 5, 11), owner="release-lead"),
            ProofCheck(ProofOutcome.NONE),
            "on 2026-05-11, release-lead",
        ),
        (Meeting(date=date(2026, 5, 4), owner="release-lead"), ProofCheck(ProofOutcome.NONE), "on 2026-05-04"),
        (
            Meeting(date=date(2026, 5, 1), owner="release-lead"),
            ProofCheck(ProofOutcome.NONE),
            "there is no result",
        ),
        (Meeting(date=date(2026, 5, 1), owner="release-lead", link=LINK), GOOD, "held on 2026-05-01"),
        (Meeting(date=date(2026, 5, 11), owner="release-lead", link=LINK), DEAD, "it is dead"),
    ],
)
def test_the_root_cause_analysis(meeting, finding, outcome):
    """Is to come, or was held with a result that can be seen."""
    assert outcome in told(judgement.analysis_planned, meeting, finding, NOW)


@pytest.mark.parametrize(
    ("remedy", "finding", "outcome"),
    [
        (Remediation(owner="developer", text="a smoke test"), ProofCheck(ProofOutcome.NONE), "developer: a smoke test"),
        (Remediation(owner="developer", link=LINK), GOOD, f"developer: {LINK}"),
        (Remediation(owner="developer"), ProofCheck(ProofOutcome.NONE), "it is not described"),
        (Remediation(owner="developer", link=LINK), UNCLEAR, Reason.TIMEOUT),
    ],
)
def test_the_remediation(remedy, finding, outcome):
    """Has an owner, and is written down somewhere."""
    assert outcome in told(judgement.remedy_planned, remedy, finding)
