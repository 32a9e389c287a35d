"""The plan of the traffic: each fault falls with what is declared; clean twins pass; blindness is unknown."""

import pytest

from tests.sections.rollback.proof import faults_of, prove

ITEMS = ("canary-strategy", "canary-monitored", "full-shift", "automatic-rollback")
FAULTS = faults_of(*ITEMS)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    prove(fault, world_pool, tmp_path)


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_proven(item):
    """Each item has faults it must catch, a clean twin, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS if fault.item == item} == {"fault", "clean", "blind"}
