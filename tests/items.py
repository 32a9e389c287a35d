"""The items of the checklist by section and phase, read from checklist.md: no test keeps a list of its own."""

from promotion.checklist import load_checklist
from tests.runner import ROOT

CHECKLIST = load_checklist(ROOT / "checklist.md")


def items_of(marker: str) -> tuple[str, ...]:
    """Give the ids of a section or a phase, in order. AssertionError if there is neither."""
    found = tuple(item.id for item in CHECKLIST if marker in (item.section, item.phase))
    assert found, f"checklist.md has no section or phase {marker!r}"
    return found
