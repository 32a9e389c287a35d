"""Every item of checklist.md has its parts: a function that judges it, three faults, a clean twin, blindness, docs."""

import ast
from collections import Counter

import pytest

from promotion.commands.item_files import headings
from promotion.sandbox import catalogue
from tests.items import CHECKLIST
from tests.runner import ROOT

FAULTS = 3
"""An item that is proven with fewer kinds of defect may be caught by accident."""

MISSING = {
    "image-size": ["fault 3 of 3"],
    "smoke-tests": ["clean twin"],
    "alb-response-time": ["fault 3 of 3"],
    "full-shift": ["fault 3 of 3"],
    "api-gateway-errors": ["fault 3 of 3"],
    "canary-correlation-ids": ["fault 3 of 3"],
    "alb-targets": ["fault 3 of 3"],
    "instance-load": ["fault 3 of 3"],
    "dashboard-watch": ["fault 2 of 3", "fault 3 of 3"],
    "alarms-quiet": ["fault 2 of 3", "fault 3 of 3"],
    "health-during-shift": ["fault 2 of 3", "fault 3 of 3"],
    "prod-health": ["fault 3 of 3"],
    "prod-smoke-tests": ["fault 3 of 3"],
    "prod-logs-flowing": ["fault 3 of 3"],
    "no-error-spikes": ["fault 3 of 3"],
    "prod-correlation-ids": ["fault 3 of 3"],
    "slo-met": ["fault 3 of 3"],
    "deployment-notes": ["fault 2 of 3", "fault 3 of 3"],
    "post-mortem-scheduled": ["fault 2 of 3", "fault 3 of 3"],
}
"""What is still to be written. An item leaves this table with its last part; none may be added."""


@pytest.fixture(scope="module")
def kinds():
    """How many faults, clean twins and blindness cases the catalogue has, by item and kind."""
    return Counter((fault.item.partition("[")[0], fault.kind) for fault in catalogue.load(ROOT).values())


@pytest.fixture(scope="module")
def judged():
    """The ids that a function of tests_promotion judges."""
    return {
        bound.args[0].value
        for path in (ROOT / "tests_promotion").glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        for bound in node.decorator_list
        if getattr(getattr(bound, "func", None), "id", "") == "item"
    }


@pytest.mark.parametrize("item", [item.id for item in CHECKLIST])
def test_an_item_has_all_its_parts(kinds, judged, item):
    """Nothing is missing but what the table says, and the table says nothing that is there."""
    missing = [] if item in judged else ["function in tests_promotion"]
    missing += [f"fault {number} of {FAULTS}" for number in range(kinds[item, "fault"] + 1, FAULTS + 1)]
    missing += [] if kinds[item, "clean"] else ["clean twin"]
    missing += [] if kinds[item, "blind"] else ["blindness case"]
    missing += [] if item in headings(ROOT) else ["heading in docs/"]
    assert missing == MISSING.get(item, []), f"{item} lacks {', '.join(missing) or 'nothing: take it out of MISSING'}"


def test_the_table_names_items_of_the_checklist():
    """An id that was misspelt would excuse nothing."""
    assert set(MISSING) <= {item.id for item in CHECKLIST}
