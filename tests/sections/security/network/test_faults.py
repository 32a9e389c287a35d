"""Security groups: a healthy world passes; each open door is found however it is written; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge

ITEM = "security-groups"
ITEMS = (ITEM, "https-alb")
CHOSEN = ("-m", "security", "-k", "security_groups")
FAULTS = [fault for fault in catalogue.load().values() if fault.item == ITEM]


def test_a_healthy_world_passes(world_pool, tmp_path):
    """Load balancer, instances, function and everything else of both environments are shut."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
    item = judged.item(ITEM)
    assert item["status"] == "passed", judged.printed
    assert [subject["name"] for subject in item["subjects"]] == [
        f"{environment} {part}"
        for environment in ("dev", "prod")
        for part in ("load balancer of ec2", "instances of ec2", "function of lambda", "other groups")
    ]
    assert item["subjects"][1]["measured"].startswith("2 interfaces, application at 8080")
    assert "shop-dev-instances allows all egress" in item["subjects"][1]["measured"]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails the item, a clean twin nothing, blindness makes it unknown and nothing failed."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    item = judged.item(ITEM)
    expected = {"fault": "failed", "clean": "passed", "blind": "unknown"}[fault.kind]
    assert item["status"] == expected, judged.printed
    if fault.kind == "blind":
        assert not [subject for subject in item["subjects"] if subject["status"] == "failed"], judged.printed
    bad = [subject for subject in item["subjects"] if subject["status"] != "passed"]
    assert all(subject["message"] for subject in bad)
    assert "Traceback" not in judged.printed


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS} == {"fault", "clean", "blind"}
