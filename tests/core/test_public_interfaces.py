"""Of other people's packages only what they call public is used: what is private changes without a word."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner import ROOT

OURS = ("promotion", "tests", "tests_promotion")
FILES = sorted(
    path
    for folder in ("promotion", "fixtures", "tests_promotion")
    for path in (ROOT / folder).rglob("*.py")
    if "sandbox" not in path.relative_to(ROOT).parts[:2]  # amends moto's inside, which a guard test watches
)


def private(name: str) -> bool:
    """Whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__")


def foreign(module: str) -> bool:
    """Whether a module is of somebody else's package, or of Python itself."""
    return module.partition(".")[0] not in OURS


def uses(source: str) -> Iterator[str]:
    """Give every private module or name of another package that is imported, and every private attribute of one."""
    tree = ast.parse(source)
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if foreign(one.name):
                    names.add(one.asname or one.name.partition(".")[0])
                    yield from (one.name for part in one.name.split(".") if private(part))
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module and foreign(node.module):
            for one in node.names:
                names.add(one.asname or one.name)
                yield from (f"{node.module}.{part}" for part in (*node.module.split("."), one.name) if private(part))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            value = node.value
            while isinstance(value, ast.Attribute | ast.Call):
                value = value.func if isinstance(value, ast.Call) else value.value
            # A class of ours that stands on a foreign one has private names of its own, behind `self`.
            if isinstance(value, ast.Name) and value.id in names:
                yield ast.unparse(node)


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_nothing_private_of_another_package_is_used(path: Path):
    """In the library, the look-ups and the checklist."""
    assert list(uses(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "from sigstore._internal.rekor import RekorClientError",
        "def sign():\n    from sigstore._internal import rekor",
        "import _pytest.config",
        "from botocore.session import _thing",
        "import botocore.session\nbotocore.session.Session()._credentials",
        "import pytest as p\np.Config._parser",
        "if True:\n    from pytest import Config\nConfig.cast(1)._inicache",
    ],
)
def test_what_is_private_is_found(source):
    """Wherever it is imported, whatever it is called here, and behind calls and attributes."""
    assert list(uses(source))


def test_what_is_ours_is_ours():
    """Private names of this project, and Python's own dunders, are no concern of this."""
    assert not list(
        uses("from promotion.core import _x\nimport sys\nsys.__stdout__\nself._y = 1\nfrom __future__ import a")
    )
    assert len(FILES) > 200
    assert "sigstore" not in sys.stdlib_module_names
