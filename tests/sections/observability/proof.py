"""What the proofs by faults share: which of our items fell, and what a fault must do to them."""

from collections.abc import Iterable

from promotion.sandbox import catalogue
from promotion.sandbox.catalogue import Fault
from tests.runner import Judged

STATUS = {"fault": "failed", "clean": "passed", "blind": "unknown"}
"""What a fault of a kind makes of its item."""


def faults_of(*items: str) -> list[Fault]:
    """Every fault in the catalogue that is about one of these items."""
    return [fault for fault in catalogue.load().values() if fault.item in items]


def choice(*items: str) -> tuple[str, ...]:
    """The options that run these items alone."""
    return ("-m", "observability", "-k", " or ".join(item.replace("-", "_") for item in items))


def covers(declared: str, found: str) -> bool:
    """Whether a declaration `item` or `item[subject]` speaks of what was found, an `item[subject]`."""
    return found == declared or found.startswith(f"{declared}[")


def fallen(judged: Judged, items: Iterable[str]) -> set[str]:
    """What of these items is not good, as `item[subject]`."""
    return {one for one in judged.bad() if one.startswith(tuple(items))}


def assert_does_what_it_says(
    fault: Fault, judged: Judged, items: Iterable[str], *, seen_by: Iterable[str] | None = None
) -> None:
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides, only what is declared falls.

    `items` are those that were run. What blinds them makes none of `seen_by`, all of them if it is not given, fail.
    """
    items = tuple(items)
    found, item = fallen(judged, items), judged.item(fault.item)
    assert item["status"] == STATUS[fault.kind], judged.printed
    if fault.kind == "clean":
        assert found == set(), judged.printed
        return
    declared = [fault.item, *(name for name in fault.falls_with if name.partition("[")[0] in items)]
    assert not {one for one in found if not any(covers(name, one) for name in declared)}, judged.printed
    assert not [name for name in declared if not any(covers(name, one) for one in found)], judged.printed
    if fault.kind == "blind":
        assert not [one for one in seen_by or items if judged.item(one)["status"] == "failed"], judged.printed
    assert "Traceback" not in judged.printed
    assert all(one["message"] for one in item["subjects"] if one["status"] != "passed")


def assert_proven(faults: Iterable[Fault], items: Iterable[str]) -> None:
    """Each item has a fault that it must catch, a clean twin, and a blindness that must not pass."""
    for item in items:
        assert {fault.kind for fault in faults if fault.item == item} == {"fault", "clean", "blind"}, item
