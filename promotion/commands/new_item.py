"""`promotion new-item`: write every part of a new item of the checklist as a stub that says "write me"."""

import argparse
import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from promotion.checklist import Checklist, ChecklistError, load_checklist
from promotion.commands.item_files import PROMOTION_FAULTS, Change, NewItemError, changes, is_checkout
from promotion.commands.item_stubs import WRITE_ME, NewItem, fault_names

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `new-item`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    parser = subparsers.add_parser("new-item", help="write the parts of a new item of the checklist, to be filled in")
    parser.add_argument("id", metavar="ID", help="lower-case words joined by hyphens, such as backup-taken")
    parser.add_argument("--section", required=True, metavar="MARKER", help="the marker of its section, such as dev")
    parser.add_argument("--title", metavar="TEXT", help="the words of its line (the id as words)")
    parser.add_argument("--per", metavar="KIND", help="the kind of subject that it is judged over, such as dev_target")
    parser.add_argument(
        "--checks",
        type=Path,
        metavar="DIR",
        help="directory of your own items (default: where they are found, else `checks`)",
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Write all parts, or none: 0; 2 with one sentence where the item cannot be made."""
    root = Path.cwd()
    try:
        checklist = _checklist(root)
        new = _new_item(root, checklist, asked)
        todo = changes(root, checklist, new, asked.checks)
        _require_line(new, todo[-1])
        write_all(root, todo)
    except (NewItemError, ChecklistError) as mistake:
        sys.stderr.write(f"promotion: {mistake}\n")
        return 2
    width = max(len(str(change.path)) for change in todo)
    for change in [todo[-1], *todo[:-1]]:
        sys.stdout.write(f"{change.path!s:<{width}}  {change.what}\n")
    files = " ".join(str(change.path) for change in todo[:-1])
    sys.stdout.write(f'Each part fails with "{WRITE_ME}" until it is written: grep -in "{WRITE_ME}" {files}\n')
    return 0


def write_all(root: Path, todo: Sequence[Change]) -> None:
    """Write every file, or leave all as they were. NewItemError when that cannot be done.

    Everything is written beside its place first. A new file never takes the place of one that is there, and a file that
    somebody changed in between is left alone.
    """
    made: list[Path] = []
    done: list[Change] = []
    try:
        parts = [_beside(root, change, made) for change in todo]
        for change, part in zip(todo, parts, strict=True):
            target = root / change.path
            if change.before is None:
                os.link(part, target)  # fails if it exists, unlike a rename
            elif target.read_text(encoding="utf-8") == change.before:
                part.replace(target.resolve())
            else:
                raise NewItemError(f"{change.path} was changed at the same time by something else: run again")  # noqa: TRY301
            done.append(change)
    except (OSError, UnicodeDecodeError, NewItemError) as trouble:
        _undo(root, done, made)
        if isinstance(trouble, NewItemError):
            raise
        where = getattr(trouble, "filename", None) or root
        raise NewItemError(f"nothing was written: {where}: {getattr(trouble, 'strerror', trouble)}") from None
    finally:
        for path in made:
            if path.is_file():
                path.unlink()


def _beside(root: Path, change: Change, made: list[Path]) -> Path:
    """Write a file's new text beside its place; notes what has been made, folders too."""
    target = (root / change.path).resolve()
    for folder in reversed(target.parents):
        if not folder.exists():
            folder.mkdir()
            made.append(folder)
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    made.append(part)
    with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
        file.write(change.text)
    part.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
    return part


def _undo(root: Path, done: Iterable[Change], made: Iterable[Path]) -> None:
    for change in done:
        target = root / change.path
        if change.before is None:
            target.unlink()
        else:
            target.write_text(change.before, encoding="utf-8", newline="")
    for path in reversed([*made]):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def _checklist(root: Path) -> Checklist:
    path = root / "checklist.md"
    if not path.is_file():
        ours = Path(__file__).parents[1] / "checklist.md"
        raise NewItemError(f"there is no checklist.md in {root}: run where yours is, or copy {ours} here to start one")
    return load_checklist(path)


def _new_item(root: Path, checklist: Checklist, asked: argparse.Namespace) -> NewItem:
    from promotion.evidence import SOURCES
    from promotion.settings.subjects import kinds

    if not _ID.fullmatch(asked.id):
        raise NewItemError(
            f"{asked.id!r} is not an id: expected lower-case words joined by hyphens, such as backup-taken"
        )
    numbers = {item.id: item.number for item in checklist}
    if asked.id in numbers:
        raise NewItemError(f"checklist.md has an item {asked.id!r} already, {numbers[asked.id]}: choose another id")
    markers = [section.marker for section in checklist.sections]
    if asked.section not in markers:
        raise NewItemError(f"checklist.md has no section {asked.section!r}{_nearest(asked.section, markers)}")
    if asked.per is not None and asked.per not in kinds():
        raise NewItemError(f"unknown kind of subject {asked.per!r}{_nearest(asked.per, kinds())}")
    if is_checkout(root) and asked.checks is not None:
        raise NewItemError("--checks is for a repository of your own: here look-ups are in fixtures/")
    words = asked.id.replace("-", "_")
    title = " ".join((asked.title or words.replace("_", " ").capitalize()).split())
    evidence = f"{words}_seen" if words in (*SOURCES, *kinds(), *_look_ups(root)) else words
    new = NewItem(asked.id, title, asked.section, asked.per, evidence)
    _require_free_names(root, new)
    return new


def _look_ups(root: Path) -> set[str]:
    """Give the names of the look-ups there are: this package's, and those that the files of the repository declare."""
    from promotion.engine.declared import declare
    from promotion.evidence import REGISTRY

    declare()
    places = [*root.glob("fixtures/*.py"), *root.glob("conftest.py"), *root.glob("*/conftest.py")]
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in places)
    return {
        *REGISTRY,
        *(name for text in texts for name in re.findall(r"^@evidence.*\n(?:.*\n)*?def (\w+)", text, re.MULTILINE)),
    }


def _require_free_names(root: Path, new: NewItem) -> None:
    """Raise NewItemError where a fault of the catalogue has one of the names that the new ones get."""
    from promotion.sandbox import faults

    own = root / PROMOTION_FAULTS
    places = [*Path(faults.__path__[0]).rglob("*.py"), *root.glob("promotion/sandbox/faults/**/*.py"), own]
    for path in places:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for name in fault_names(new):
            if f'"{name}"' in text or f"'{name}'" in text:
                raise NewItemError(f"{path} has a fault {name!r} already: give the item another id")


def _require_line(new: NewItem, line: Change) -> None:
    """Raise NewItemError unless the checklist with the new line reads as before, and the new item as it was asked for."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checklist.md"
        path.write_text(line.text, encoding="utf-8")
        try:
            item = load_checklist(path).item(new.id)
        except (ChecklistError, KeyError):
            item = None
    if item is None or (item.title, item.section, item.how, item.due) != (new.title, new.section, "M", None):
        raise NewItemError(f"the title {new.title!r} cannot be used in checklist.md: leave out ` and ·")


def _nearest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = get_close_matches(word, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f": it has {', '.join(names)}"
