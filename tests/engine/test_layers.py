"""What the contract of imports in pyproject.toml cannot say: it reads the source, and `fixtures` under its folder's name."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BESIDE = {"__init__.py", "py.typed", "__pycache__"}


def imports(path):
    """Every module that a file imports, with whether it is imported as soon as the file is."""
    tree = ast.parse(path.read_text())
    early = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, id(node) in early) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{one.name}", id(node) in early) for one in node.names)


def test_only_the_engine_declares_the_evidence():
    """The library does not import its own fixtures."""
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "promotion").rglob("*.py")
        if any(name.startswith("promotion.fixtures") for name, _ in imports(path))
    }
    assert found == {"promotion/engine/declared.py"}


def test_fixtures_hold_evidence():
    """Every module there declares some, and no look-up is built on another module's helpers."""
    for path in (ROOT / "fixtures").glob("*.py"):
        if path.name != "__init__.py":
            assert "@evidence" in path.read_text(), f"{path.name} declares no evidence: it belongs to the library"
            assert not [name for name, _ in imports(path) if name.startswith("promotion.fixtures")], path.name


def test_the_sandbox_is_imported_when_it_is_asked_for():
    """moto and the embedded world are not there for whoever looks at a real account."""
    for path in (ROOT / "promotion").rglob("*.py"):
        room = path.relative_to(ROOT / "promotion").parts[0]
        if room != "sandbox" and path.name != "sandbox.py":
            early = [name for name, at_once in imports(path) if at_once and name.startswith("promotion.sandbox")]
            assert not early, f"{path.relative_to(ROOT)} imports {early} at once: import it where it is used"
    code = (
        "import promotion.plugin, promotion.cli, promotion.engine.start, sys; print('promotion.sandbox' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "False"


def test_the_house_is_seen_at_a_glance():
    """Twenty names: rooms, and what pytest, the command line and teams' own code import."""
    assert len({path.name for path in (ROOT / "promotion").iterdir()} - BESIDE) <= 20
