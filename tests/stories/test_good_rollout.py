"""A rollout that goes well, from its first minute to its place in the baseline: one world, one story."""

from datetime import datetime, timedelta

import tests.stories.loaded  # noqa: F401 - before any clock runs
from promotion import cli
from promotion.core.status import Exit
from tests.runner import ROOT, environment, judge
from tests.stories.page import words_of
from tests.stories.patience import PATIENT
from tests.stories.people import write_notes
from tests.stories.records import kept

RATE = 30
"""Seconds of the sandbox in one of ours. So many times longer is whatever this machine takes to answer."""
SPARING = ("--set", "rollout.tick_seconds=60")
"""Fewer looks, which take no less long here than elsewhere."""
BASELINE = "baseline-updated[baseline-updated]"


def test_a_good_rollout_goes_and_is_found_good_at_t30(world_pool, tmp_path):
    """GO at T+5; at T+30 HOLD, for what nobody could have measured before; once that is done, GO."""
    with world_pool.world(scene="rollout", minutes=0, rate=RATE) as world:
        rollout = judge(world, tmp_path, "-m", "rollout", "--wait", "--act", *SPARING, *PATIENT)
        write_notes(world, "Sorts the orders of a customer by date.")
        validated = judge(world, tmp_path, "-m", "postdeploy", "--wait", *PATIENT)
        with environment(world, ROOT):
            told = cli.main(["baseline", "--digest", world.digest, "--config", str(world.config), "--minutes", "15"])
        last = judge(world, tmp_path, "-m", "postdeploy", "--wait", *PATIENT)
        page = words_of(tmp_path / "checklist.html")
        changed = [call.operation for call in world.calls() if call.operation.startswith(("POST /", "Stop"))]

    assert (rollout.code, rollout.bad()) == (Exit.GO, set()), rollout.printed
    value = rollout.record["evidence"]["rollout_watch"]["value"]
    assert [look["name"] for look in value["looks"]] == ["T+2", "T+5"]
    assert (rollout.record["acts"], changed) == ([], []), "what goes well is left alone, with --act, too"

    # The baseline is measured when it has been shown that all is well, so it cannot be there yet.
    assert (validated.code, validated.bad()) == (Exit.HOLD_WAITING, {BASELINE}), validated.printed
    (awaited,) = validated.item("baseline-updated")["subjects"]
    assert (awaited["status"], awaited["reason"]) == ("pending", "awaits-person")
    assert f"run `promotion baseline --digest {last.record['digest']}`" in awaited["message"]
    seen = {name: datetime.fromisoformat(one["seen"]) for name, one in validated.record["evidence"].items()}
    t0 = datetime.fromisoformat(value["t0"])
    assert seen["postdeploy_health[lambda]"] >= t0 + timedelta(minutes=10)
    assert seen["customer_issues"] >= t0 + timedelta(minutes=30)

    assert told == 0
    assert (last.code, last.bad()) == (Exit.GO, set()), last.printed
    assert last.record["rehearsal"] is True
    assert [(link["phase"], link["verdict"]) for link in last.record["chain"]] == [
        ("rollout", "GO"),
        ("postdeploy", "HOLD"),
    ]
    assert [link["sha256"] for link in last.record["chain"]] == kept(tmp_path)[:2]
    assert last.record["previous"] == kept(tmp_path)[1]
    assert page.has(
        "This promotion so far", "During deployment GO", "this page", "From T0 on", "deployment begins", "T+30"
    )
