"""The library's modules are not rewritten by pytest; tests are. Both hold in a whole run of the gate."""

import json
import sys

import promotion
from promotion.engine.plain_imports import _PlainFinder, import_plainly

LOADERS = """
import json, sys
from pathlib import Path

def pytest_sessionfinish():
    kinds = {
        name: type(module.__spec__.loader).__name__
        for name, module in sys.modules.items()
        if name.startswith("promotion.") and module.__spec__ is not None
    }
    Path("loaders.json").write_text(json.dumps(kinds))
"""
# They are imported before there is anybody to ask: as the plugin, and what that imports at its head.
EARLY = {
    "promotion.plugin",
    "promotion.engine",
    "promotion.engine.options",
    "promotion.engine.plain_imports",
    "promotion.checklist",
    "promotion.unknown",
}


def test_no_module_of_the_library_is_rewritten(project):
    """Whichever is imported, on whichever thread: by Python's own loader."""
    (project.folder / "conftest.py").write_text(LOADERS)
    assert project.run_apart().code in (0, 1)
    loaders = json.loads((project.folder / "loaders.json").read_text())
    assert len(loaders) > 20
    assert {name: loader for name, loader in loaders.items() if loader != "SourceFileLoader"}.keys() <= EARLY


def test_what_tests_assert_is_still_told(project):
    """A failed comparison is taken apart, as pytest does it."""
    project.judging("assert numbers['size'] == 5")
    assert "400 == 5" in project.run().message("image-size")


def test_only_this_package_is_found(monkeypatch):
    """Any other module is left to the finders after it; being asked twice makes no second finder."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    import_plainly()
    import_plainly()
    assert sum(isinstance(finder, _PlainFinder) for finder in sys.meta_path) == 1
    assert _PlainFinder().find_spec("promotion.checklist", promotion.__path__) is not None
    for name in ("json", "promotional", "promotion"):
        assert _PlainFinder().find_spec(name, None) is None
