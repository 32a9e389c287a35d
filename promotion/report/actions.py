"""What was done to the world by this run and those before it, act by act: the receipts."""

from markupsafe import Markup

from promotion.report.icons import glyph
from promotion.report.markup import Child, cut, el, web
from promotion.report.reading import RecordView, rows, table, text
from promotion.report.timestamps import moment
from promotion.report.words import FACES

MOST = 60
MESSAGE = 1000
_STATES = {
    "done": ("Done", "passed"),
    "already": ("Done before", "passed"),
    "refused": ("Refused", "failed"),
    "failed": ("Failed", "failed"),
    "unclear": ("Unclear", "unknown"),
}


def acts(reading: RecordView) -> Child:
    """List the receipts in the order of the record; nothing if nothing was done."""
    found = [table(act) for act in rows(reading.record.get("acts"))]
    if not found:
        return None
    lines: list[Child] = [_act(*(text(act.get(name)) for name in _FIELDS)) for act in found[:MOST]]
    if len(found) > MOST:
        lines.append(el("li", f"and {len(found) - MOST} more in record.json"))
    return el("section", el("h2", "What was done"), el("ul", lines), cls="acts", aria_label="What was done")


_FIELDS = ("what", "state", "at", "id", "link", "message")


def _act(what: str, state: str, at: str, ident: str, link: str, message: str) -> Markup:
    word, face = _STATES.get(state, (state or "Unclear", "unknown"))
    tone = FACES[face].tone
    return el(
        "li",
        glyph(FACES[face]),
        el(
            "div",
            el("p", el("b", cut(what, 400)), " ", el("span", word, cls=f"word tone-{tone}")),
            el("p", moment(at), " " if at and ident else None, el("code", ident) if ident else None, cls="rest"),
            el("p", web(link), cls="rest") if link else None,
            el("p", cut(message, MESSAGE), cls="message") if message else None,
        ),
    )
