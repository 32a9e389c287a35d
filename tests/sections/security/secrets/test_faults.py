"""Secrets Manager: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge

ITEM = "secrets-manager"
CHOSEN = ("-m", "security", "-k", "secrets_manager")
FAULTS = [fault for fault in catalogue.load().values() if fault.item.partition("[")[0] == ITEM]


def fallen(judged):
    """What of the item is not good."""
    return {one for one in judged.bad() if one.startswith(ITEM)}


def test_a_healthy_world_passes(world_pool, tmp_path):
    """Both secrets of both environments are good, and no value was asked for."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
        asked = {call.action for call in world.calls() if call.action}
    assert fallen(judged) == set(), judged.printed
    assert "secretsmanager:GetSecretValue" not in asked
    names = [subject["name"] for subject in judged.item(ITEM)["subjects"]]
    assert names == [
        f"{which} shop/{which}/{name}" for which in ("dev", "prod") for name in ("database", "payment-api")
    ]
    assert judged.item(ITEM)["subjects"][0]["measured"] == "AWSCURRENT, AWSPREVIOUS; read by ec2 and lambda"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails the item, in prod alone; a clean twin fails nothing; blindness makes it unknown."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    item = judged.item(ITEM)
    assert item["status"] == {"fault": "failed", "clean": "passed", "blind": "unknown"}[fault.kind], judged.printed
    assert all(one.startswith(f"{ITEM}[prod ") for one in fallen(judged)), judged.printed
    statuses = {subject["status"] for subject in item["subjects"]}
    assert statuses <= {"passed", item["status"]}
    assert "Traceback" not in judged.printed


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS} == {"fault", "clean", "blind"}
    assert len(FAULTS) > 40
