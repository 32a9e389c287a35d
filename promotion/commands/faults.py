"""`promotion faults`: what can be seeded in the sandbox, and what each item was proven to catch."""

# ruff: noqa: T201 - a command prints

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.checklist import Checklist, ChecklistError, find, load_checklist

if TYPE_CHECKING:
    from promotion.checklist import Item
    from promotion.sandbox.catalogue import Fault

KINDS = ("fault", "clean", "blind")
WHAT = {"fault": "caught", "blind": "unknown", "clean": "let pass"}
"""What each kind comes to."""
HEADINGS = {
    "fault": "Fails",
    "blind": "Is unknown",
    "clean": "Passes",
}


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `faults`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    parser = subparsers.add_parser("faults", help="list the faults that can be seeded in the sandbox")
    parser.add_argument("--item", metavar="ID", help="of this item of the checklist alone")
    parser.add_argument("--section", metavar="NAME", help="of the items of this section alone, such as dev")
    parser.add_argument("--kind", choices=KINDS, help="of this kind alone")
    parser.add_argument("--grep", metavar="TEXT", help="whose name or description has this text, in any case")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--all", action="store_true", help="list all of them, not their number for each section")
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--markdown", action="store_true", help="as a page, by item")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """List. Needs no more than the plain installation. 2 for an item or a section that there is not."""
    from promotion.sandbox import catalogue

    try:
        known = list(catalogue.load().values())
        checklist = load_checklist(find(Path.cwd()))
    except (catalogue.CatalogueError, ChecklistError) as error:
        return _refused(str(error))
    items = {item.id: item for item in checklist}
    sections = {section.marker: section for section in checklist.sections}
    if asked.item is not None and asked.item not in {*items, *(_item(one) for one in known)}:
        return _refused(f"there is no item {asked.item}")
    if asked.section is not None and asked.section not in sections:
        return _refused(f"there is no section {asked.section}; there are {', '.join(sections)}")
    found = [one for one in known if _is_wanted(one, asked, items.get(_item(one)))]
    if asked.json:
        fields = ("name", "item", "kind", "does", "falls_with")
        print(json.dumps([{name: getattr(fault, name) for name in fields} for fault in found], indent=2))
    elif asked.markdown:
        print("\n".join(page(found, checklist)))
    elif asked.all or asked.item or asked.section or asked.kind or asked.grep:
        print("\n".join(_listed(found)) or "there is none")
    else:
        print("\n".join(_counted(found, checklist)))
    return 0


def page(faults: "Iterable[Fault]", checklist: Checklist) -> Iterator[str]:
    """Write what each item was proven to catch, what leaves it unknown, and what it lets pass, as Markdown."""
    by_item = {name: list(ours) for name, ours in groupby(sorted(faults, key=_item), key=_item)}
    yield "# What each item was proven on"
    yield ""
    yield (
        "Made by `promotion faults --markdown`. Each line is a world in which the gate is run by the project's tests: the item must "
        "fail, be unknown, or pass."
    )
    for section in checklist.sections:
        yield f"\n## {section.number}. {section.title}"
        for item in section.items:
            ours = by_item.get(item.id, [])
            yield f"\n### {item.number} {item.title} · `{item.id}`"
            for kind, heading in HEADINGS.items():
                lines = [one for one in ours if one.kind == kind]
                if lines:
                    yield f"\n{heading}:\n"
                    yield from (f"* {one.does} (`{one.name}`)" for one in lines)


def _listed(faults: "Iterable[Fault]") -> Iterator[str]:
    for fault in faults:
        yield f"{fault.name}  [{fault.kind} of {fault.item}]"
        yield f"    {fault.does}"
        if fault.falls_with:
            yield f"    also fails: {', '.join(fault.falls_with)}"


def _counted(faults: "Sequence[Fault]", checklist: Checklist) -> Iterator[str]:
    where = {item.id: item.section for item in checklist}
    for section in checklist.sections:
        ours = [one for one in faults if where.get(_item(one)) == section.marker]
        numbers = ", ".join(f"{sum(one.kind == kind for one in ours):>3} {WHAT[kind]}" for kind in HEADINGS)
        yield f"{section.number}. {section.title:<32} {section.marker:<15} {numbers}"
    others = [one for one in faults if _item(one) not in where]
    if others:
        yield f"   {len(others)} of items that this checklist does not have"
    yield f"{len(faults)} in all. List them with --section NAME, --item ID, --kind KIND, --grep TEXT, or --all."


def _is_wanted(fault: "Fault", asked: argparse.Namespace, item: "Item | None") -> bool:
    text = (asked.grep or "").casefold()
    return (
        asked.item in (None, _item(fault))
        and (asked.section is None or (item is not None and item.section == asked.section))
        and asked.kind in (None, fault.kind)
        and (text in fault.name or text in fault.does.casefold())
    )


def _item(fault: "Fault") -> str:
    return fault.item.partition("[")[0]


def _refused(why: str) -> int:
    print(f"promotion: {why}", file=sys.stderr)
    return 2
