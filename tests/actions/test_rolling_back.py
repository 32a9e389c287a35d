"""A decision that failed takes the rollout back, at every target and once; what is not well is not gone back to."""

import io
import json
import subprocess
import sys

import pytest

from promotion import cli
from promotion.core.status import Exit
from tests.runner import ROOT, environment, judge

DECIDES = """
from promotion.items import item
from promotion.unknown import Reason, Unknown

@item("go-no-go-t2")
def test_t2():
    assert {good}, "3 % of the canary's requests failed"

@item("go-no-go-t5")
def test_t5():
    raise Unknown(Reason.{reason}, "it cannot be told")
"""


CHANGES = ("StopDeployment", "CreateDeployment")


def scene(world_pool, *faults, rate=4, minutes=1):
    """Give a world one minute into a rollout: it has five minutes left, by a clock that is faster than ours."""
    return world_pool.world(*faults, scene="rollout", minutes=minutes, rate=rate)


def decide(world, folder, *more, good=False, reason="NOT_DUE"):
    """Judge a rollout by decisions of our own."""
    test = folder / f"test_decisions_of_{abs(hash(folder))}.py"
    test.write_text(DECIDES.format(good=good, reason=reason))
    return judge(world, folder / "reports", str(test), "-m", "rollout", *more)


def written(world):
    """What was changed, in order."""
    return [
        call.operation for call in world.calls() if call.operation.startswith("POST /") or call.operation in CHANGES
    ]


def states(judged):
    """The state of each act by its key without the image."""
    return {act["key"].split(":", 2)[2]: act["state"] for act in judged.record["acts"]}


def test_a_no_go_is_rolled_back_once(world_pool, tmp_path):
    """Both deployments are stopped, the workflow is cancelled, the team told, a ticket opened; again: nothing more."""
    with scene(world_pool) as world:
        first = decide(world, tmp_path, "--act")
        done = written(world)
        again = decide(world, tmp_path, "--act")
        assert written(world) == done
    assert sorted(done) == [
        "POST /repos/example/shop/actions/runs/24000070049/cancel",
        "POST /repos/example/shop/issues",
        "POST /repos/example/shop/issues",
        "POST /slack/chat.postMessage",
        "StopDeployment",
        "StopDeployment",
    ]
    assert first.code == again.code == Exit.NO_GO, first.printed
    assert set(states(first).values()) == {"done"}, first.printed
    assert {key for key in states(first) if key.startswith("verified")} == {"verified:lambda", "verified:ec2"}
    assert [state for key, state in states(again).items() if not key.startswith("verified")] == ["already"] * 6
    assert "» done, rollback of lambda started: d-" in first.printed
    assert first.record["verdict"] == "NO-GO"


@pytest.mark.parametrize(
    ("more", "given"),
    [
        ((), {}),
        (("--act",), {"good": True}),
    ],
)
def test_nothing_is_changed_unasked(world_pool, tmp_path, more, given):
    """Not without --act, not while a decision is awaited, and not on a hold that is to be kept."""
    with scene(world_pool, rate=1) as world:
        judged = decide(world, tmp_path, *more, **given)
        assert written(world) == []
    assert judged.record["acts"] == []


def test_a_hold_calls_a_person(world_pool, tmp_path):
    """By default a hold at T+5 is kept: nothing is changed in prod, the team is told once, and the run stays a HOLD."""
    with scene(world_pool, rate=1) as world:
        judged = decide(world, tmp_path, "--act", good=True, reason="NO_DATA")
        again = decide(world, tmp_path, "--act", good=True, reason="NO_DATA")
        assert sorted(written(world)) == ["POST /repos/example/shop/issues", "POST /slack/chat.postMessage"]
    assert judged.record["verdict"] == again.record["verdict"] == "HOLD"
    assert "done" in states(judged).values(), judged.printed
    assert set(states(again).values()) == {"already"}, again.printed


