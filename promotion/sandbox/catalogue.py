"""The catalogue of faults: every defect that can be seeded in the sandbox, and what it must make of the checklist.

A team adds its own in `promotion_faults.py` beside its checklist.md:

    from promotion.sandbox.catalogue import fault

    @fault("lambda-alias-on-old-version", item="lambda-deployed")
    def lambda_alias_on_old_version(world):
        '''Leave the alias `live` on the previous version.'''
        ...
"""

import difflib
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args

from promotion.sandbox import faults

OWN = "promotion_faults.py"
"""File in the current folder that holds a team's own faults."""

Kind = Literal["fault", "clean", "blind"]
"""`fault`: its item must fail. `clean`: nothing may change. `blind`: its item must be unknown."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ITEM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\[[^\]]+\])?")


class CatalogueError(ValueError):
    """A fault that is declared wrongly or that there is not. The message is one sentence."""


@dataclass(frozen=True)
class Fault:
    """One seeded defect."""

    name: str
    item: str
    """Id of the checklist item that it is about."""
    kind: Kind
    does: str
    """One sentence."""
    falls_with: tuple[str, ...]
    """What else is not good with it, as `item` or `item[subject]`."""
    apply: Callable[[Any], object] = field(repr=False, compare=False)
    """Changes a world; called once, before the world is served."""


_faults: dict[str, Fault] = {}
_own: set[Path] = set()


def fault(
    name: str, *, item: str, kind: Kind = "fault", falls_with: Iterable[str] = ()
) -> Callable[[Callable[[Any], object]], Callable[[Any], object]]:
    """Declare a function of the world as a fault. The first sentence of its docstring says what it does.

    Raises CatalogueError for a name that is taken or ill-formed, an unknown kind, or a missing docstring.
    """

    def declare(apply: Callable[[Any], object]) -> Callable[[Any], object]:
        falls = tuple(falls_with)
        if not _NAME.fullmatch(name):
            raise CatalogueError(f"a fault is called {name!r}; expected lower-case words joined by hyphens")
        if name in _faults:
            raise CatalogueError(f"two faults are called {name!r}")
        if kind not in get_args(Kind):
            raise CatalogueError(f"fault {name!r} is of kind {kind!r}; expected {', '.join(get_args(Kind))}")
        for other in (item, *falls):
            if not _ITEM.fullmatch(other):
                raise CatalogueError(f"fault {name!r} names {other!r}; expected an item's id, or id[subject]")
        does = _first_sentence(apply.__doc__ or "")
        if not does:
            raise CatalogueError(f"fault {name!r} does not say what it does: its function needs a docstring")
        _faults[name] = Fault(name, item, kind, does, falls, apply)
        return apply

    return declare


def write_me(world: object, name: str) -> NoReturn:
    """Stand in for what a new fault does to a world: raises CatalogueError, which says that it is to be written."""
    raise CatalogueError(f"write me: the fault {name!r} does not change the {type(world).__name__.lower()} yet")


def load(folder: Path | None = None) -> dict[str, Fault]:
    """Read every module of `promotion.sandbox.faults`, and the team's own file in `folder` if there is one.

    Gives the faults by name, in the order in which they were declared.
    """
    for module in pkgutil.walk_packages(faults.__path__, f"{faults.__name__}."):
        importlib.import_module(module.name)
    own = ((folder or Path.cwd()) / OWN).resolve()
    if own.is_file() and own not in _own:
        _own.add(own)
        spec = importlib.util.spec_from_file_location(own.stem, own)
        assert spec and spec.loader  # noqa: PT018 - a .py file has both
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return dict(_faults)


def find(names: Iterable[str], folder: Path | None = None) -> tuple[Fault, ...]:
    """Give the faults of these names.

    Raises CatalogueError, naming the nearest, for a name that there is not.
    """
    known = load(folder)
    found = []
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"the nearest is {near[0]!r}" if near else "none is like it"
            raise CatalogueError(f"no fault is called {name!r}; {hint}; `promotion faults` lists all {len(known)}")
        found.append(known[name])
    return tuple(found)


def _first_sentence(text: str) -> str:
    words = " ".join(text.split())
    return re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0]
