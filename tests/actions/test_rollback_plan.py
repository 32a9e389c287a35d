"""What is to be done at a target, by what was deployed there and by who serves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from promotion.actions.previous import Previous
from promotion.actions.redeploy import Redeployment, app_spec, description
from promotion.actions.undocumented import undocumented
from promotion.clients.aws.deployments import Deployment, DeploymentTarget, undone_in
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.after_rollback.rollback_plan import TO_COME, RollbackStep, Serves, rollback_plan
from promotion.settings.environment import LambdaTarget

T0 = datetime(2026, 5, 4, 12, tzinfo=UTC)
NOW = T0 + timedelta(minutes=30)
DIGEST = "sha256:" + "a1" * 32
OURS, OTHERS = Serves(("version 6",), (), current="6"), Serves((), ("version 5 of shop-api",), current="5")
BOTH = Serves(("version 6",), ("version 5 of shop-api",), current="5")
BLIND = Serves(unknown="lambda:GetAlias was denied")


def made(key="d-BAD", status="Succeeded", minutes=0, creator="user", **more):
    """Give a deployment, made so many minutes after T0."""
    created = T0 + timedelta(minutes=minutes)
    return Deployment(key, status, creator, created, created + timedelta(minutes=5), "config", "AppSpecContent", **more)


def brought(deployment=None, **more):
    """Give what stands at a target."""
    return Brought("lambda", "shop-lambda-prod", deployment, **more)


BAD = made()
UNDONE = {"rolls_back": "d-BAD"}
GATE = {**UNDONE, "by_gate": True}


@pytest.mark.parametrize(
    ("stands", "serves", "step", "said"),
    [
        (brought(made(status="InProgress")), BLIND, "STOP", "d-BAD is in progress"),
        (brought(made(status="Created")), OURS, "STOP", "d-BAD is in progress"),
        (brought(BAD), OURS, "REDEPLOY", "can no longer be stopped"),
        (brought(BAD), BOTH, "REDEPLOY", "can no longer be stopped"),
        (brought(BAD), OTHERS, "NOTHING", "version 5 of shop-api does"),
        (brought(BAD), BLIND, "REFUSE", "it is unknown what is in service at lambda (lambda:GetAlias was denied)"),
        (brought(made(status="Stopped")), BOTH, "REDEPLOY", "is Stopped"),
        (brought(made(status="Failed")), OTHERS, "NOTHING", "nothing of this image receives traffic"),
        (brought(made(status="Stopped", minutes=24.5)), BOTH, "AWAIT", "its rollback may be about to start"),
        (brought(BAD, rollback=made("d-BACK", "InProgress", **UNDONE)), OURS, "AWAIT", "rolled back by d-BACK"),
        (brought(BAD, rollback=made("d-BACK", **UNDONE)), OURS, "NOTHING", "rolled back by d-BACK"),
        (brought(BAD, rollback=made("d-BACK", "Failed", **UNDONE)), OURS, "REDEPLOY", "can no longer be stopped"),
        (brought(BAD, rollback=made("d-BACK", "Stopped", **UNDONE)), OTHERS, "NOTHING", "nothing of this image"),
        (brought(BAD, rollback=made("d-BACK", "InProgress", **GATE)), OURS, "AWAIT", "rolled back by d-BACK"),
        (brought(BAD, rollback=made("d-BACK", "Failed", **GATE)), OURS, "REFUSE", "is not tried again"),
        (brought(BAD, later=(made("d-NEW", "InProgress"),)), OURS, "LEAVE", "which was created after d-BAD"),
        (brought(BAD, later=(made("d-NEW"),)), OTHERS, "NOTHING", "d-NEW was deployed after d-BAD"),
        (brought(BAD, later=(made("d-NEW"),)), OURS, "REDEPLOY", "can no longer be stopped"),
        (brought(BAD, later=(made("d-NEW", "Failed"),)), OURS, "REDEPLOY", "can no longer be stopped"),
        (brought(BAD, later=(made("d-NEW"),)), BLIND, "REFUSE", "it is unknown"),
        (brought(), OTHERS, "NOTHING", "version 5 of shop-api is in service there: there is nothing to stop"),
        (brought(), OURS, "REFUSE", "version 6 of lambda runs this image and receives traffic"),
        (brought(), BLIND, "REFUSE", "it is unknown whether it is in service there"),
        (brought(under_way=(made("d-X", "InProgress"),)), OTHERS, "LEAVE", "deploys another image"),
    ],
)
def test_what_is_done(stands, serves, step, said):
    """Nothing is taken for done because it was not found, and nothing is done that somebody else does."""
    plan = rollback_plan(stands, lambda: serves, NOW)
    assert (plan.step, said in plan.why) == (RollbackStep[step], True), plan.why


def test_a_rollback_that_does_not_come_is_made_up_for():
    """CodeDeploy has a minute to begin it."""
    stopped = made(status="Stopped", minutes=25)
    assert stopped.completed
    steps = [
        rollback_plan(brought(stopped), lambda: BOTH, stopped.completed + after).step
        for after in (timedelta(0), TO_COME - timedelta(seconds=1), TO_COME)
    ]
    assert steps == [RollbackStep.AWAIT, RollbackStep.AWAIT, RollbackStep.REDEPLOY]


@pytest.mark.parametrize(
    ("stands", "lines"),
    [
        (brought(BAD, fleet="COPY_AUTO_SCALING_GROUP"), 1),
        (brought(made(status="InProgress", waits_to_terminate=True), fleet="COPY_AUTO_SCALING_GROUP"), 2),
        (brought(made(status="InProgress"), fleet="DISCOVER_EXISTING"), 1),
        (brought(BAD), 0),
        (brought(made(status="InProgress")), 0),
    ],
)
def test_what_aws_does_not_document_is_said(stands, lines):
    """Of blue/green fleets, and of the wait until the old instances are terminated; in place nothing is open."""
    assert len(list(undocumented(rollback_plan(stands, lambda: OURS, NOW)))) == lines


PART = DeploymentTarget(
    "shop-api", "Succeeded", (), function="shop-api", alias="live", current_version="5", target_version="6"
)


@pytest.mark.parametrize(("current", "expected"), [("6", "6"), ("5", "6"), ("", "6"), ("7", "7")])
def test_the_app_spec_goes_from_what_serves_to_what_served(current, expected):
    """Never from the version to itself, which CodeDeploy refuses, also where the alias is on it with a weight for the bad one."""
    target = LambdaTarget.model_construct(function="shop-api", alias="live")
    wanted = Redeployment(target, brought(BAD, parts=(PART,)), Previous("version 5", "5"), current, DIGEST, True)
    (resource,) = json.loads(app_spec(target, wanted))["Resources"]
    assert resource["shop-api"]["Properties"] == {
        "Name": "shop-api",
        "Alias": "live",
        "CurrentVersion": expected,
        "TargetVersion": "5",
    }


@pytest.mark.parametrize("label", ["version 5", "s3://releases/" + "x" * 400])
def test_the_description_has_its_key(label):
    """However long the name of a revision is; CodeDeploy takes 256 characters."""
    text = description(BAD, Previous(label), DIGEST)
    assert len(text) <= 256
    assert undone_in(text.replace("d-BAD", "d-BAD")) == "d-BAD"


def test_when_the_traffic_had_gone_back():
    """When the rollback succeeded; of a fleet as soon as it only waits to terminate what it replaced."""
    done = made("d-BACK", minutes=10, **UNDONE)
    assert brought(BAD, rollback=done).restored_at == done.completed
    moved = T0 + timedelta(minutes=14)
    from promotion.clients.aws.deployments import LifecycleEvent

    part = replace(PART, events=(LifecycleEvent("BlockTraffic", "Succeeded", "", T0, moved),))
    waits = replace(done, status="InProgress", waits_to_terminate=True)
    assert brought(BAD, rollback=waits, rollback_parts=(part,)).restored_at == moved
    assert brought(BAD, rollback=replace(waits, waits_to_terminate=False), rollback_parts=(part,)).restored_at is None
    assert brought(BAD, rollback=replace(done, status="Failed")).restored_at is None
    assert brought(BAD).restored_at is None
