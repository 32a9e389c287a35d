"""Which files a new item is written to, in this project's checkout and in a team's own repository. Reads, and writes nothing."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from promotion.checklist import Checklist, Section
from promotion.commands import item_stubs as stubs
from promotion.commands.item_stubs import NewItem

CHECKS = "checks"
"""Where a team's items are written where no conftest.py of its own tells."""
PROMOTION_FAULTS = "promotion_faults.py"
TEAM_DOCS = Path("docs/checklist.md")
_LOOK, _JUDGED, _DOCS = "what is looked up", "how it is judged", "its section of the docs"
_FAULTS = "a fault, a clean twin, a blindness case"
_HEADING = re.compile(r"^#{1,4} ((?:[a-z0-9-]+, )*[a-z0-9-]+)(?::|$)", re.MULTILINE)
_OWN = re.compile(r"^from promotion\.(?:evidence|items) import", re.MULTILINE)


class NewItemError(ValueError):
    """The item cannot be made as asked; the message is one sentence."""


@dataclass(frozen=True)
class Change:
    """A file as it is to be."""

    path: Path
    text: str
    before: str | None
    """What is there now; None: the file is new."""
    what: str
    """What of the item is in it."""


def is_checkout(root: Path) -> bool:
    """Whether a folder is a checkout of this project, whose items have their look-ups in `fixtures/`."""
    return all((root / part).is_dir() for part in ("fixtures", "tests_promotion", "promotion/sandbox/faults"))


def changes(root: Path, checklist: Checklist, new: NewItem, checks: Path | None = None) -> list[Change]:
    """Give every file of a new item, the line of checklist.md last. NewItemError where one cannot be written.

    `checks` is the folder of a team's items; None: where they are, or `checks`.
    """
    section = next(one for one in checklist.sections if one.marker == new.section)
    if is_checkout(root):
        places = _checkout(root, section, new)
    else:
        places = _team(root, section, new, checks or _checks(root))
    return [*places, _line(root, section, new)]


def _checkout(root: Path, section: Section, new: NewItem) -> list[Change]:
    look, seeded = Path(f"fixtures/{new.words}.py"), Path(f"promotion/sandbox/faults/{new.section}/{new.words}.py")
    judged = Path(f"tests_promotion/test_{section.number}_{new.section}.py")
    init = seeded.with_name("__init__.py")
    package = (
        [] if (root / init).is_file() else [_new(root, init, f'"""Faults of `{new.section}`."""\n', "their package")]
    )
    typed = "\nif TYPE_CHECKING:\n    from promotion.sandbox.faulted_world import Seeded as World\n\n\n"
    imports = ("from typing import TYPE_CHECKING\n", *stubs.FAULT_IMPORTS)
    faults = _module(f"Faults of {new.id}.", imports, typed + stubs.faults(new, '"World"'), gap="")
    evidence = _module(f"{new.title}: what is seen.", stubs.EVIDENCE_IMPORTS, stubs.evidence(new, str(look)))
    return [
        _new(root, look, evidence, _LOOK),
        _added(root, judged, _Code(stubs.JUDGEMENT_IMPORTS, stubs.judgement(new, str(judged)), new.test), _JUDGED),
        *package,
        _new(root, seeded, faults, _FAULTS),
        _section_of_docs(root, _page(root, section), new),
    ]


def _team(root: Path, section: Section, new: NewItem, folder: Path) -> list[Change]:
    look, seeded = folder / "conftest.py", Path(PROMOTION_FAULTS)
    together = folder / f"test_{section.number}_{new.section}.py"
    judged = together if (root / together).is_file() else folder / f"test_{new.words}.py"
    evidence = _Code(stubs.EVIDENCE_IMPORTS, stubs.evidence(new, str(look)), new.evidence)
    judgement = _Code(stubs.JUDGEMENT_IMPORTS, stubs.judgement(new, str(judged)), new.test)
    faults = _Code(stubs.FAULT_IMPORTS, stubs.faults(new), None)
    return [
        _added(root, look, evidence, _LOOK, "What the team's own items look at."),
        _added(root, judged, judgement, _JUDGED, f"{new.title}: how it is judged."),
        _added(root, seeded, faults, _FAULTS, "What the team's own items must catch."),
        _section_of_docs(root, TEAM_DOCS, new),
    ]


def _line(root: Path, section: Section, new: NewItem) -> Change:
    """Put the line below the last one of its section, or below the heading and its text where there is none."""
    path = Path("checklist.md")
    text = _read(root, path)
    lines = text.splitlines(keepends=True)
    begin = next(at for at, line in enumerate(lines) if re.match(rf"## {section.number}\. .*`{new.section}`", line))
    end = next((at for at in range(begin + 1, len(lines)) if lines[at].startswith("## ")), len(lines))
    items = [at for at in range(begin, end) if lines[at].startswith("- [ ]")]
    at = (items or [at for at in range(begin, end) if lines[at].strip()])[-1]
    if not lines[at].endswith("\n"):
        lines[at] += "\n"
    lines.insert(at + 1, f"{new.line}\n" if items else f"\n{new.line}\n")
    return Change(path, "".join(lines), text, f"{section.number}.{len(section.items) + 1}, its line")


