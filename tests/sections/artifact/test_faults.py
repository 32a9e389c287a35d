"""Section 1: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.items import items_of
from tests.runner import judge
from tests.sections.dev.test_faults import covers

ITEMS = items_of("artifact")
FAULTS = [fault for fault in catalogue.load().values() if fault.item in ITEMS]


def not_good(judged) -> set[str]:
    """Everything of this section that is not good, as `item[subject]`."""
    return {one for one in judged.bad() if any(covers(item, one) for item in ITEMS)}


def test_a_healthy_world_passes(world_pool, tmp_path):
    """All six items pass, and the verdict says that the rest was not looked at."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "artifact")
    assert not_good(judged) == set(), judged.printed
    assert judged.code == 10
    assert [judged.item(item)["status"] for item in ITEMS] == ["passed"] * len(ITEMS)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, "-m", "artifact")
    bad, item = not_good(judged), judged.item(fault.item)
    assert "Traceback" not in judged.printed
    if fault.kind == "clean":
        assert bad == set(), judged.printed
        return
    expected = ("failed",) if fault.kind == "fault" else ("unknown", "pending")
    assert item["status"] in expected, judged.printed
    stray = {one for one in bad if not any(covers(name, one) for name in (fault.item, *fault.falls_with))}
    assert not stray, judged.printed
    ours = [name for name in fault.falls_with if name.partition("[")[0] in ITEMS]
    missing = [name for name in ours if not any(covers(name, one) for one in bad)]
    assert not missing, judged.printed
    if fault.kind == "blind":
        assert not [one["id"] for one in judged.record["items"] if one["status"] == "failed"], judged.printed
    for subject in item["subjects"]:
        if subject["status"] in ("failed", "unknown", "pending"):
            assert subject["message"], judged.printed
            assert "stopped with" not in subject["message"], judged.printed


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_proven(item):
    """Each item has a fault it must catch, a clean twin, and a blindness that must not pass."""
    kinds = {fault.kind for fault in FAULTS if fault.item == item}
    assert kinds == {"fault", "clean", "blind"}
