"""The dashboard of dev: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from tests.runner import judge
from tests.sections.observability.proof import assert_does_what_it_says, assert_proven, choice, fallen, faults_of

ITEM = "dashboard-healthy"
ITEMS = (ITEM, "no-alarms")
CHOSEN = choice(*ITEMS)
FAULTS = faults_of(ITEM)


def test_a_healthy_world_passes_with_three_questions(world_pool, tmp_path):
    """The dashboard is read once, its alarms are described once, and everything it draws is asked for at once."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "observability", "-k", "dashboard_healthy")
        asked = [call.action for call in world.calls() if (call.action or "").startswith("cloudwatch:")]
    assert fallen(judged, ITEMS) == set(), judged.printed
    assert sorted(asked) == ["cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:GetMetricData"]
    assert judged.item(ITEM)["subjects"][0]["measured"].startswith("15 widgets, 11 alarms")


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails the item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert_does_what_it_says(fault, judged, ITEMS)


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert_proven(FAULTS, [ITEM])


def test_what_is_not_judged_is_said(world_pool, tmp_path):
    """A pass names the widgets that nobody looked at."""
    with world_pool.world("dashboard-with-both-colours") as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert "shop-dev-blue, which receives no traffic" in judged.item(ITEM)["subjects"][0]["measured"]


def test_a_replay_says_the_same(world_pool, tmp_path):
    """Judged again from its record, offline, a run says what it said."""
    import contextlib
    import io
    import json

    from tests.runner import ROOT

    with world_pool.world("dashboard-threshold-crossed", "alarm-fired-and-recovered") as world:
        judged = judge(world, tmp_path / "live", *CHOSEN)
    again = tmp_path / "again"
    options = ["-p", "no:cacheprovider", "-p", "no:faulthandler", "--report-dir", str(again)]
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-c", str(ROOT / "pyproject.toml"), "--replay", str(tmp_path / "live/record.json"), *options])
    replayed = {item["id"]: item for item in json.loads((again / "record.json").read_text())["items"]}
    for item in ITEMS:
        assert replayed[item]["subjects"] == judged.item(item)["subjects"]
        assert replayed[item]["status"] == "failed"
