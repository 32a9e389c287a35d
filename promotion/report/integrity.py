"""The evidence behind an item: what was seen, when, by which calls, or why it could not be seen."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.report.markup import Child, cut, el
from promotion.report.reading import ItemView, RecordView, rows, table, text
from promotion.report.timestamps import hour, moment
from promotion.report.values import LINES, laid_out

CALLS = 12
"""Calls shown of one piece of evidence."""
MESSAGE = 4000
"""Characters of a message."""
ON_THE_PAGE = 3000
"""Lines of evidence that the good items of a page share, and so do the others."""


def proof(
    reading: RecordView, item: ItemView, name: str, *, spoken: frozenset[str] = frozenset(), closed: bool = False
) -> Markup:
    """One piece of evidence, or a link to the item it is shown under.

    `spoken` holds the messages that stand above it already: why it is unknown is not said twice.
    """
    home = reading.homes[name]
    if home.anchor != item.anchor:
        shown_under = el("a", f"{home.number} {home.title}", href=f"#{home.anchor}")
        return el("p", el("code", name), " is shown under ", shown_under, cls="elsewhere")
    found = reading.evidence.get(name)
    if not isinstance(found, Mapping):
        return el("p", el("code", name), " is not in the record: nobody looked.", cls="elsewhere")
    seen = text(found.get("seen"))
    calls = rows(found.get("calls"))
    head = el("summary", el("code", name), el("span", f"seen {moment(seen)}", cls="seen") if seen else None)
    value = found.get("value")
    return el(
        "details",
        head,
        _why_unknown(table(found.get("unknown")), spoken),
        None if value is None else el("div", laid_out(value, lines=_share(reading, item)), cls="value"),
        _calls(calls, seen),
        cls="proof",
        open=not closed,
    )


def _share(reading: RecordView, item: ItemView) -> int:
    """Tell how many lines a piece of evidence has, so that a page of many items can still be sent and opened."""
    return max(6, min(LINES, ON_THE_PAGE // reading.shown_evidence[item.needs_reading]))


def _why_unknown(unknown: Mapping[str, Any], spoken: frozenset[str]) -> Child:
    if not unknown:
        return None
    reason, message = text(unknown.get("reason")), text(unknown.get("message"))
    said = None if message in spoken else cut(message, MESSAGE)
    why = el("b", f"Could not be seen: {reason.replace('-', ' ')}.")
    return el("p", why, " " if said else None, said, cls="unseen")


def _calls(calls: list[Any], seen: str) -> Child:
    if not calls:
        return el("p", "No API call was made for it.", cls="rest") if seen else None
    lines: list[Child] = []
    for call in map(table, calls[:CALLS]):
        what = " ".join(part for part in (text(call.get("service")), text(call.get("operation"))) if part)
        request, outcome = text(call.get("request_id")), text(call.get("outcome"))
        when = el("time", hour(text(call.get("time"))))
        went = el("b", f" {outcome}", cls="tone-unsure") if outcome not in {"", "ok"} else None
        lines.append(el("li", el("span", what, went), when, el("code", request) if request else None))
    if len(calls) > CALLS:
        lines.append(el("li", f"and {len(calls) - CALLS} more calls in record.json"))
    return el("ul", lines, cls="calls")
