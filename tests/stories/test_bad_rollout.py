"""A rollout that goes wrong, from its first minute to the day on which everybody knows what follows: one world, one story."""

import tests.stories.loaded  # noqa: F401 - before any clock runs
from promotion.core.status import Exit
from tests.runner import judge
from tests.stories.page import words_of
from tests.stories.patience import PATIENT
from tests.stories.people import write_down
from tests.stories.records import kept

RATE = 12
"""Seconds of the sandbox in one of ours. The gate has four minutes of the sandbox to act in, once it is sure."""
PAPERS = """
[rollback]
reason = "Version 6 of the function failed one in twenty requests during the canary."
ticket = "{ticket}"
rca = {{ date = 2099-01-15, owner = "release-lead" }}
remediation = {{ owner = "developer", text = "Orders without a date get that of their payment." }}
"""
DONE = {
    "stop:lambda",
    "stop:ec2",
    "cancel:24000070049",
    "rolled-back in releases",
    "rolled-back in promotions",
    "incident",
    "verified:lambda",
    "verified:ec2",
}
SENT = [
    "POST /repos/example/shop/actions/runs/24000070049/cancel",
    "POST /repos/example/shop/issues",
    "POST /repos/example/shop/issues",
    "POST /slack/chat.postMessage",
    "StopDeployment",
    "StopDeployment",
]
"""Every request that changed the world: both targets, the workflow, two channels, a ticket."""


def test_a_bad_rollout_is_rolled_back_and_that_is_verified(world_pool, tmp_path):
    """No-go before T+5, all of it taken back and people told; two quiet minutes and some papers later, GO."""
    # With JSON logs the report of an invocation says that it failed; with text its metric does, minutes later.
    faults = ("canary-errors", "canary-logs-json")
    with world_pool.world(*faults, scene="rollout", minutes=0, rate=RATE) as world:
        rollout = judge(world, tmp_path, "-m", "rollout", "--wait", "--act", *PATIENT)
        acts = {act["key"].split(":", 2)[2]: act for act in rollout.record["acts"]}
        first = words_of(tmp_path / "checklist.html")
        write_down(world, PAPERS.format(ticket=acts["incident"]["link"]))
        after = judge(world, tmp_path, "-m", "after_rollback", "--wait", *PATIENT)
        last = words_of(tmp_path / "checklist.html")
        changed = [call.operation for call in world.calls() if call.operation.startswith(("POST /", "Stop"))]

    assert (rollout.code, rollout.record["verdict"]) == (Exit.NO_GO, "NO-GO"), rollout.printed
    (decided,) = rollout.item("go-no-go-t5")["subjects"]
    assert decided["status"] == "failed", rollout.printed
    assert "version 6 of lambda: " in decided["message"]
    assert decided["message"].endswith("; roll back")
    assert "go-no-go-t2[go-no-go-t2]" in rollout.bad(), rollout.printed
    looks = rollout.record["evidence"]["rollout_watch"]["value"]["looks"]
    assert "T+5" not in [look["name"] for look in looks]
    assert " NO-GO: " in rollout.printed

    assert {key: act["state"] for key, act in acts.items()} == dict.fromkeys(DONE, "done"), rollout.printed
    assert sorted(changed) == SENT
    assert first.has("From T0 on", "What was done", acts["incident"]["link"], "rollback of lambda verified")

    assert (after.code, after.bad()) == (Exit.GO, set()), after.printed
    assert "two whole minutes after the rollback of lambda at " in after.printed
    (link,) = after.record["chain"]
    assert (link["phase"], link["verdict"], link["items"]["go-no-go-t5"]) == ("rollout", "NO-GO", "failed")
    assert [after.record["previous"]] == [link["sha256"]] == kept(tmp_path)[:1]
    assert last.has("The rollback is complete", "This promotion so far", "During deployment NO-GO", "deployment begins")
