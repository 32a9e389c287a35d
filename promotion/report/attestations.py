"""What rests on people's word: waivers, attestations, and what was declared not to apply. In sight without opening a row."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from promotion.report.icons import glyph
from promotion.report.markup import Child, cut, el, web
from promotion.report.reading import ItemView, RecordView, rows, table, text
from promotion.report.timestamps import moment
from promotion.report.words import FACES

MESSAGE = 1000
"""Characters of a statement or a reason here; record.json has more of it."""
MOST = 60
"""Words of one kind that stand here; the rows of the items have them all."""
_STATES = {
    "used": "in force",
    "unused": "covers no failure",
    "expired": "expired",
    "not-yet": "not in force yet",
    "other-image": "for another image",
    "version-not-known": "version not known",
}


def vouched(reading: RecordView) -> Child:
    """Everything that people answer for, by kind; nothing if there is none."""
    kinds = [
        _kind("Waivers", list(_waivers(reading))),
        _kind("Attested by people", list(_attestations(reading))),
        _kind("Declared not to apply", list(_declared(reading))),
    ]
    if not any(kinds):
        return None
    return el("section", el("h2", "What rests on people's word"), kinds, cls="vouched", aria_label="People's word")


def _kind(title: str, lines: list[Child]) -> Child:
    if not lines:
        return None
    more = el("li", f"and {len(lines) - MOST} more, each on its row") if len(lines) > MOST else None
    return el("div", el("h3", title), el("ul", lines[:MOST], more))


def _waivers(reading: RecordView) -> Iterator[Child]:
    """Each waiver that the record lists with what it did, then what is shown as waived without standing among them."""
    by_id = {item.id: item for item in reading.items}
    listed = set()
    for waiver in map(table, rows(reading.record.get("waivers"))):
        name, state = text(waiver.get("item")), text(waiver.get("state"))
        listed.add(name)
        subject = text(waiver.get("subject"))
        who = [
            _said("granted by", waiver, "approver"),
            _said("on", waiver, "granted"),
            _said("until", waiver, "expires"),
            _said("to be mended by", waiver, "owner"),
        ]
        works = state == "used"
        yield _line(
            FACES["waived" if works else "unknown"],
            [_title(by_id.get(name), name), f", {subject}" if subject else None],
            _STATES.get(state, state),
            "waived" if works else "unsure",
            " ".join(part for part in who if part),
            [cut(text(waiver.get("reason")), MESSAGE)],
            cut(text(waiver.get("message")), MESSAGE),
        )
    for item in reading.items:
        if item.face.name == "waived" and item.id not in listed:
            who = [_said("granted by", item.waiver, "by"), _said("until", item.waiver, "until")]
            words = cut(text(item.waiver.get("reason")), MESSAGE)
            yield _line(item.face, _title(item, item.id), "in force", "waived", " ".join(filter(None, who)), words, "")


def _attestations(reading: RecordView) -> Iterator[Child]:
    for item in reading.items:
        given = [(item.name_of(one), one.attestation) for one in item.subjects if one.attestation]
        if item.attestation and item.attestation not in [word for _, word in given]:
            given.append(("", item.attestation))
        for subject, word in given:
            link = text(word.get("link"))
            yield _line(
                FACES["attested"],
                [_title(item, item.id), f", {subject}" if subject else None],
                signature(word),
                "word" if word.get("signed") is True else "quiet",
                " ".join(part for part in (_said("by", word, "by"), _said("on", word, "at")) if part),
                [cut(text(word.get("statement")), MESSAGE), el("span", web(link), cls="under") if link else None],
                "",
            )


def signature(word: Mapping[str, Any]) -> str:
    """Say whether a signature by a key of that person was verified; nothing where the record does not say."""
    signed = word.get("signed")
    return "signed" if signed is True else "not signed" if signed is False else ""


def _declared(reading: RecordView) -> Iterator[Child]:
    for item in reading.items:
        for subject in item.subjects:
            if subject.face.name == "not-applicable":
                name = item.name_of(subject)
                title = [_title(item, item.id), f", {name}" if name else None]
                yield _line(subject.face, title, "", "quiet", "", cut(subject.message, MESSAGE), "")


def _line(face: Any, title: Child, word: str, tone: str, who: str, words: Child, message: str) -> Markup:
    return el(
        "li",
        glyph(face),
        el(
            "div",
            el("p", title, [" ", el("span", word, cls=f"word tone-{tone}")] if word else None),
            el("p", who, cls="who-said") if who else None,
            el("p", words, cls="what-said") if words else None,
            el("p", message, cls="message") if message else None,
        ),
    )


def _title(item: ItemView | None, name: str) -> Child:
    if item is None:
        return el("b", name)
    return el("a", el("span", item.number, cls="number"), " ", item.title, href=f"#{item.anchor}")


def _said(word: str, of: Mapping[str, Any], name: str) -> str:
    found = moment(text(of.get(name)))
    return f"{word} {found}" if found else ""
