"""Section 2: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.items import items_of
from tests.runner import judge

ITEMS = items_of("dev")
FAULTS = [fault for fault in catalogue.load().values() if fault.item in ITEMS]


def covers(declared: str, found: str) -> bool:
    """Whether a declaration `item` or `item[subject]` speaks of what was found, an `item[subject]`."""
    return found == declared or found.startswith(f"{declared}[")


def here(declared: str) -> bool:
    """Whether a declaration is about one of our items; what falls in other sections is seen by `python -m tests.collateral`."""
    return declared.partition("[")[0] in ITEMS


def test_a_healthy_world_passes(world_pool, tmp_path):
    """All six items pass, and the verdict says that the rest was not looked at."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "dev")
    assert judged.bad() == set(), judged.printed
    assert judged.code == 10
    assert judged.record["verdict"] == "HOLD"
    assert [judged.item(item)["status"] for item in ITEMS] == ["passed"] * len(ITEMS)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, "-m", "dev")
    bad = judged.bad()
    status = judged.item(fault.item)["status"]
    if fault.kind == "clean":
        assert bad == set(), judged.printed
        return
    expected = ("failed",) if fault.kind == "fault" else ("unknown", "pending")
    assert status in expected, judged.printed
    stray = {one for one in bad if not any(covers(name, one) for name in (fault.item, *fault.falls_with))}
    assert not stray, judged.printed
    missing = [name for name in fault.falls_with if here(name) and not any(covers(name, one) for one in bad)]
    assert not missing, judged.printed
    if fault.kind == "blind":
        assert not [item["id"] for item in judged.record["items"] if item["status"] == "failed"], judged.printed
    message = " ".join(subject["message"] for subject in judged.item(fault.item)["subjects"])
    assert "Traceback" not in judged.printed
    assert message


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_proven(item):
    """Each item has a fault it must catch, and a blindness that must not pass."""
    kinds = {fault.kind for fault in FAULTS if fault.item == item}
    assert {"fault", "blind"} <= kinds
