"""How it came here: the earlier records of this promotion, one after the other, and this one at their end."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.core.sentences import join_words
from promotion.report.icons import glyph
from promotion.report.markup import Child, cut, el
from promotion.report.reading import RecordView, rows, table, text
from promotion.report.timestamps import moment
from promotion.report.verdict import face
from promotion.report.words import FACES, PHASES, Face, face_of

CHANGES = 12
"""Items that are named because they differ from the earlier run of this phase."""
_THEN = {
    "failed": "failed",
    "unknown": "could not be judged",
    "pending": "had to wait",
    "passed": "passed",
    "attested": "was attested by a person",
    "waived": "was waived",
    "not-applicable": "did not apply",
}
"""Faces to what an item of an earlier record did; that does not say for whom or what it waited."""


def story(reading: RecordView) -> Child:
    """Tell the records in the order of time; nothing if this is the first."""
    earlier = [table(link) for link in rows(reading.record.get("chain"))]
    if not earlier:
        return None
    steps = [_step(reading, link) for link in earlier]
    return el(
        "section",
        el("h2", "This promotion so far"),
        el("ol", steps, _here(reading)),
        cls="story",
        aria_label="This promotion so far",
    )


def looks(link: Mapping[str, Any]) -> Face:
    """How the verdict of an earlier record looks."""
    return FACES[{"GO": "passed", "NO-GO": "failed"}.get(text(link.get("verdict")), "unknown")]


def _step(reading: RecordView, link: Mapping[str, Any]) -> Markup:
    phase, sha256 = text(link.get("phase")), text(link.get("sha256"))
    return el(
        "li",
        glyph(looks(link)),
        el(
            "div",
            el("p", el("b", when(phase)), " ", el("code", cut(text(link.get("verdict")), 40))),
            el(
                "p",
                moment(text(link.get("finished"))),
                el("i", " rehearsed") if link.get("rehearsal") is True else None,
            ),
            el("p", tally(link), cls="rest"),
            el("p", "record ", el("code", sha256[:12]), cls="rest") if sha256 else None,
            _changes(reading, link) if phase == reading.phase else None,
        ),
    )


def _here(reading: RecordView) -> Markup:
    finished = moment(text(reading.record.get("finished")))
    title = el("p", el("b", when(reading.phase)), " ", el("code", reading.verdict))
    said = el("div", title, el("p", finished), el("p", "this page", cls="rest"))
    return el("li", glyph(face(reading)), said, cls="here")


def when(phase: str) -> str:
    """Name a phase by when it is: `Before approval`."""
    words = PHASES.get(phase, (phase, "", ""))[0]
    return f"{words[:1].upper()}{words[1:]}"


def tally(link: Mapping[str, Any]) -> str:
    """`35 passed and 1 failed`: what became of the items then, worst first."""
    number = Counter(face_of(text(status), None).name for status in table(link.get("items")).values())
    return join_words([f"{number[shape.name]} {shape.word.lower()}" for shape in FACES.values() if number[shape.name]])


def _changes(reading: RecordView, link: Mapping[str, Any]) -> Child:
    """Name the items that were otherwise when this phase was last judged."""
    then = table(link.get("items"))
    other = [item for item in reading.items if item.id in then and text(then[item.id]) != item.status]
    if not other:
        return el("p", "every item was as it is now", cls="rest") if then else None
    named: list[Child] = [
        [
            el("a", item.number or item.id, href=f"#{item.anchor}", title=item.title),
            f" {_THEN[face_of(text(then[item.id]), None).name]} then, {item.face.one} now. ",
        ]
        for item in other[:CHANGES]
    ]
    return el("p", named, f"And {len(other) - CHANGES} more." if len(other) > CHANGES else None, cls="changes")
