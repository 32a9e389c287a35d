"""Bind collected tests to the lines of the checklist, and parametrize them over their subjects."""

from collections.abc import Callable
from difflib import get_close_matches

import pytest

from promotion.checklist import Checklist
from promotion.checklist import Item as Line
from promotion.evidence import REGISTRY, DeclarationError, Evidence
from promotion.settings.subjects import declared_by, kinds
from promotion.unknown import Reason, Unknown

NONE_DECLARED = "none-declared"
"""Stands for the subject of an item for which the settings name none."""


class Binding:
    """Which test judges which item, checked while tests are collected."""

    def __init__(self, checklist: Checklist, subjects: Callable[[str], list[str]] | None) -> None:
        """`subjects` gives the names of a kind of subject; None when there are no settings, as when only collecting."""
        self._checklist = checklist
        self._subjects = subjects
        self._judges: dict[str, str] = {}
        self._sound: tuple[Evidence, ...] = ()

    def bind(self, metafunc: pytest.Metafunc) -> None:
        """Check the item of a test function and give it its subjects. Raises CollectError."""
        mark = metafunc.definition.get_closest_marker("item")
        if mark is None:
            return
        item_id, per = mark.kwargs["id"], mark.kwargs["per"]
        try:
            self._check_evidence()
            self._checklist.item(item_id)
        except (KeyError, DeclarationError) as mistake:
            raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {mistake.args[0]}") from None
        judge = self._judges.setdefault(item_id, metafunc.definition.nodeid)
        if judge != metafunc.definition.nodeid:
            raise pytest.Collector.CollectError(
                f"item {item_id!r} has two tests: {judge} and {metafunc.definition.nodeid}"
            )
        if metafunc.definition.get_closest_marker("parametrize"):
            raise pytest.Collector.CollectError(
                f"{metafunc.definition.nodeid}: the subjects of an item come from the settings: use @item(…, "
                "per=…) instead of parametrize, so that none is left out unnoticed"
            )
        if per is not None:
            self._parametrize(metafunc, per)

    def _check_evidence(self) -> None:
        """Check look-ups that were declared since: in this test file, or in a conftest.py above it."""
        declared = tuple(REGISTRY.values())
        if declared != self._sound:
            REGISTRY.check()
            self._sound = declared

    def _parametrize(self, metafunc: pytest.Metafunc, per: str) -> None:
        if per not in kinds():
            near = get_close_matches(per, kinds(), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: no kind of subject {per!r}{hint}")
        names = (self._subjects(per) if self._subjects else []) or [NONE_DECLARED]
        metafunc.parametrize(per, names, ids=names)


def line_of(test: pytest.Item, checklist: Checklist) -> Line | None:
    """The line of the checklist that this test judges."""
    mark = test.get_closest_marker("item")
    return None if mark is None else checklist.item(mark.kwargs["id"])


def subject_of(test: pytest.Item) -> str | None:
    """The subject of this case; None when its item has no subjects."""
    mark = test.get_closest_marker("item")
    if mark is None or mark.kwargs["per"] is None:
        return None
    return str(test.callspec.params[mark.kwargs["per"]])  # type: ignore[attr-defined]  # pytest.Function has it


def require_declared_evidence(test: pytest.Item) -> None:
    """Raise Unknown for a case that stands for 'the settings name no subject'."""
    if subject_of(test) == NONE_DECLARED:
        mark = test.get_closest_marker("item")
        where = declared_by(mark.kwargs["per"]) if mark else ""
        raise Unknown(Reason.NOT_DECLARED, f"promotion.toml declares nothing for this item to check: add {where}")
