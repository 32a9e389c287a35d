"""Faults after a deployment to prod, in the scene rolled-out: what answers, logs, fails, and what is written down."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.patience import STRICT_MS, TOO_LATE
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.github.records import Issue

HEALTH, SMOKE, FLOWING, IDS = "prod-health", "prod-smoke-tests", "prod-logs-flowing", "prod-correlation-ids"
SPIKES, SLO, CUSTOMERS = "no-error-spikes", "slo-met", "no-customer-issues"
NOTES, INCIDENTS, BASELINE, MORTEM = (
    "deployment-notes",
    "incidents-documented",
    "baseline-updated",
    "post-mortem-scheduled",
)
PAPER = (INCIDENTS, MORTEM)
FILTER, METRICS = "logs:FilterLogEvents", "cloudwatch:GetMetricData"


@fault("prod-health-fails", item=HEALTH)
def _(world: "World") -> None:
    """The health endpoint of prod's function answers 503 after the deployment."""
    for member in world.fronts["prod-lambda"].members:
        member.healthy = False


@fault("prod-health-slow", item=HEALTH)
def _(world: "World") -> None:
    """Prod's health endpoint answers 200, but later than it may."""
    world.prod.health_max_ms = STRICT_MS
    world.edges["prod-ec2"].hang("GET /health", TOO_LATE)


@fault("prod-smoke-tests-fail", item=HEALTH, kind="clean")
def _(world: "World") -> None:
    """One of prod's smoke tests has another expectation; health endpoints are as they should be."""
    world.edges["prod-ec2"].fail("GET /orders", 500)


wire_fault(
    "prod-not-deployed",
    "The role may not ask CodeDeploy which deployment deployed the image to prod.",
    "deny",
    "codedeploy:BatchGetDeployments",
    item=HEALTH,
    on="prod",
)


@fault("prod-smoke-test-server-error", item=SMOKE)
def _(world: "World") -> None:
    """Prod answers 500 when orders are listed."""
    world.edges["prod-lambda"].fail("GET /orders", 500)


@fault("prod-smoke-test-old-version", item=SMOKE)
def _(world: "World") -> None:
    """The instances of prod tell another image than the one that was deployed."""
    from promotion.sandbox.order import Reply

    for member in world.fronts["prod-ec2"].members:
        member.fixed["/version"] = Reply(200, {"digest": world.previous_digest})


@fault("prod-health-fails-alone", item=SMOKE, kind="clean")
def _(world: "World") -> None:
    """The health endpoint is slow; what callers use is not."""
    world.edges["prod-lambda"].hang("GET /health", 0.2)


wire_fault(
    "prod-smoke-tests-too-early",
    "The role may not read CodeDeploy's groups, so it is unknown when anything is due.",
    "deny",
    "codedeploy:GetDeploymentGroup",
    item=SMOKE,
    on="prod",
)


@fault("prod-instance-silent", item=FLOWING, falls_with=(f"{IDS}[ec2]",))
def _(world: "World") -> None:
    """One of the new instances has logged nothing for a quarter of an hour."""
    from promotion.sandbox.world.model import ago

    world.prod.logbook.silent[world.prod.green[1]] = ago(minutes=15)


@fault("prod-version-silent", item=FLOWING, falls_with=(f"{IDS}[lambda]",))
def _(world: "World") -> None:
    """The version that was deployed has never logged anything."""
    from promotion.sandbox.world.model import ago

    world.prod.logbook.silent[str(max(world.prod.versions))] = ago(hours=2)


@fault("prod-dev-log-silent", item=FLOWING, kind="clean")
def _(world: "World") -> None:
    """Nothing is logged in dev any more, which does not concern prod."""
    for flow in world.dev.flows.values():
        flow.logged = False


wire_fault("postdeploy-logs-denied", "FilterLogEvents is denied in prod.", "deny", FILTER, item=FLOWING, on="prod")


@fault("prod-ids-lost", item=IDS)
def _(world: "World") -> None:
    """One in ten lines of prod's function has no correlation id since the deployment."""
    world.prod.flows["lambda"].uncorrelated = 0.1


@fault("prod-one-id-for-all", item=IDS)
def _(world: "World") -> None:
    """The instances log every request with the same correlation id."""
    world.prod.flows["ec2"].one_id = True


@fault("prod-ids-lost-before", item=IDS, kind="clean")
def _(world: "World") -> None:
    """The previous version logged lines without a correlation id."""
    from promotion.sandbox.world.model import ago

    flow = world.prod.flows["lambda"]
    flow.uncorrelated = 0.2
    flow.change(ago(minutes=26), uncorrelated=0)