def test_a_hold_is_rolled_back(world_pool, tmp_path):
    """Neither go nor no-go at T+5 is taken back if that is declared; what is left is a NO-GO. A replay does not act."""
    with scene(world_pool, rate=6) as world:
        judged = decide(world, tmp_path, "--act", "--set", "rollout.hold=roll-back", good=True, reason="NO_DATA")
        done = written(world)
        again = tmp_path / "again"
        words = [
            "-m",
            "rollout",
            f"--report-dir={again}",
            f"--replay={judged.folder / 'record.json'}",
            *map(str, tmp_path.glob("test_*.py")),
        ]
        replay = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), *words]
        replayed = subprocess.run(replay, cwd=ROOT, capture_output=True, text=True, check=False)
        assert written(world) == done
    assert (judged.code, judged.record["verdict"]) == (Exit.NO_GO, "NO-GO"), judged.printed
    assert (again / "record.json").exists(), replayed.stdout + replayed.stderr
    assert json.loads((again / "record.json").read_text())["acts"] == judged.record["acts"]
    assert replayed.returncode == judged.code


@pytest.mark.parametrize("fault", ["previous-version-broken", "previous-instances-gone", "previous-version-unreadable"])
def test_what_is_not_well_is_not_gone_back_to(world_pool, tmp_path, fault):
    """No deployment is stopped, not even the other one; a person is called, and the exit code is 20."""
    with scene(world_pool, fault) as world:
        judged = decide(world, tmp_path, "--act")
        done = written(world)
    assert judged.code == Exit.ROLLBACK_UNVERIFIED, judged.printed
    assert "StopDeployment" not in done
    assert not [one for one in done if "cancel" in one]
    assert "POST /slack/chat.postMessage" in done
    assert states(judged)["stop:lambda"] == states(judged)["stop:ec2"] == "refused"
    assert "a person is needed now" in judged.printed


@pytest.mark.parametrize(
    ("fault", "key", "said"),
    [
        ("acting-not-allowed", "stop:lambda", "needs codedeploy:StopDeployment"),
        ("rollback-of-lambda-fails", "verified:lambda", "is Failed"),
        ("rollback-hangs", "verified:ec2", "still in progress"),
        ("redeploy-not-allowed", "stop:lambda", "needs codedeploy:CreateDeployment"),
        ("alarms-may-not-be-left-aside", "stop:lambda", "codedeploy:UpdateDeploymentGroup"),
        ("redeploy-of-lambda-fails", "verified:lambda", "is Failed"),
        ("somebody-deploys-meanwhile", "stop:lambda", "which was created after"),
        ("somebody-deploys-at-the-last-moment", "stop:lambda", "its group is deploying something else"),
    ],
)
def test_what_cannot_be_verified_needs_a_person(world_pool, tmp_path, fault, key, said):
    """Refused by AWS, failed, not over in time, or too late: exit 20, and the receipt says why."""
    with scene(world_pool, fault, rate=6) as world:
        judged = decide(world, tmp_path, "--act", "--set", "acting.wait_seconds=120")
    assert judged.code == Exit.ROLLBACK_UNVERIFIED, judged.printed
    act = next(act for act in judged.record["acts"] if act["key"].endswith(key))
    assert said in act["message"], judged.printed
    assert act["state"] not in ("done", "already")


def test_what_is_over_is_deployed_away(world_pool, tmp_path):
    """What has succeeded cannot be stopped: the version before is deployed once more, once, and that is verified."""
    with scene(world_pool, "rollout-over") as world:
        first = decide(world, tmp_path, "--act")
        done = written(world)
        again = decide(world, tmp_path, "--act")
        assert written(world) == done
        made = [call for call in world.calls() if call.operation == "CreateDeployment"]
    assert first.code == again.code == Exit.NO_GO, first.printed
    assert (len(made), done.count("StopDeployment")) == (1, 1)
    assert set(states(first).values()) == {"done"}, first.printed
    acts = {act["key"].split(":", 2)[2]: act for act in first.record["acts"]}
    assert "is Succeeded, so d-" in acts["stop:lambda"]["message"]
    assert acts["stop:lambda"]["message"].endswith("redeploys version 5")
    assert acts["verified:lambda"]["id"] == acts["stop:lambda"]["id"]
    assert "version 5 of shop-api is in service at lambda" in acts["verified:lambda"]["message"]


