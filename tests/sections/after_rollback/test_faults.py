"""After a rollback: a world that was rolled back well passes; each fault is caught by its item; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge
from tests.sections.rollback.proof import STATUS, covers

AREA = "promotion.sandbox.faults.after_rollback."
FAULTS = [fault for fault in catalogue.load().values() if fault.apply.__module__.startswith(AREA)]


def chosen(*items):
    """Select just these items."""
    return "-m", "after_rollback", "-k", " or ".join(f"test_{item.replace('-', '_')}" for item in dict.fromkeys(items))


def test_a_world_that_was_rolled_back_well_passes(world_pool, tmp_path):
    """Everything is good by looking alone, and nothing is written."""
    with world_pool.world(scene="rolled-back") as world:
        judged = judge(world, tmp_path, "-m", "after_rollback")
        changed = [one.operation for one in world.calls() if one.operation.startswith(("POST /", "Stop"))]
    assert judged.code == 0, judged.printed
    assert changed == []


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name, scene="rolled-back") as world:
        judged = judge(world, tmp_path, *chosen(fault.item, *fault.falls_with))
    wanted = ("passed", "attested") if fault.kind == "clean" else STATUS[fault.kind]
    assert judged.item(fault.item)["status"] in wanted, judged.printed
    stray = {one for one in judged.bad() if not any(covers(name, one) for name in (fault.item, *fault.falls_with))}
    assert not stray, judged.printed
    assert "Traceback" not in judged.printed
    messages = [one["message"] for one in judged.item(fault.item)["subjects"] if one["status"] != "passed"]
    assert all(messages)
