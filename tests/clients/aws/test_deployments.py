"""What a deployment is, by who made it and what it says of itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.aws.deployments import (
    Deployment,
    DeploymentTarget,
    LifecycleEvent,
    rollback_of,
    undo_key,
    undone_by,
    undone_in,
)
from promotion.unknown import Reason, Unknown

T0 = datetime(2026, 5, 4, 12, tzinfo=UTC)
DIGEST = "sha256:" + "a1" * 32


def made(key, creator="user", status="Succeeded", minutes=0, **more):
    """Give a deployment, made so many minutes after T0."""
    created = T0 + timedelta(minutes=minutes)
    return Deployment(key, status, creator, created, created + timedelta(minutes=1), "config", "bucket/key", **more)


@pytest.mark.parametrize(
    ("creator", "rollback", "scaling"),
    [
        ("user", False, False),
        ("CloudFormation", False, False),
        ("autoscaling", False, True),
        ("CodeDeployAutoUpdate", False, True),
        ("autoscalingTermination", False, True),
        ("codeDeployRollback", True, False),
        ("CloudFormationRollback", True, False),
    ],
)
def test_who_made_it_says_what_it_is(creator, rollback, scaling):
    """A release, a rollback, or what comes and goes with instances."""
    one = made("d-1", creator)
    assert (one.is_rollback, one.follows_scaling) == (rollback, scaling)


@pytest.mark.parametrize("creator", ["CodeDeploy", "codeDeployAutoUpdate", "", "SomethingNew"])
def test_a_creator_that_is_not_known_is_not_a_person(creator):
    """Neither a release nor anything else: unknown, with the value and the deployment."""
    with pytest.raises(Unknown, match=f"the creator of deployment d-1 of 2026-05-04 12:00Z is {creator!r}") as raised:
        _ = made("d-1", creator).follows_scaling
    assert raised.value.reason is Reason.NOT_SUPPORTED


def test_a_status_that_is_not_known_is_no_end():
    """It has neither ended nor does it go on."""
    with pytest.raises(Unknown, match="the status of deployment d-1 is 'Paused'"):
        _ = made("d-1", status="Paused").is_unfinished
    assert [made("d-1", status=one).is_unfinished for one in ("Baking", "Ready", "Stopped")] == [True, True, False]


def test_a_rollback_of_the_gate_is_known_by_its_key():
    """In whatever words; a key of something else is none."""
    assert undone_in(f"Rollback of d-ABC123DEF to version 5 [{undo_key(DIGEST, 'd-ABC123DEF')}]") == "d-ABC123DEF"
    assert undone_in("[promotion:a1a1a1a1a1a1:incident]") is None
    assert undone_in("rolls d-ABC123DEF back") is None


def test_what_undoes_a_deployment():
    """By CodeDeploy's word from either side, by the gate's key, and where nobody says it, the rollback that follows."""
    bad = made("d-2", minutes=10)
    before = made("d-1")
    for rollback, broken in (
        (made("d-3", "codeDeployRollback", minutes=20, rolls_back="d-2"), bad),
        (made("d-3", "codeDeployRollback", minutes=20), replace(bad, rolled_back_by="d-3")),
        (made("d-3", "user", minutes=20, rolls_back="d-2", by_gate=True), bad),
        (made("d-3", "CloudFormationRollback", minutes=20), bad),
    ):
        history = [rollback, broken, before]
        assert rollback_of(broken, history) == rollback
        assert undone_by(rollback, history) == broken
        assert rollback_of(before, history) is None
    scaled = made("d-9", "autoscaling", minutes=15)
    history = [made("d-3", "CloudFormationRollback", minutes=20), scaled, bad, before]
    assert undone_by(history[0], history) == bad
    assert rollback_of(bad, history[1:]) is None


def test_the_newest_of_several_rollbacks_counts():
    """CodeDeploy's own has failed, and the gate has made another one."""
    bad = made("d-2", rolled_back_by="d-3")
    failed = made("d-3", "codeDeployRollback", "Failed", minutes=10, rolls_back="d-2")
    again = made("d-4", minutes=20, rolls_back="d-2", by_gate=True)
    assert rollback_of(bad, [again, failed, bad]) == again


def test_what_happened_on_a_target():
    """Whatever did not succeed is told; what CodeDeploy itself does not know is unknown."""
    good = DeploymentTarget("i-1", "Succeeded", (LifecycleEvent("Install", "Succeeded"),))
    assert list(good.problems()) == []
    skipped = replace(good, status="Failed", events=(LifecycleEvent("Install", "Skipped"),))
    assert list(skipped.problems()) == ["i-1: Install is Skipped", "i-1 is Failed"]
    for odd in (replace(good, status="Unknown"), replace(good, events=(LifecycleEvent("Install", "Unknown"),))):
        with pytest.raises(Unknown, match="CodeDeploy does not know how"):
            list(odd.problems())
    with pytest.raises(Unknown, match="Install of i-1 is 'Held'"):
        list(replace(good, events=(LifecycleEvent("Install", "Held"),)).problems())
