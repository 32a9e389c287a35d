"""The library's modules are imported as Python imports them: pytest rewrites the asserts of tests, not of this package.

pytest rewrites every module of a distribution that has a plugin. Look-ups import modules on first use, several at a
time, and rewriting parses them with `ast.parse`, which on CPython 3.11 may fail with "SystemError: AST constructor
recursion depth mismatch" when another thread parses and a garbage collection falls in between
(https://github.com/python/cpython/issues/106905, fixed in 3.11.8 and 3.12.2). Nothing of this package asserts for a reader, so
nothing is lost. What a person asserts in a conftest.py or a test file is rewritten as ever.

https://docs.pytest.org/en/stable/how-to/writing_plugins.html#assertion-rewriting
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_PACKAGE = "promotion."


class _PlainFinder(MetaPathFinder):
    """Finds what is in this package as Python's own finder does, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of this package; none of any other."""
        return PathFinder.find_spec(fullname, path, target) if fullname.startswith(_PACKAGE) else None


def import_plainly() -> None:
    """From here on, import the modules of this package without rewriting them. Doing it again changes nothing."""
    if not any(isinstance(finder, _PlainFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _PlainFinder())
