"""The first screen: the verdict in words, what blocks, and the facts of the run."""

from itertools import groupby

from markupsafe import Markup

from promotion.core.sentences import join_words
from promotion.record.rehearsal import is_rehearsal
from promotion.report.facts import facts
from promotion.report.icons import glyph
from promotion.report.markup import Child, cut, el
from promotion.report.reading import ItemView, RecordView, text
from promotion.report.timestamps import moment
from promotion.report.verdict import face, headline, sentence
from promotion.report.words import FACES, PHASES

BLOCKING = 30
"""Blocking items spoken of one by one; the others are named by number."""
SUBJECTS = 3
"""Messages of a blocking item that stand here."""
NAMES = 6
"""Subjects named that the same is said of."""
MESSAGE = 400
"""Characters of a message here; the item has more of it."""


def head(reading: RecordView) -> Markup:
    """Title, verdict, what blocks, facts."""
    when, *_ = PHASES.get(reading.phase, (reading.phase, "", ""))
    return el(
        "header",
        el("p", f"Production promotion checklist · {when}", cls="over"),
        el("h1", el("b", reading.service), " from dev to prod" if reading.service else "From dev to prod"),
        _warnings(reading),
        _verdict(reading),
        facts(reading),
    )


def _warnings(reading: RecordView) -> list[Child]:
    """Say what makes the page itself doubtful, above the verdict."""
    found: list[Child] = []
    if is_rehearsal(reading.record):
        said = " It was judged against a sandbox or an emulator, not the real accounts, and allows no deployment."
        found.append(el("p", el("b", "A rehearsal."), said, cls="warning rehearsal"))
    if reading.doubt:
        found.append(el("p", el("b", "Do not rely on this page."), " ", reading.doubt, cls="warning"))
    if not reading.complete:
        said = " The run did not come to its end: what it had not looked at counts as not run. It cannot be sealed."
        found.append(el("p", el("b", "Incomplete."), said, cls="warning"))
    if reading.record.get("exit_code") == 20:
        said = " A rollback was started and could not be verified."
        found.append(el("p", el("b", "Call a person now."), said, cls="warning"))
    if reading.errors:
        errors = [el("li", cut(error, 2000)) for error in reading.errors[:20]]
        more = el("li", f"and {len(reading.errors) - 20} more") if len(reading.errors) > 20 else None
        title = el("b", "Errors of this run")
        found.append(el("div", title, el("ul", errors, more), cls="warning"))
    return found


def _verdict(reading: RecordView) -> Markup:
    looks = face(reading)
    counts = [
        el("li", glyph(shape), el("b", str(number)), " ", el("span", shape.word.lower()))
        for shape, number in reading.counts
    ]
    return el(
        "section",
        el(
            "div",
            glyph(looks),
            el("div", el("h2", headline(reading)), el("p", sentence(reading))),
            el("code", reading.verdict),
            el("ul", counts, cls="counts"),
            cls="said",
        ),
        _stops(reading),
        _waivers(reading),
        cls=f"verdict is-{looks.tone}",
        aria_label="Verdict",
    )


def _stops(reading: RecordView) -> Child:
    """Say what blocks: one by one what somebody looked at, in one line what nobody has looked at yet."""
    looked = [item for item in reading.blocking if item.needs_reading]
    lines: list[Child] = [_stop(item) for item in looked[:BLOCKING]]
    if looked[BLOCKING:]:
        lines.append(el("li", glyph(FACES["unknown"]), el("div", el("b", "Further"), " ", _numbers(looked[BLOCKING:]))))
    waiting = [item for item in reading.blocking if item.quiet]
    for shape, items in groupby(waiting, key=lambda item: item.face):
        lines.append(el("li", glyph(shape), el("div", el("b", shape.word), " ", _numbers(list(items)))))
    return el("div", el("h3", "What blocks"), el("ul", lines), cls="stops") if lines else None


def _stop(item: ItemView) -> Markup:
    title = el("a", el("span", item.number, cls="number"), " ", item.title, href=f"#{item.anchor}")
    complaints = item.complaints
    said: list[Child] = [
        el("p", el("b", f"{_named(names)}: ") if names else None, cut(message, MESSAGE))
        for names, message in complaints[:SUBJECTS]
        if names or message
    ]
    if complaints[SUBJECTS:]:
        said.append(el("p", f"and {sum(len(names) for names, _ in complaints[SUBJECTS:])} more"))
    aside = el("span", item.face.word, cls=f"word tone-{item.face.tone}")
    return el("li", glyph(item.face), el("div", title, aside, said))


def _named(names: list[str]) -> str:
    more = [f"{len(names) - NAMES} more"] if names[NAMES:] else []
    return join_words([*names[:NAMES], *more])


def _numbers(items: list[ItemView]) -> list[Child]:
    return [[el("a", item.number or item.id, href=f"#{item.anchor}", title=item.title), " "] for item in items]


def _waivers(reading: RecordView) -> Child:
    """Name what is let through although it is not good, with the day when that ends."""
    waived = [item for item in reading.items if item.face.name == "waived"]
    lines: list[Child] = []
    for item in waived:
        until, who = moment(text(item.waiver.get("until"))), text(item.waiver.get("by"))
        said = " ".join(part for part in (f"by {who}" if who else "", f"until {until}" if until else "") if part)
        title = el("a", el("span", item.number, cls="number"), " ", item.title, href=f"#{item.anchor}")
        lines.append(el("li", glyph(item.face), el("div", title, f" waived {said}" if said else " waived")))
    return el("div", el("h3", "Let through by a waiver"), el("ul", lines), cls="stops") if lines else None
