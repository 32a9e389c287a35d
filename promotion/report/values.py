"""Evidence values for people: any JSON as definition lists and tables, long ones cut with a note of what is missing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from promotion.report.chart_data import is_chart
from promotion.report.markup import Child, cut, el, join

TEXT = 600
"""Characters of one text."""
LONG = 80
"""Characters of a text that still reads well inside a line or a cell."""
LINES = 150
"""Fields and entries of one value, all levels together."""
ENTRIES = 30
"""Entries of one list, rows of one table."""
COLUMNS = 6
"""Columns of a table that still fits an A4 page."""
DEPTH = 6
"""Levels that are laid out; deeper ones are JSON text."""


class _Room:
    """How many lines may still be written for one value."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def take(self) -> bool:
        self.lines -= 1
        return self.lines >= 0


def laid_out(value: Any, *, lines: int = LINES) -> Markup:
    """Lay the value out: at most `lines` fields and entries of it, and how many more record.json holds."""
    return _value(value, _Room(lines), DEPTH)


def _value(value: Any, room: _Room, depth: int) -> Markup:
    if _scalar(value):
        return _plain(value)
    if not depth:
        return el("code", cut(json.dumps(value, ensure_ascii=False, sort_keys=True), TEXT))
    if isinstance(value, Mapping):
        if is_chart(value):
            room.take()
            return el("i", f"drawn as a chart: {cut(value['title'], TEXT)}")
        return _fields(value, room, depth) if value else _nothing("none")
    return _entries(value, room, depth) if value else _nothing("none")


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _plain(value: Any) -> Markup:
    if value is None:
        return _nothing("null")
    if isinstance(value, str):
        if not value.strip():
            return join([_nothing("empty"), el("pre", value) if value else None])
        if "\n" in value.strip():
            return el("pre", cut(value, TEXT))
        return join(cut(value, TEXT))
    return join(json.dumps(value))


def _nothing(word: str) -> Markup:
    return el("i", word)


def _fields(value: Mapping[str, Any], room: _Room, depth: int) -> Markup:
    """Lay out a mapping: a table if its values are alike, else name and value, one under the other."""
    names = sorted(value)
    columns = _columns([value[name] for name in names])
    if columns:
        return _table(columns, [(name, value[name]) for name in names], room)
    written: list[Child] = []
    for name in names:
        if not room.take():
            break
        written.append(el("dt", cut(str(name), TEXT)))
        written.append(el("dd", _value(value[name], room, depth - 1)))
    return _with_rest("dl", written, len(names) - len(written) // 2, "fields")


def _entries(value: Sequence[Any], room: _Room, depth: int) -> Markup:
    """Lay out a list: a table if its entries are alike, one line if they are short, else one under the other."""
    columns = _columns(value)
    if columns:
        return _table(columns, [(None, entry) for entry in value], room)
    if all(_scalar(entry) and len(str(entry)) <= LONG for entry in value):
        room.take()
        some: list[Child] = [el("li", _plain(entry)) for entry in value[:ENTRIES]]
        return _with_rest("ul", some, len(value) - len(some), "entries", cls="inline")
    written: list[Child] = []
    for entry in value[:ENTRIES]:
        if not room.take():
            break
        written.append(el("li", _value(entry, room, depth - 1)))
    return _with_rest("ul", written, len(value) - len(written), "entries")


def _columns(values: Sequence[Any]) -> list[str]:
    """Find the columns of a table of these values; none unless they are several objects alike with short fields."""
    if len(values) < 2 or not all(isinstance(value, Mapping) for value in values):
        return []
    # What a row is called comes first; everything else is in the order of its name.
    names = sorted({name for value in values for name in value}, key=lambda name: (name not in {"name", "id"}, name))
    if not 1 <= len(names) <= COLUMNS or any(len(value) * 2 < len(names) for value in values):
        return []
    short = all(_scalar(field) and len(str(field)) <= LONG for value in values for field in value.values())
    return names if short else []


def _table(columns: list[str], lines: list[tuple[str | None, Mapping[str, Any]]], room: _Room) -> Markup:
    """One row for each object; the first column is its name, when it has one."""
    named = lines[0][0] is not None
    head = el("tr", el("td") if named else None, [el("th", name, scope="col") for name in columns])
    body: list[Child] = []
    for name, entry in lines[:ENTRIES]:
        if not room.take():
            break
        # The column's name goes with each cell too: on a narrow screen the cells stand one under the other.
        cells = [el("td", _plain(entry[c]), data_is=c) if c in entry else el("td", data_is=c) for c in columns]
        body.append(el("tr", el("th", name, scope="row") if named else None, cells))
    drawn = el("table", el("thead", head), el("tbody", body))
    return join([drawn, _rest(len(lines) - len(body), "rows")])


def _with_rest(tag: Any, written: list[Child], left: int, what: str, cls: str | None = None) -> Markup:
    drawn = el(tag, written, cls=cls) if written else Markup()
    return join([drawn, _rest(left, what)])


def _rest(left: int, what: str) -> Markup:
    return el("p", f"and {left} more {what} in record.json", cls="rest") if left > 0 else Markup()
