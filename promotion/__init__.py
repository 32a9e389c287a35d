"""The promotion gate: a team's checklist, looked up in the real world, judged item by item, and recorded."""

import sys
from pathlib import Path

from promotion.core.former_names import FormerNames

# In a checkout the folder `fixtures/` is this package's `promotion.fixtures`. The package metadata says so for an
# installed project; this line says so when the checkout itself comes first on the path.
_house = Path(__file__).resolve().parent.parent
if (_house / "fixtures" / "__init__.py").is_file() and (_house / "checklist.md").is_file():
    __path__.append(str(_house))
sys.meta_path.append(FormerNames())
