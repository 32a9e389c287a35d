"""What a record says, read once: sections, items and subjects in checklist order, and what blocks.

A record is a document that came from elsewhere. Whatever is missing or strange in it is read as the worse answer: an
item of a section that is not listed still has its place, a status that is not known is not good.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from promotion.report.words import FACES, GOOD, PHASES, QUIET, Face, face_of

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


def text(value: object) -> str:
    """Read a field as text: nothing for null, and never an error."""
    return "" if value is None else value if isinstance(value, str) else str(value)


def table(value: object) -> Mapping[str, Any]:
    """Read a field as a JSON object; anything else is an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> list[Any]:
    """Read a field as a JSON array; anything else is an empty one."""
    return list(value) if isinstance(value, list | tuple) else []


@dataclass(frozen=True)
class SubjectView:
    """What one case of an item is about, and how it went."""

    name: str
    face: Face
    good: bool
    reason: str
    message: str
    measured: str
    evidence: tuple[str, ...]
    waiver: Mapping[str, Any]
    attestation: Mapping[str, Any]


@dataclass(frozen=True)
class ItemView:
    """One line of the checklist, as it was found."""

    id: str
    anchor: str
    number: str
    title: str
    status: str
    """As the record says it."""
    face: Face
    good: bool
    reason: str
    measured: str
    due: str
    how: str
    rule: str
    in_phase: bool
    subjects: tuple[SubjectView, ...]
    waiver: Mapping[str, Any]
    attestation: Mapping[str, Any]

    @property
    def quiet(self) -> bool:
        """Nobody has looked yet."""
        return self.face.name in QUIET

    @property
    def blocks(self) -> bool:
        """Whether it stands against the verdict. What belongs to another phase may wait, but not have failed."""
        return not self.good and (self.in_phase or not self.quiet)

    @property
    def needs_reading(self) -> bool:
        """Whether it stands open: somebody looked, and it is not good."""
        return not self.good and not self.quiet

    def name_of(self, subject: SubjectView) -> str:
        """Name a subject; empty for the only one of an item without subjects, which is called like the item."""
        return "" if subject.name == self.id else subject.name

    @property
    def complaints(self) -> list[tuple[list[str], str]]:
        """What is said of the subjects that are not good: of those with the same message together, by their names."""
        found: dict[str, list[str]] = {}
        for subject in self.subjects:
            if not subject.good:
                found.setdefault(subject.message, []).append(self.name_of(subject))
        return [([name for name in names if name], message) for message, names in found.items()]

    @property
    def evidence(self) -> list[str]:
        """Names of the evidence of all subjects, each once."""
        return list(dict.fromkeys(name for subject in self.subjects for name in subject.evidence))


@dataclass(frozen=True)
class SectionView:
    """A section of the checklist. `name` is its marker; `phase` the phase its items are judged in."""

    name: str
    number: str
    title: str
    phase: str
    anchor: str
    items: tuple[ItemView, ...]

    @property
    def in_phase(self) -> bool:
        """Whether this run is about it."""
        return any(item.in_phase for item in self.items)


class RecordView:
    """The record, read for people."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self.phase = text(record.get("phase"))
        self.digest = text(record.get("digest"))
        self.service = text(record.get("service"))
        self.errors = [text(error) for error in rows(record.get("errors"))]
        self.complete = record.get("complete") is True
        self.evidence: Mapping[str, Any] = table(record.get("evidence"))
        self.sections = tuple(_sections(record, self.phase))

    @cached_property
    def items(self) -> tuple[ItemView, ...]:
        """Every item, in checklist order."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def blocking(self) -> tuple[ItemView, ...]:
        """What stands against the verdict: what failed first, then the unknown, then what waits."""
        order = list(FACES)
        return tuple(sorted((i for i in self.items if i.blocks), key=lambda item: order.index(item.face.name)))

    @cached_property
    def counts(self) -> list[tuple[Face, int]]:
        """How many items of this phase (and blocking ones of others) have each face, good ones first."""
        number = Counter(item.face.name for item in self.items if item.in_phase or item.blocks)
        first = [f for f in FACES.values() if f.name in GOOD] + [f for f in FACES.values() if f.name not in GOOD]
        return [(face, number[face.name]) for face in first if number[face.name]]

    @cached_property
    def doubt(self) -> str:
        """Why the record's verdict cannot be believed; empty when it can."""
        verdict = text(self.record.get("verdict"))
        if verdict not in {"GO", "NO-GO", "HOLD"}:
            return f"The record's verdict is {verdict!r}, expected GO, NO-GO or HOLD."
        if verdict != "GO":
            return ""
        if self.blocking or not self.complete or self.errors or not any(item.in_phase for item in self.items):
            return "The record says GO, but what it holds does not bear that out."
        return ""

    @property
    def verdict(self) -> str:
        """GO, NO-GO or HOLD; HOLD when the record contradicts itself."""
        return "HOLD" if self.doubt else text(self.record.get("verdict"))

    def seen(self, name: str) -> Any:
        """Give what a look-up of this name saw; None if there is none in the record, or it could not look."""
        return table(self.evidence.get(name)).get("value")

    @cached_property
    def homes(self) -> dict[str, ItemView]:
        """Evidence to the one item it is shown under: the first that blocks, else the first that uses it."""
        found: dict[str, ItemView] = {}
        for item in sorted(self.items, key=lambda item: not item.needs_reading):
            for name in item.evidence:
                found.setdefault(name, item)
        return found

    @cached_property
    def shown_evidence(self) -> Counter[bool]:
        """How many pieces of evidence stand under items that need reading (True), and under the others."""
        return Counter(home.needs_reading for home in self.homes.values())


