"""The first screen: the verdict in words, what blocks, and the facts of the run."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from markupsafe import Markup

from promotion.report.glyphs import glyph
from promotion.report.markup import Child, cut, el
from promotion.report.moments import lasted, moment
from promotion.report.reading import Item, Reading, table, text
from promotion.report.values import laid_out
from promotion.report.verdict import face, headline, sentence
from promotion.report.words import FACES, PHASES

BLOCKING = 30
"""Blocking items spoken of one by one; the others are named by number."""
SUBJECTS = 3
"""Subjects of a blocking item that are spoken of here."""
MESSAGE = 400
"""Characters of a message here; the item has more of it."""


def head(reading: Reading) -> Markup:
    """Title, verdict, what blocks, facts."""
    when, *_ = PHASES.get(reading.phase, (reading.phase, "", ""))
    return el(
        "header",
        el("p", f"Production promotion checklist · {when}", cls="over"),
        el("h1", el("b", reading.service), " from dev to prod" if reading.service else "From dev to prod"),
        _warnings(reading),
        _verdict(reading),
        _facts(reading),
    )


def _warnings(reading: Reading) -> list[Child]:
    """Say what makes the page itself doubtful, above the verdict."""
    found: list[Child] = []
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


def _verdict(reading: Reading) -> Markup:
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


def _stops(reading: Reading) -> Child:
    """Say what blocks: one by one what somebody looked at, in one line what nobody has looked at yet."""
    looked = [item for item in reading.blocking if item.needs_reading]
    lines: list[Child] = [_stop(item) for item in looked[:BLOCKING]]
    if looked[BLOCKING:]:
        lines.append(el("li", glyph(FACES["unknown"]), el("div", el("b", "Further"), " ", _numbers(looked[BLOCKING:]))))
    waiting = [item for item in reading.blocking if item.quiet]
    for shape, items in groupby(waiting, key=lambda item: item.face):
        lines.append(el("li", glyph(shape), el("div", el("b", shape.word), " ", _numbers(list(items)))))
    return el("div", el("h3", "What blocks"), el("ul", lines), cls="stops") if lines else None


def _stop(item: Item) -> Markup:
    title = el("a", el("span", item.number, cls="number"), " ", item.title, href=f"#{item.anchor}")
    bad = [subject for subject in item.subjects if not subject.good]
    said: list[Child] = [
        el("p", el("b", f"{name}: ") if name else None, cut(subject.message, MESSAGE))
        for name, subject in ((item.name_of(subject), subject) for subject in bad[:SUBJECTS])
        if name or subject.message
    ]
    if bad[SUBJECTS:]:
        said.append(el("p", f"and {len(bad) - SUBJECTS} more"))
    aside = el("span", item.face.word, cls=f"word tone-{item.face.tone}")
    return el("li", glyph(item.face), el("div", title, aside, said))


def _numbers(items: list[Item]) -> list[Child]:
    return [[el("a", item.number or item.id, href=f"#{item.anchor}", title=item.title), " "] for item in items]


def _waivers(reading: Reading) -> Child:
    """Name what is let through although it is not good, with the day when that ends."""
    waived = [item for item in reading.items if item.face.name == "waived"]
    lines: list[Child] = []
    for item in waived:
        until, who = moment(text(item.waiver.get("until"))), text(item.waiver.get("by"))
        said = " ".join(part for part in (f"by {who}" if who else "", f"until {until}" if until else "") if part)
        title = el("a", el("span", item.number, cls="number"), " ", item.title, href=f"#{item.anchor}")
        lines.append(el("li", glyph(item.face), el("div", title, f" waived {said}" if said else " waived")))
    return el("div", el("h3", "Let through by a waiver"), el("ul", lines), cls="stops") if lines else None


def _facts(reading: Reading) -> Markup:
    record = reading.record
    settings = table(record.get("settings"))
    started, finished = text(record.get("started")), text(record.get("finished"))
    took, selection = lasted(started, finished), text(record.get("selection"))
    facts = [
        _fact("From", _place("dev", table(settings.get("dev")))),
        _fact("To", _place("prod", table(settings.get("prod")))),
        _fact("Phase", el("code", reading.phase)),
        _fact("Started", moment(started)),
        _fact("Finished", [moment(finished), el("i", f" after {took}") if took else None] if finished else None),
        _fact("Clock", _clock(record.get("clock"))),
        _fact("Selection", el("code", selection) if selection not in {"", reading.phase} else None),
        _hash("Settings, SHA-256", text(record.get("settings_sha256"))),
        _hash("Checklist, SHA-256", text(record.get("checklist_sha256"))),
    ]
    digest = el("div", el("dt", "Image digest"), el("dd", el("code", reading.digest or "none given")), cls="digest")
    return el("dl", digest, facts, cls="facts")


def _fact(name: str, value: Child) -> Child:
    return el("div", el("dt", name), el("dd", value)) if value else None


def _place(name: str, environment: Mapping[str, Any]) -> Child:
    where = " · ".join(part for part in (text(environment.get("account")), text(environment.get("region"))) if part)
    return [el("b", name), f" {where}"] if where else None


def _clock(clock: Any) -> Child:
    return moment(clock) if isinstance(clock, str) else laid_out(clock) if clock else None


def _hash(name: str, value: str) -> Child:
    return el("div", el("dt", name), el("dd", el("code", value)), cls="hash") if value else None
