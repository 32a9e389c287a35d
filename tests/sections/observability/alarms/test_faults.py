"""Alarms of dev: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from promotion.clients.aws.cloudwatch.alarms import TYPES
from promotion.sandbox import catalogue
from promotion.sandbox.moto_patches.alarm_history import history
from promotion.sandbox.world import build
from tests.runner import judge
from tests.sections.observability.proof import assert_does_what_it_says, assert_proven, choice, fallen, faults_of

ITEM = "no-alarms"
ITEMS = (ITEM, "dashboard-healthy")
CHOSEN = choice(*ITEMS)
FAULTS = faults_of(ITEM)
HISTORY = "cloudwatch:DescribeAlarmHistory"


def test_a_healthy_world_passes_with_one_history(world_pool, tmp_path):
    """The alarms of groups and dashboard are described once, and their history is read once a type for both deployments."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "observability", "-k", "no_alarms")
        asked = [call.action for call in world.calls() if (call.action or "").startswith("cloudwatch:")]
    assert fallen(judged, ITEMS) == set(), judged.printed
    assert sorted(asked) == [HISTORY] * len(TYPES) + ["cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard"]
    assert judged.item(ITEM)["subjects"][0]["measured"].startswith("11 alarms during d-")


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails the item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert_does_what_it_says(fault, judged, ITEMS)


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert_proven(FAULTS, [ITEM])


@pytest.mark.parametrize("name", ["alarm-fired-before", "alarm-in-alarm-throughout", "alarm-fired-and-recovered"])
def test_a_fault_means_the_same_in_a_world_that_was_built_long_ago(name):
    """A warm process builds its world once and gives it out for as long as the proofs take."""
    world = build()
    began = world.dev.latest_ec2_deployment.record.create_time
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=25)):
        catalogue.find([name])[0].apply(world)
    first, last = [item.happened for item in history(world.dev.backend("cloudwatch")) if item.what == "StateUpdate"][
        -2:
    ]
    assert (first < began) == (name != "alarm-fired-and-recovered")
    assert (last < began) == (name == "alarm-fired-before")


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


def test_declared_names_and_prefixes_are_looked_at_alone(world_pool, tmp_path):
    """With `[dev.alarms]`, what the groups and the dashboard name no longer counts."""
    for setting, count in (('names = ["shop-dev-api-5xx"]', 1), ('prefix = "shop-dev-alb-"', 4)):
        with world_pool.world("alarm-fired-and-recovered") as world:
            text = world.config.read_text()
            world.config.write_text(
                text.replace('dashboard = "shop-dev"', f'dashboard = "shop-dev"\nalarms = {{ {setting} }}')
            )
            judged = judge(world, tmp_path, "-m", "observability", "-k", "no_alarms")
        item = judged.item(ITEM)
        assert item["status"] == "passed", judged.printed
        assert item["subjects"][0]["measured"].startswith(f"{count} alarms")