def _sections(record: Mapping[str, Any], phase: str) -> Iterator[SectionView]:
    listed = {text(section.get("name")): section for section in map(table, rows(record.get("sections")))}
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in listed}
    for item in map(table, rows(record.get("items"))):
        found.setdefault(text(item.get("section")), []).append(item)
    anchors: set[str] = set()
    for name, mine in found.items():
        section = listed.get(name, {})
        # A section that does not say its phase belongs to this one, unless it is named like another phase.
        belongs = text(section.get("phase")) or (name if name in PHASES else phase)
        yield SectionView(
            name=name,
            number=text(section.get("number")),
            title=text(section.get("title")) or name,
            phase=belongs,
            anchor=_anchor("section", name, anchors),
            items=tuple(_item(item, belongs == phase, anchors) for item in mine),
        )


def _item(item: Mapping[str, Any], in_phase: bool, anchors: set[str]) -> ItemView:
    subjects = tuple(_subject(table(subject)) for subject in rows(item.get("subjects")))
    status, reason = text(item.get("status")), text(item.get("reason"))
    face, good = face_of(status, reason), status in GOOD
    if status == "passed" and not all(subject.good for subject in subjects):
        order = list(FACES.values())
        face, good = min((subject.face for subject in subjects if not subject.good), key=order.index), False
    return ItemView(
        id=text(item.get("id")),
        anchor=_anchor("item", text(item.get("id")), anchors),
        number=text(item.get("number")),
        title=text(item.get("title")),
        status=status,
        face=face,
        good=good,
        reason=reason,
        measured=text(item.get("measured")) or _measured(subjects),
        due=text(item.get("due")),
        how=text(item.get("how")),
        rule=text(item.get("rule")),
        in_phase=in_phase,
        subjects=subjects,
        waiver=table(item.get("waiver")),
        attestation=table(item.get("attestation")),
    )


def _subject(subject: Mapping[str, Any]) -> SubjectView:
    status, reason = text(subject.get("status")), text(subject.get("reason"))
    return SubjectView(
        name=text(subject.get("name")),
        face=face_of(status, reason),
        good=status in GOOD,
        reason=reason,
        message=text(subject.get("message")),
        measured=text(subject.get("measured")),
        evidence=tuple(text(name) for name in rows(subject.get("evidence"))),
        waiver=table(subject.get("waiver")),
        attestation=table(subject.get("attestation")),
    )


def _measured(subjects: tuple[SubjectView, ...]) -> str:
    """Tell what an item measured by its subjects: all in one line if that is short, else how many are good."""
    if len(subjects) == 1:
        return subjects[0].measured
    each = [f"{subject.name} {subject.measured}" for subject in subjects if subject.measured]
    together = " · ".join(each)
    if len(each) == len(subjects) and len(together) <= 40:
        return together
    return f"{sum(subject.good for subject in subjects)} of {len(subjects)} good" if subjects else ""


def _anchor(kind: str, name: str, taken: set[str]) -> str:
    """Make a fragment identifier that no other place has: the name if it is fit and free, else a number."""
    anchor = f"{kind}-{name}"
    if not _NAME.fullmatch(name) or anchor in taken:
        anchor = f"{kind}--{len(taken)}"
    taken.add(anchor)
    return anchor