@fault("prod-log-group-missing", item=IDS, kind="blind")
def _(world: "World") -> None:
    """The log group of prod's instances is not there."""
    world.prod.backend("logs").groups.pop("/shop/ec2")


@fault("prod-errors-since", item=SPIKES, falls_with=(f"{SLO}[lambda]",))
def _(world: "World") -> None:
    """Two in a hundred requests to the function have failed for twenty minutes."""
    _worse(world, "lambda", errors=0.02)


@fault("prod-balancer-errors-since", item=SPIKES, falls_with=(f"{SLO}[ec2]",))
def _(world: "World") -> None:
    """The load balancer has had no healthy target for one in a hundred requests for twenty minutes."""
    _worse(world, "ec2", refused=0.01)


@fault("prod-errors-as-before", item=SPIKES, kind="clean")
def _(world: "World") -> None:
    """One in two thousand requests fails, as it did before the deployment."""
    world.prod.flows["lambda"].errors = 0.0005


wire_fault("postdeploy-metrics-denied", "GetMetricData is denied in prod.", "deny", METRICS, item=SPIKES, on="prod")


@fault("prod-nobody-calls", item=SPIKES, kind="blind")
def _(world: "World") -> None:
    """The function has had no more than a request a minute all day: that shows no rise."""
    world.prod.flows["lambda"].requests = 1


@fault("prod-function-slow", item=SLO)
def _(world: "World") -> None:
    """Three in a hundred requests to the function have taken ten times as long for twenty minutes."""
    _worse(world, "lambda", tail=0.03, slowness=2)


@fault("prod-instances-slow", item=SLO)
def _(world: "World") -> None:
    """The instances have taken six times as long for twenty minutes."""
    _worse(world, "ec2", slowness=6)


@fault("prod-slow-before", item=SLO, kind="clean")
def _(world: "World") -> None:
    """The function was slow until an hour before the deployment."""
    from promotion.sandbox.world.model import ago

    flow = world.prod.flows["lambda"]
    flow.slowness = 5
    flow.change(ago(minutes=95), slowness=1)


wire_fault(
    "prod-metrics-throttled", "GetMetricData is throttled in every attempt.", "throttle", METRICS, item=SLO, on="prod"
)


@fault("prod-too-few-requests", item=SLO, kind="blind")
def _(world: "World") -> None:
    """So few requests came since the deployment that none of them failing proves nothing."""
    for flow in world.prod.flows.values():
        flow.requests = 20


@fault("customer-reported", item=CUSTOMERS, falls_with=PAPER)
def _(world: "World") -> None:
    """A customer reported an issue ten minutes after the deployment."""
    from promotion.sandbox.world.model import ago

    _report(world, ago(minutes=20))


@fault("customer-reported-and-closed", item=CUSTOMERS, falls_with=PAPER)
def _(world: "World") -> None:
    """A customer's issue was closed again within minutes."""
    from promotion.sandbox.world.model import ago

    _report(world, ago(minutes=20)).state = "closed"


@fault("customer-report-in-record", item=CUSTOMERS, falls_with=PAPER)
def _(world: "World") -> None:
    """People wrote a customer's report into the promotion record."""
    world.agreed.record["issues"] = ["https://support.example/tickets/17"]


@fault("customer-reported-before", item=CUSTOMERS, kind="clean")
def _(world: "World") -> None:
    """A customer reported an issue an hour before the deployment."""
    from promotion.sandbox.world.model import ago

    _report(world, ago(minutes=100))


@fault("customer-issues-unreadable", item=CUSTOMERS, kind="blind", falls_with=PAPER)
def _(world: "World") -> None:
    """GitHub does not let the token see issues."""
    world.edges["github"].deny("GET /repos/*/issues")


@fault("customer-issues-nobody-said", item=CUSTOMERS, kind="blind")
def _(world: "World") -> None:
    """No label is declared, and nobody has said yet that no customer complained."""
    world.validation.labels.clear()


@fault("notes-of-another-image", item=NOTES, falls_with=(CUSTOMERS, *PAPER))
def _(world: "World") -> None:
    """The promotion record is about the previous image."""
    world.agreed.record["digest"] = world.previous_digest


@fault("notes-in-many-lines", item=NOTES, kind="clean")
def _(world: "World") -> None:
    """The notes are long, in several lines."""
    world.agreed.record["notes"] = "Sorts orders.\n\n" + "Nothing else was changed. " * 20


