"""checklist.md, read: which items there are, in which order, under which section and phase."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

PHASES = ("pre_promotion", "rollout", "postdeploy", "after_rollback")
"""The phases of a promotion, in the order they come."""

_HEADING = re.compile(r"## (?P<number>\d+)\. (?P<title>.+?) · `(?P<marker>[a-z_]+)`(?: in `(?P<phase>[a-z_]+)`)?")
_LINE = re.compile(r"- \[ \] (?P<title>.+?) · `(?P<id>[a-z0-9-]+)`(?P<rest>(?: · [^·]+)*)")
_DUE = re.compile(r"T\+\d+|after")
_CHECKBOX = re.compile(r"(?:[-*+]|\d+[.)])?\s*\[.?\]")
"""How a checkbox may begin in Markdown. A line that has one is an item or a mistake, never passed over."""


class ChecklistError(ValueError):
    """checklist.md cannot be read; the message names the line and what it should look like."""


@dataclass(frozen=True)
class Item:
    """One line of the checklist."""

    id: str
    number: str
    """Section and place in it, such as `2.4`."""
    title: str
    section: str
    """The marker of its section, such as `dev`."""
    phase: str
    due: str | None
    """`T+10` is ten minutes after the production deployment started; `after` is once it is over; None is now."""
    how: str
    """`M`: a machine looks. `MH`: a machine looks or a person attests."""


@dataclass(frozen=True)
class Section:
    """A headed group of items, selected by its marker."""

    number: int
    title: str
    marker: str
    phase: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Checklist:
    """Every section and item, in the order people read them."""

    sections: tuple[Section, ...]
    sha256: str
    """Of the file's bytes."""

    def __iter__(self) -> Iterator[Item]:
        for section in self.sections:
            yield from section.items

    def of_phase(self, phase: str) -> tuple[Item, ...]:
        """The items that decide this phase."""
        return tuple(item for item in self if item.phase == phase)

    def item(self, item_id: str) -> Item:
        """The item with this id; KeyError names the nearest one."""
        known = {item.id: item for item in self}
        if item_id not in known:
            near = get_close_matches(item_id, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"checklist.md has no item {item_id!r}{hint}")
        return known[item_id]

    @property
    def markers(self) -> tuple[str, ...]:
        """Every name that `-m` may be given: phases and sections."""
        return tuple(dict.fromkeys((*PHASES, *(section.marker for section in self.sections))))


def load_checklist(path: Path) -> Checklist:
    """Read a checklist.

    Raises ChecklistError when a heading or a line is not of the form this page uses, when an id stands twice, or when
    there is no item at all.
    """
    try:
        content = path.read_bytes()
        lines = content.decode().splitlines()
    except (OSError, UnicodeDecodeError) as mistake:
        raise ChecklistError(f"{path} cannot be read as a checklist: {mistake}") from None
    sections: list[Section] = []
    heading: re.Match[str] | None = None
    items: list[Item] = []
    seen: dict[str, int] = {}

    def close() -> None:
        if heading:
            sections.append(
                Section(int(heading["number"]), heading["title"], heading["marker"], _phase(heading), tuple(items))
            )
            items.clear()

    for at, text in enumerate(lines, 1):
        line = text.rstrip()
        if line.startswith("## "):
            close()
            heading = _heading(line, f"{path}:{at}", sections)
        elif _CHECKBOX.match(line.lstrip()):
            found = _LINE.fullmatch(line)
            if found is None or heading is None:
                raise ChecklistError(
                    f"{path}:{at}: an item must be written `- [ ] Title · `its-id`` under a section: {line!r}"
                )
            if found["id"] in seen:
                raise ChecklistError(f"{path}:{at}: the id {found['id']!r} is already used on line {seen[found['id']]}")
            seen[found["id"]] = at
            items.append(_item(found, heading, len(items) + 1, f"{path}:{at}"))
    close()
    if not seen:
        raise ChecklistError(f"{path} has no item")
    return Checklist(tuple(sections), hashlib.sha256(content).hexdigest())


def find(folder: Path) -> Path:
    """The checklist to go by: the folder's own checklist.md, else the one that comes with this package."""
    own = folder / "checklist.md"
    return own if own.is_file() else Path(__file__).with_name("checklist.md")


def _heading(line: str, where: str, above: Iterable[Section]) -> re.Match[str] | None:
    """The heading of a section; None for a heading of mere text."""
    found = _HEADING.fullmatch(line)
    if found is None:
        if re.match(r"## \d", line):
            raise ChecklistError(
                f"{where}: a section must be written `## 2. Title · `marker` in `pre_promotion``: {line!r}"
            )
        return None
    if _phase(found) not in PHASES:
        raise ChecklistError(f"{where}: the phases are {', '.join(PHASES)}, not {_phase(found)!r}")
    if found["marker"] in {section.marker for section in above}:
        raise ChecklistError(f"{where}: section `{found['marker']}` exists already: `-m` could not distinguish them")
    return found


def _phase(heading: re.Match[str]) -> str:
    return heading["phase"] or heading["marker"]


def _item(found: re.Match[str], heading: re.Match[str], place: int, where: str) -> Item:
    due, how = None, "M"
    for word in (part.strip() for part in found["rest"].split("·") if part.strip()):
        if word in ("M", "MH", "H"):
            how = word
        elif _DUE.fullmatch(word):
            due = word
        else:
            raise ChecklistError(
                f"{where}: {word!r} is neither a due time (T+10, after) nor a kind of evidence (M, MH, H)"
            )
    return Item(
        id=found["id"],
        number=f"{heading['number']}.{place}",
        title=found["title"],
        section=heading["marker"],
        phase=_phase(heading),
        due=due,
        how=how,
    )
