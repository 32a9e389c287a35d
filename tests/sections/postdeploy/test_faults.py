"""After a deployment: a healthy prod passes; each fault is caught by its item alone; blindness never passes."""

import pytest

from promotion.sandbox import catalogue
from tests.items import items_of
from tests.runner import judge
from tests.sections.rollback.proof import STATUS, chosen, covers

AREAS = ("promotion.sandbox.faults.postdeploy.postdeploy", "promotion.sandbox.faults.postdeploy.rotation")
FAULTS = [fault for fault in catalogue.load().values() if fault.apply.__module__ in AREAS]
ITEMS = items_of("postdeploy")
GOOD = ("passed", "attested", "not-applicable")


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    ours = (fault.item, *fault.falls_with)
    with world_pool.world(fault.name, scene="rolled-out", minutes=31) as world:
        judged = judge(world, tmp_path, "-m", "postdeploy", *chosen(*ours))
    bad, item = judged.bad(), judged.item(fault.item)
    if fault.kind == "clean":
        assert not bad, judged.printed
        assert {one["status"] for one in item["subjects"]} <= {*GOOD}
        return
    assert item["status"] in STATUS[fault.kind], judged.printed
    assert not {one for one in bad if not any(covers(name, one) for name in ours)}, judged.printed
    assert not [name for name in fault.falls_with if not any(covers(name, one) for one in bad)], judged.printed
    if fault.kind == "blind":
        assert all(one["status"] != "failed" for one in item["subjects"]), judged.printed
    assert "Traceback" not in judged.printed
    assert all(one["message"] for one in item["subjects"] if one["status"] not in GOOD)


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_proven(item):
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS if fault.item == item} == {"fault", "clean", "blind"}
