"""From T0 on: what has been looked at, what comes, and when. For the phases that begin with the deployment."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from promotion.report.icons import glyph
from promotion.report.markup import Child, cut, el
from promotion.report.reading import ItemView, RecordView, rows, table, text
from promotion.report.sections import progress, tally
from promotion.report.story import looks, when
from promotion.report.timestamps import moment, second
from promotion.report.words import FACES, PHASES, Face

_MINUTES = re.compile(r"T\+(\d{1,4})")
_BEGINNING = ("rollout", "postdeploy", "after_rollback")
"""Phases that have a T0."""


@dataclass(frozen=True)
class _Stop:
    name: str
    face: Face | None
    at: str
    words: Child
    items: tuple[ItemView, ...] = ()


def timeline(reading: RecordView) -> Child:
    """Draw the moments of the deployment in their order; nothing before there is one."""
    if reading.phase not in _BEGINNING:
        return None
    begun = t0(reading)
    stops = [
        _Stop("T0", None, moment(begun), "deployment begins" if begun else "not known"),
        *_earlier(reading),
        *_now(reading, begun),
    ]
    drawn = [_drawn(stop) for stop in stops]
    return el("section", el("h2", "From T0 on"), el("ol", drawn), cls="timeline", aria_label="Timeline")


def t0(reading: RecordView) -> str:
    """When the deployment began, as a look-up saw it; empty if none says."""
    return next((text(value["t0"]) for value in _watches(reading) if isinstance(value.get("t0"), str)), "")


def _watches(reading: RecordView) -> Iterable[Mapping[str, Any]]:
    return [value for name in sorted(reading.evidence) if "t0" in (value := table(reading.seen(name)))]


def _earlier(reading: RecordView) -> list[_Stop]:
    """The phases after T0 that came before this one, as whole stops."""
    found = [table(link) for link in rows(reading.record.get("chain"))]
    return [
        _Stop(
            when(phase), looks(link), second(text(link.get("finished"))), el("code", cut(text(link.get("verdict")), 40))
        )
        for link in found
        if (phase := text(link.get("phase"))) in _BEGINNING and phase != reading.phase
    ]


def _now(reading: RecordView, begun: str) -> list[_Stop]:
    """The items of this phase, by when they are due."""
    due: dict[str, list[ItemView]] = {}
    for item in reading.items:
        if item.in_phase:
            due.setdefault(item.due, []).append(item)
    return [
        _Stop(
            name or _undated(reading.phase), _worst(items), _at(reading, begun, name), tally(tuple(items)), tuple(items)
        )
        for name, items in sorted(due.items(), key=lambda pair: _order(pair[0]))
    ]


def _undated(phase: str) -> str:
    words = PHASES[phase][0]
    return f"{words[:1].upper()}{words[1:]}"


def _order(due: str) -> tuple[int, int, str]:
    match = _MINUTES.fullmatch(due)
    return (1, int(match[1]), due) if match else (0 if not due else 2, 0, due)


def _at(reading: RecordView, begun: str, due: str) -> str:
    """When it was looked at, as the watch says, or when it is due, as T0 says."""
    for look in (table(look) for watch in _watches(reading) for look in rows(watch.get("looks"))):
        if text(look.get("name")) == due and isinstance(look.get("at"), str):
            return f"looked {second(look['at'])}"
    match = _MINUTES.fullmatch(due)
    if not match or not begun:
        return ""
    try:
        moment_due = datetime.fromisoformat(begun) + timedelta(minutes=int(match[1]))
    except (ValueError, OverflowError):
        return ""
    return f"{moment_due:%H:%M:%S}{'Z' if moment_due.utcoffset() == timedelta(0) else ''}"


def _worst(items: list[ItemView]) -> Face:
    order = list(FACES.values())
    return min((item.face for item in items), key=order.index)


def _drawn(stop: _Stop) -> Markup:
    mark = glyph(stop.face) if stop.face else el("span", cls="begin", aria_hidden="true")
    name: Child = el("a", stop.name, href=f"#{stop.items[0].anchor}") if stop.items else stop.name
    return el(
        "li",
        mark,
        el(
            "div",
            el("b", name),
            el("span", stop.at, cls="at") if stop.at else None,
            el("span", stop.words, cls="rest"),
            progress(stop.items) if stop.items else None,
        ),
        cls="later" if stop.face is not None and stop.face.name in {"not-due", "not-run"} else None,
    )
