"""A line of the checklist: its row, and what opens under it."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.report import figures
from promotion.report import previous_run as before
from promotion.report.attestations import signature
from promotion.report.icons import glyph
from promotion.report.integrity import MESSAGE, proof
from promotion.report.markup import Child, cut, el
from promotion.report.reading import ItemView, RecordView, SubjectView, text
from promotion.report.timestamps import moment
from promotion.report.values import laid_out

SHORT = 36
"""Characters of a figure that still stand beside an item's words."""
_HOW = {"H": "A person attests this item.", "MH": "A person may attest this item where a machine cannot see it."}


def line(reading: RecordView, item: ItemView) -> Markup:
    """Draw an item: open where it needs reading, closed where it is good, a plain row where nobody has looked."""
    row: list[Child] = [
        glyph(item.face),
        el("span", item.number, cls="number"),
        el("span", item.title, "\u2002", el("small", item.id), cls="title"),
        _figure(_measured(item), before.of_item(reading, item)),
        el("span", item.face.word, cls=f"word tone-{item.face.tone}"),
        _accepted(item),
    ]
    looks = "quiet" if item.quiet else f"is-{item.face.tone}"
    classes = f"item {looks}{' blocks' if item.blocks else ''}"
    more = _more(reading, item)
    if not more:
        return el("div", row, cls=f"{classes} row", id=item.anchor)
    return el(
        "details",
        el("summary", row, cls="row"),
        el("div", more, cls="more"),
        cls=classes,
        id=item.anchor,
        open=item.needs_reading,
    )


def _figure(now: str, then: Child) -> Markup:
    """Draw what was measured, and what it was before; much of it gets a line of its own."""
    return el("span", now, then, cls="measured long" if len(now) > SHORT else "measured")


def _measured(found: ItemView | SubjectView) -> str:
    """Say what was measured, and why that is not enough."""
    reason = found.reason.replace("-", " ") if found.face.name == "unknown" else ""
    return " · ".join(part for part in (found.measured, reason) if part)


def _accepted(item: ItemView) -> Child:
    """Say whose word the status rests on, on the row itself: it is read on paper too."""
    if item.face.name == "waived":
        kept = text(item.waiver.get("status")) or next((s.face.word.lower() for s in item.subjects if not s.good), "")
        until = moment(text(item.waiver.get("until")))
        parts = [f"was {kept}" if kept else "", _by(item.waiver), f"until {until}" if until else ""]
        return _note(parts, text(item.waiver.get("reason")))
    if item.face.name == "attested":
        at, signed = moment(text(item.attestation.get("at"))), signature(item.attestation)
        parts = [_by(item.attestation), at, signed]
        return _note(parts, text(item.attestation.get("statement")))
    if item.face.name == "not-applicable":
        return _note([], next((subject.message for subject in item.subjects if subject.message), ""))
    return None


def _by(word: Mapping[str, Any]) -> str:
    who = text(word.get("by"))
    return f"by {who}" if who else ""


def _note(parts: list[str], words: str) -> Child:
    head = ", ".join(part for part in parts if part)
    said = ": ".join(part for part in (head, words) if part)
    return el("span", cut(said, MESSAGE), cls="note") if said else None


def _more(reading: RecordView, item: ItemView) -> list[Child]:
    several = len(item.subjects) > 1
    users = [name for subject in item.subjects for name in dict.fromkeys(subject.evidence)]
    shared = [name for name in item.evidence if not several or users.count(name) > 1]
    spoken = frozenset(subject.message for subject in item.subjects)
    found: list[Child] = [figures.of_item(reading, item)]
    found += [_subject(reading, item, s, shared, several=several) for s in item.subjects]
    found += [_word("Waiver", item.waiver), _word("Attestation", item.attestation)]
    found += [proof(reading, item, name, spoken=spoken) for name in shared]
    found = [part for part in found if part]
    if item.rule and not item.quiet:
        found.insert(0, el("p", el("b", "Judged:"), " ", cut(item.rule, MESSAGE), cls="rule"))
    if found and not item.quiet:
        found.append(el("p", _HOW[item.how], cls="rest") if item.how in _HOW else None)
    return found


def _subject(reading: RecordView, item: ItemView, subject: SubjectView, shared: list[str], *, several: bool) -> Child:
    """Draw what was found of a subject, under a row of its own; an only subject needs none when it is good."""
    message = el("p", cut(subject.message, MESSAGE), cls="message") if subject.message else None
    if item.quiet:
        return message
    own = [name for name in dict.fromkeys(subject.evidence) if name not in shared]
    spoken = frozenset({subject.message})
    proofs = [proof(reading, item, name, spoken=spoken, closed=subject.good and not item.good) for name in own]
    named = item.name_of(subject) and not subject.good
    row = _subject_row(reading, item, subject, alone=not several) if several or named else None
    return el("div", row, message, proofs, cls="subject") if row or message or proofs else None


def _subject_row(reading: RecordView, item: ItemView, subject: SubjectView, *, alone: bool) -> Markup:
    """Draw a subject's row. What an item's only subject measured is on the item's own row already."""
    return el(
        "div",
        glyph(subject.face),
        el("b", subject.name, cls="name"),
        _figure("", None) if alone else _figure(_measured(subject), before.was(reading, item, subject)),
        el("span", subject.face.word, cls=f"word tone-{subject.face.tone}"),
        cls="who",
    )


def _word(title: str, word: Mapping[str, Any]) -> Child:
    """Everything that was said with a waiver or an attestation."""
    return el("div", el("b", title), laid_out(word), cls="value accepted") if word else None