def _new(root: Path, path: Path, text: str, what: str) -> Change:
    if (root / path).exists():
        raise NewItemError(f"{path} exists already: give the item another id, or move that file away")
    return Change(path, text, None, what)


class _Code(NamedTuple):
    """What is added to a module."""

    imports: Sequence[str]
    text: str
    name: str | None
    """Of the function that it is; None: of several, whose names are nothing."""


def _added(root: Path, path: Path, code: _Code, what: str, header: str = "") -> Change:
    """Add code to a module, a test below the last test, with the imports that it lacks; or make the module."""
    if not (root / path).exists():
        if not header:
            raise NewItemError(
                f"{path}, to which the test would be added, does not exist: create it with a docstring first"
            )
        return Change(path, _module(header, code.imports, code.text), None, what)
    text = _read(root, path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        raise NewItemError(f"{path} is not valid Python: correct it first") from None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if code.name in {node.name for node in functions}:
        raise NewItemError(f"{path} has a {code.name} already: give the item another id, or remove that function")
    lines = text.splitlines(keepends=True)
    tests = [node.end_lineno or 0 for node in functions if node.name.startswith("test_")]
    at = max(tests) if tests and code.text.startswith("@item") else len(lines)
    head, rest = "".join(lines[:at]).rstrip("\n"), "".join(lines[at:]).strip("\n")
    whole = f"{head}\n\n\n{code.text}" + (f"\n\n{rest}\n" if rest else "")
    return Change(path, _with_imports(whole, tree, code.imports), text, what)


def _with_imports(text: str, tree: ast.Module, imports: Sequence[str]) -> str:
    """Add what is not imported yet below the last import at the top; without any, below the docstring."""
    head = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(node.module, one.name) for node in head if isinstance(node, ast.ImportFrom) for one in node.names}
    lacking = []
    for line in imports:
        (node,) = (one for one in ast.parse(line).body if isinstance(one, ast.ImportFrom))
        wanted = [one.name for one in node.names if (node.module, one.name) not in names]
        lacking += [f"from {node.module} import {', '.join(wanted)}\n"] if wanted else []
    if not lacking:
        return text
    lines = text.splitlines(keepends=True)
    if head:
        at = head[-1].end_lineno or 0
        return "".join([*lines[:at], *lacking, *lines[at:]])
    at = (tree.body[0].end_lineno or 0) if tree.body and ast.get_docstring(tree) is not None else 0
    return "".join([*lines[:at], *(["\n"] if at else []), *lacking, *([] if at else ["\n\n"]), *lines[at:]])


def _module(docstring: str, imports: Sequence[str], code: str, *, gap: str = "\n\n") -> str:
    return f'"""{docstring}"""\n\n' + "\n".join(imports) + f"\n{gap}{code}"


def _page(root: Path, section: Section) -> Path:
    """Find the page that tells of the section's last item that any page has a heading for."""
    headed = headings(root)
    pages = [headed[item.id] for item in section.items if item.id in headed]
    return pages[-1] if pages else Path(f"docs/{section.marker}.md")


def headings(root: Path) -> Mapping[str, Path]:
    """Give the page of docs/ that has a heading for each id (`## id`, `## id: Title`, `## id, id: Title`), by the id."""
    found: dict[str, Path] = {}
    for page in sorted((root / "docs").glob("*.md")):
        for ids in _HEADING.findall(page.read_text(encoding="utf-8")):
            for one in ids.split(", "):
                found.setdefault(one, page.relative_to(root))
    return found


def _section_of_docs(root: Path, page: Path, new: NewItem) -> Change:
    headed = headings(root)
    if new.id in headed:
        raise NewItemError(f"{headed[new.id]} has a section of {new.id} already: give the item another id")
    if not (root / page).exists():
        return Change(page, f"# The items of our checklist\n\n{stubs.docs(new)}", None, _DOCS)
    text = _read(root, page)
    return Change(page, f"{text.rstrip()}\n\n{stubs.docs(new)}", text, _DOCS)


def _checks(root: Path) -> Path:
    """Find the folder in which a team's items are: that of its conftest.py with look-ups or items in or beside it."""
    found = []
    for conftest in sorted([*root.glob("conftest.py"), *root.glob("*/conftest.py")]):
        beside = [conftest, *conftest.parent.glob("test_*.py")]
        if any(_OWN.search(path.read_text(encoding="utf-8", errors="replace")) for path in beside):
            found.append(conftest.parent.relative_to(root))
    if len(found) > 1:
        raise NewItemError(f"items are in {' and in '.join(map(str, found))}: say where with --checks DIRECTORY")
    return found[0] if found else Path(CHECKS)


def _read(root: Path, path: Path) -> str:
    try:
        return (root / path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise NewItemError(f"{path} cannot be read as text ({type(trouble).__name__})") from None
