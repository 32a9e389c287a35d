"""The checklist itself, section by section, and the index of it."""

from collections import Counter
from itertools import groupby

from markupsafe import Markup

from promotion.report import figures
from promotion.report.charts import stacked
from promotion.report.markup import Child, el
from promotion.report.reading import ItemView, RecordView, SectionView
from promotion.report.rows import line
from promotion.report.words import FACES, GOOD, PHASES, QUIET

_BAR_ORDER = [f for f in FACES.values() if f.name in GOOD] + [f for f in FACES.values() if f.name not in GOOD]


def progress(items: tuple[ItemView, ...]) -> Markup:
    """Draw how far the items are, good ones first."""
    number = Counter(item.face.name for item in items)
    return stacked([("rest" if face.name in QUIET else face.tone, number[face.name]) for face in _BAR_ORDER])


def tally(items: tuple[ItemView, ...]) -> str:
    """`5 of 6`: how many are good."""
    return f"{sum(item.good for item in items)} of {len(items)}"


def index(reading: RecordView) -> Markup:
    """List the sections with how far each is, and the two filters, which work without a script."""
    links = [
        el(
            "a",
            el("span", section.number, cls="number"),
            el("span", section.title, cls="title"),
            el("span", tally(section.items), cls="tally"),
            progress(section.items),
            href=f"#{section.anchor}",
            cls=None if section.in_phase else "quiet",
        )
        for section in reading.sections
        if section.items
    ]
    return el("nav", el("h2", "Sections"), links, _choices(reading), cls="index", aria_label="Sections")


def _choices(reading: RecordView) -> Child:
    blocks = (
        el("label", el("input", type="checkbox", id="only-blocks"), el("span", "Only what blocks"))
        if reading.blocking
        else None
    )
    evidence = el(
        "label", el("input", type="checkbox", id="all-evidence"), el("span", "Show all evidence"), cls="needs-open"
    )
    return el("div", blocks, evidence, cls="choices")


def sections(reading: RecordView) -> Markup:
    """Every section with every item, in checklist order."""
    hidden = len(reading.items) - len(reading.blocking)
    notice = el("p", f"{hidden} items that do not block are hidden here. Paper always shows them.", cls="notice")
    return el("div", notice, [_section(reading, s) for s in reading.sections if s.items], cls="sections")


def _section(reading: RecordView, section: SectionView) -> Markup:
    when, *_ = PHASES.get(section.phase, (section.phase, "", ""))
    heading = el(
        "h2",
        el("span", section.number, "\u2002" if section.number else None, section.title, cls="title"),
        el("code", f"-m {section.name}"),
        el("span", progress(section.items), el("span", tally(section.items)), cls="tally"),
    )
    later = el("p", f"Not part of this run: judged {when}.", cls="later") if not section.in_phase else None
    blocks = any(item.blocks for item in section.items)
    classes = f"section{' blocks' if blocks else ''}{'' if section.in_phase else ' later'}"
    return el("section", heading, later, _lines(reading, section), cls=classes, id=section.anchor)


def _lines(reading: RecordView, section: SectionView) -> list[Child]:
    """Draw the items, under a line for each time they are due."""
    written: list[Child] = []
    for due, items in groupby(section.items, key=lambda item: item.due):
        if due:
            written.append(el("h3", f"Due {due} min" if due.startswith("T+") else f"Due {due}"))
        written += [line(reading, item) for item in items]
    return [*written, figures.of_section(reading, section)]
