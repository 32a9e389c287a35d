"""Two rollouts from beginning to end, by a clock that runs twenty times as fast: a good one goes, a bad one is found."""

import scipy.stats  # noqa: F401 - what judges lazily is loaded before the sandbox's clock runs

from tests.gate import judge

RATE = 6


def watched(nursery, folder, *faults):
    """Watch a rollout that has just begun, until it is decided."""
    with nursery.world(*faults, scene="rollout", minutes=0, rate=RATE) as world:
        return judge(world, folder, "-m", "rollout", "--wait")


def test_a_good_rollout_goes_at_t5(nursery, tmp_path):
    """Everything passes, each look is a line, and the record says that it was a rehearsal."""
    judged = watched(nursery, tmp_path)
    assert {judged.item(f"go-no-go-t{n}")["status"] for n in (2, 5)} == {"passed"}, judged.printed
    lines = [line for line in judged.printed.splitlines() if line.startswith("T+")]
    assert "T+2 GO" in judged.printed
    assert lines[-1].startswith("T+5:00 · T+5 GO · version 6: ")
    assert judged.record["rehearsal"] is True
    looks = judged.record["evidence"]["rollout_watch"]["value"]["looks"]
    assert [look["name"] for look in looks] == ["T+2", "T+5"]


def test_a_bad_canary_is_no_go(nursery, tmp_path):
    """The watch ends as soon as it is sure, says why, and does not wait for the rest."""
    judged = watched(nursery, tmp_path, "canary-errors")
    assert judged.code == 1, judged.printed
    for item in ("go-no-go-t2", "go-no-go-t5"):
        subject = judged.item(item)["subjects"][0]
        assert subject["status"] == "failed", judged.printed
        assert "version 6 of lambda: " in subject["message"]
        assert subject["message"].endswith("; roll back")
    value = judged.record["evidence"]["rollout_watch"]["value"]
    assert "T+5" not in [look["name"] for look in value["looks"]]
    assert " NO-GO: " in judged.printed