def test_instances_that_are_over_are_deployed_away(world_pool, tmp_path):
    """Nobody is left of those that served before: the revision before is deployed to new ones, once, and that is verified."""
    with scene(world_pool, "fleet-over", rate=6, minutes=8) as world:
        first = decide(world, tmp_path, "--act")
        done = written(world)
        again = decide(world, tmp_path, "--act")
        assert written(world) == done
    assert first.code == again.code == Exit.NO_GO, first.printed
    assert (done.count("CreateDeployment"), done.count("StopDeployment")) == (2, 0)
    assert {key: state for key, state in states(first).items() if state != "done"} == {
        "cancel:24000070049": "already"
    }, first.printed
    acts = {act["key"].split(":", 2)[2]: act for act in first.record["acts"]}
    assert acts["verified:ec2"]["id"] == acts["stop:ec2"]["id"]
    assert "is in service at ec2" in acts["verified:ec2"]["message"]


@pytest.mark.parametrize(
    ("fault", "said"), [("fleet-over-bundle-gone", ".zip no longer exists"), ("fleet-over-image-gone", "is not in")]
)
def test_a_revision_that_is_gone_is_not_deployed(world_pool, tmp_path, fault, said):
    """Neither is anything else rolled back: a person is needed."""
    with scene(world_pool, fault, rate=6, minutes=8) as world:
        judged = decide(world, tmp_path, "--act")
        done = written(world)
    assert judged.code == Exit.ROLLBACK_UNVERIFIED, judged.printed
    assert not {"StopDeployment", "CreateDeployment"} & set(done)
    act = next(act for act in judged.record["acts"] if act["key"].endswith(":stop:ec2"))
    assert act["state"] == "refused"
    assert said in act["message"], act["message"]


@pytest.mark.parametrize("fault", ["rollout-updates-an-instance", "rollout-scales-in", "rollout-of-an-index"])
def test_what_others_deploy_meanwhile_hides_nothing(world_pool, tmp_path, fault):
    """Neither CodeDeploy's own deployments to single instances, nor an index that runs as one of its platforms."""
    with scene(world_pool, fault, minutes=4) as world:
        judged = decide(world, tmp_path, "--act")
        done = written(world)
    assert judged.code == Exit.NO_GO, judged.printed
    assert done.count("StopDeployment") == 2
    assert set(states(judged).values()) == {"done"}, judged.printed


def test_an_index_that_is_over_is_deployed_away(world_pool, tmp_path):
    """The version that runs one of its platforms is not taken for another image."""
    with scene(world_pool, "rollout-of-an-index", "rollout-over") as world:
        judged = decide(world, tmp_path, "--act")
        done = written(world)
    assert judged.code == Exit.NO_GO, judged.printed
    assert (done.count("StopDeployment"), done.count("CreateDeployment")) == (1, 1)
    assert "version 5 of shop-api is in service at lambda" in judged.printed


WAITS = ("--set", "acting.alarms=wait", "--set", "acting.wait_seconds=900")


def test_an_alarm_is_waited_for_where_it_may_not_be_left_aside(world_pool, tmp_path):
    """Until it recovers nothing is deployed; then with the group's alarms, for which no permission is needed."""
    faults = ("alarm-recovers-after-the-rollout", "alarms-may-not-be-left-aside")
    with scene(world_pool, *faults, rate=10, minutes=3) as world:
        judged = decide(world, tmp_path, "--act", *WAITS)
        done = written(world)
    assert judged.code == Exit.NO_GO, judged.printed
    assert done.count("CreateDeployment") == 1
    assert "version 5 of shop-api is in service at lambda" in judged.printed


