"""The promotion gate: a team's checklist, looked up in the real world, judged item by item, and recorded."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

# In a checkout the folder `fixtures/` is this package's `promotion.fixtures`. The package metadata says so for an
# installed project; this line says so when the checkout itself comes first on the path.
_house = Path(__file__).resolve().parent.parent
if (_house / "fixtures" / "__init__.py").is_file() and (_house / "checklist.md").is_file():
    __path__.append(str(_house))


class _FormerNames:
    """Asked for modules that nobody else finds. A project that only has the plugin installed loads nothing for it."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        del path, target
        if not fullname.startswith("promotion."):
            return None
        from promotion.core.former_names import find_spec

        return find_spec(fullname)


sys.meta_path.append(_FormerNames())
