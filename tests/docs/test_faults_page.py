"""docs/faults.md is what the command makes of the catalogue."""

from promotion.checklist import load_checklist
from promotion.commands.faults import page
from promotion.sandbox import catalogue
from tests.runner import ROOT


def test_the_page_is_up_to_date():
    """After a change: `promotion faults --markdown > docs/faults.md`."""
    made = "\n".join(page(catalogue.load().values(), load_checklist(ROOT / "checklist.md"))) + "\n"
    assert made == (ROOT / "docs/faults.md").read_text()


def test_every_item_has_been_proven_on_something():
    """None is left without a line."""
    for part in (ROOT / "docs/faults.md").read_text().split("\n### ")[1:]:
        title, *lines = part.splitlines()
        assert any(line.startswith("* ") for line in lines), title