def test_an_alarm_that_does_not_recover_needs_a_person(world_pool, tmp_path):
    """It would stop the rollback: nothing is deployed, and the receipt says why."""
    with scene(world_pool, "alarm-outlasts-the-rollout", rate=10, minutes=3) as world:
        judged = decide(world, tmp_path, "--act", *WAITS[:3], "acting.wait_seconds=60")
        done = written(world)
    assert judged.code == Exit.ROLLBACK_UNVERIFIED, judged.printed
    assert "CreateDeployment" not in done
    act = next(act for act in judged.record["acts"] if act["key"].endswith(":stop:lambda"))
    assert act["state"] == "failed"
    assert "still in ALARM, which would stop the deployment that rolls it back" in act["message"]


def test_a_rollback_that_its_alarm_has_stopped_is_made_up_for(world_pool, tmp_path):
    """CodeDeploy's own rollback meets the alarm that caused it; the version before is deployed once more without alarms."""
    with scene(world_pool, "rollback-stopped-by-its-alarm") as world:
        judged = decide(world, tmp_path, "--act")
        done = written(world)
    assert judged.code == Exit.NO_GO, judged.printed
    assert (done.count("StopDeployment"), done.count("CreateDeployment")) == (2, 1)
    assert "version 5 of shop-api is in service at lambda" in judged.printed


def test_what_aws_does_not_document_is_not_done_unasked(world_pool, tmp_path):
    """A blue/green fleet is not taken back, nor anything else, until somebody says that it was tried."""
    with scene(world_pool) as world:
        judged = decide(world, tmp_path, "--act", "--set", "acting.ec2=false")
        done = written(world)
    assert judged.code == Exit.ROLLBACK_UNVERIFIED, judged.printed
    assert not {"StopDeployment", "CreateDeployment"} & set(done)
    act = next(act for act in judged.record["acts"] if act["key"].endswith(":stop:ec2"))
    assert "AWS does not document which instances a rollback restores" in act["message"]
    assert "set `ec2 = true` in [acting]" in act["message"]


def test_beside_the_rollback_a_refusal_is_told_and_no_more(world_pool, tmp_path):
    """A ticket that cannot be opened and a workflow that cannot be cancelled do not keep the rollback from being good."""
    with scene(world_pool, "github-read-only") as world:
        judged = decide(world, tmp_path, "--act")
    assert judged.code == Exit.NO_GO, judged.printed
    assert states(judged)["incident"] == "failed"
    assert "issues: write" in judged.printed


def test_a_defect_half_way_needs_a_person(world_pool, tmp_path, monkeypatch):
    """Nobody knows how far it came: exit code 20, a receipt that says so, and the page."""
    monkeypatch.setattr("promotion.engine.automatic_rollback.roll_back", lambda _: {}["what is not there"])
    with scene(world_pool) as world:
        judged = decide(world, tmp_path, "--act")
    assert (judged.code, judged.record["verdict"]) == (20, "NO-GO"), judged.printed
    (act,) = judged.record["acts"]
    assert act["state"] == "failed"
    assert "stopped with an internal error (KeyError)" in act["message"]
    assert "Traceback" not in judged.printed
    assert (judged.folder / "checklist.html").exists()


def test_in_an_emergency(world_pool, tmp_path, capsys, monkeypatch):
    """The command does the same without any judgement, prints receipts, and says whether it worked."""
    with scene(world_pool) as world, environment(world, tmp_path):
        words = ["rollback", "--digest", world.digest, "--config", str(world.config), "--report-dir", "reports"]
        monkeypatch.setattr("sys.stdin", io.StringIO())
        assert cli.main(words) == 2  # nobody is there to be asked
        assert written(world) == []
        assert cli.main([*words, "--yes"]) == 0
        first = capsys.readouterr().out
        assert cli.main([*words, "--yes"]) == 0
        assert written(world).count("StopDeployment") == 2
    assert "rolled back, and verified" in first
    assert len(json.loads((tmp_path / "reports" / "receipts.json").read_text())) == 6