@fault("notes-attested", item=NOTES, kind="clean")
def _(world: "World") -> None:
    """The notes are elsewhere, which is attested."""
    world.agreed.record["notes"] = ""
    world.agreed.attest(NOTES, statement="They are in the release of 1.8.0.")


@fault("notes-empty", item=NOTES, kind="blind")
def _(world: "World") -> None:
    """Nobody has written notes yet."""
    world.agreed.record["notes"] = " \n "


@fault("alarm-fired-since", item=INCIDENTS, falls_with=(MORTEM,))
def _(world: "World") -> None:
    """An alarm of prod fired twelve minutes ago and went back, and nobody wrote it down."""
    _fire(world)


@fault("incident-without-link", item=INCIDENTS, falls_with=(MORTEM,))
def _(world: "World") -> None:
    """An alarm fired; the record has an incident, and no link to what became of it."""
    _fire(world)
    world.agreed.record["incidents"] = [{"what": "Errors of the function"}]


@fault("deployment-rolled-back-since", item=INCIDENTS, falls_with=(MORTEM,))
def _(world: "World") -> None:
    """The function was rolled back after ten minutes, and nobody wrote it down."""
    from promotion.sandbox.world.model import now

    play = vars(world)["play"]
    play.function.stop(play.t0 + timedelta(minutes=4), rolls_back=True)
    play.advance(now(), anew=True)


@fault("alarm-fired-before-rollout", item=INCIDENTS, kind="clean")
def _(world: "World") -> None:
    """An alarm of prod fired and went back an hour before the deployment."""
    from promotion.sandbox.world.model import ago

    world.prod.turn_alarm("lambda-errors", "ALARM", ago(minutes=100))
    world.prod.turn_alarm("lambda-errors", "OK", ago(minutes=90))


@fault("incident-documented", item=INCIDENTS, kind="clean")
def _(world: "World") -> None:
    """An alarm fired; the record has it with a link, and a post-mortem is scheduled."""
    _fire(world)
    _write_down(world, timedelta(days=2))


wire_fault(
    "postdeploy-alarms-denied",
    "DescribeAlarmHistory is denied in prod.",
    "deny",
    "cloudwatch:DescribeAlarmHistory",
    item=INCIDENTS,
    on="prod",
    falls_with=(MORTEM,),
)


@fault("post-mortem-in-the-past", item=MORTEM)
def _(world: "World") -> None:
    """An alarm fired and is written down; the post-mortem is on a day before the deployment."""
    _fire(world)
    _write_down(world, timedelta(days=-3))


@fault("post-mortem-agreed", item=MORTEM, kind="clean")
def _(world: "World") -> None:
    """A customer reported something; it is written down, and a day and an owner are agreed on."""
    _fire(world)
    _write_down(world, timedelta(days=1))


@fault("post-mortem-not-agreed", item=MORTEM, kind="blind")
def _(world: "World") -> None:
    """An alarm fired and is written down; nobody has agreed on a post-mortem yet."""
    _fire(world)
    _write_down(world, None)


wire_fault(
    "prod-function-hidden-after",
    "The role may not see which image the function in prod runs.",
    "deny",
    "lambda:GetFunction",
    item="incidents-documented",
    on="prod",
    falls_with=(
        "error-budget[lambda]",
        "no-customer-issues",
        "no-error-spikes[lambda]",
        "post-mortem-scheduled",
        "prod-correlation-ids[lambda]",
        "prod-health[lambda]",
        "prod-logs-flowing[lambda]",
        "slo-met[lambda]",
    ),
)


def _worse(world: "World", target: str, **knobs: float) -> None:
    from promotion.sandbox.world.model import ago

    world.prod.flows[target].change(ago(minutes=20), **knobs)


def _report(world: "World", at: "datetime") -> "Issue":
    moment = at.replace(tzinfo=UTC)
    return world.github.repository.add_issue("Orders are missing", moment, "a-customer", labels=("customer",))


def _fire(world: "World") -> None:
    from promotion.sandbox.world.model import ago

    world.prod.turn_alarm("lambda-errors", "ALARM", ago(minutes=12))
    world.prod.turn_alarm("lambda-errors", "OK", ago(minutes=8))


def _write_down(world: "World", after: timedelta | None) -> None:
    link = "https://github.com/example/shop/issues/9"
    world.agreed.record["incidents"] = [{"what": "Errors of the function", "link": link}]
    if after is not None:
        day = (world.agreed.now + after).date()
        world.agreed.record["post_mortem"] = {"date": day, "owner": "release-lead"}
