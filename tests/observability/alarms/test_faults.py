"""Alarms of dev: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from promotion.sandbox.world import build
from tests.gate import judge

ITEM = "no-alarms"
ITEMS = (ITEM, "dashboard-healthy")
CHOSEN = ("-m", "observability", "-k", "dashboard_healthy or no_alarms")
FAULTS = [fault for fault in catalogue.load().values() if fault.item == ITEM]
HISTORY = "cloudwatch:DescribeAlarmHistory"


def fallen(judged):
    """What of these items is not good."""
    return {one.partition("[")[0] for one in judged.bad() if one.startswith(ITEMS)}


def test_a_healthy_world_passes_with_one_history(nursery, tmp_path):
    """The alarms of groups and dashboard are described once, and their history is read once for both deployments."""
    with nursery.world() as world:
        judged = judge(world, tmp_path, "-m", "observability", "-k", "no_alarms")
        asked = [call.action for call in world.calls() if (call.action or "").startswith("cloudwatch:")]
    assert fallen(judged) == set(), judged.printed
    assert sorted(asked) == [HISTORY, "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard"]
    assert judged.item(ITEM)["subjects"][0]["measured"].startswith("14 alarms during d-")


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(nursery, tmp_path, fault):
    """A fault fails the item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with nursery.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    ours = {name for name in fault.falls_with if name in ITEMS}
    assert fallen(judged) == (set() if fault.kind == "clean" else {ITEM} | ours), judged.printed
    assert judged.item(ITEM)["status"] == {"fault": "failed", "clean": "passed", "blind": "unknown"}[fault.kind]
    if fault.kind == "blind":
        assert not [item["id"] for item in judged.record["items"] if item["status"] == "failed"], judged.printed
    assert "Traceback" not in judged.printed
    assert fault.kind == "clean" or judged.item(ITEM)["subjects"][0]["message"]


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS} == {"fault", "clean", "blind"}


NAIVE = [
    fault
    for fault in FAULTS
    if fault.kind == "fault" and fault.name != "alarm-deleted"  # of which the present knows nothing
]


@pytest.mark.parametrize("fault", NAIVE, ids=[fault.name for fault in NAIVE])
def test_the_present_state_would_have_passed(fault):
    """Reading only whether an alarm is in ALARM now finds nothing wrong in any of these."""
    world = build()
    world.wire = type("Wire", (), {"empty_page": lambda *_: None})()
    fault.apply(world)
    answer = world.dev.client("cloudwatch").describe_alarms(
        StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    assert (answer["MetricAlarms"], answer["CompositeAlarms"]) == ([], [])


def test_declared_names_and_prefixes_are_looked_at_alone(nursery, tmp_path):
    """With `[dev.alarms]`, what the groups and the dashboard name no longer counts."""
    for setting, count in (('names = ["shop-dev-api-5xx"]', 1), ('prefix = "shop-dev-alb-"', 7)):
        with nursery.world("alarm-fired-and-recovered") as world:
            text = world.config.read_text()
            world.config.write_text(
                text.replace('dashboard = "shop-dev"', f'dashboard = "shop-dev"\nalarms = {{ {setting} }}')
            )
            judged = judge(world, tmp_path, "-m", "observability", "-k", "no_alarms")
        item = judged.item(ITEM)
        assert item["status"] == "passed", judged.printed
        assert item["subjects"][0]["measured"].startswith(f"{count} alarms")
