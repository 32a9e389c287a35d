"""Other people's programs and libraries, and what a test says when they are not here."""

import importlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

FETCH = "run tests/tools/fetch_python_tools.py, and set PROMOTION_TOOLS to its folder"


@dataclass(frozen=True)
class Program:
    """A program that is run without a network of its own, in an empty home."""

    path: str
    home: Path

    def __call__(self, *arguments: str, environ: Mapping[str, str] | None = None) -> bytes:
        """Run it; its standard output is the answer."""
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], **(environ or {})}
        done = subprocess.run(
            [self.path, *arguments], check=False, capture_output=True, timeout=100, env=environment, cwd=self.home
        )
        assert done.returncode == 0, f"{self.path} {' '.join(arguments)}: {done.stderr.decode()}"
        return done.stdout


def program(name: str, home: Path) -> Program:
    """Find a program by PROMOTION_TOOLS or PATH; skip, or fail under PROMOTION_REQUIRE_TOOLS=1, when it is not here."""
    folder = os.environ.get("PROMOTION_TOOLS")
    found = shutil.which(name, path=str(Path(folder, "bin")) if folder else None)
    if found is None:
        absent(f"{name} is not here: {FETCH}")
    return Program(str(found), home)


def library(*names: str) -> Sequence[ModuleType]:
    """Import modules of the extra `sbom`; skip, or fail under PROMOTION_REQUIRE_TOOLS=1, when one is not here."""
    try:
        return [importlib.import_module(name) for name in names]
    except ModuleNotFoundError as missing:
        absent(f"{missing.name} is not installed: install the extra `sbom`")


def absent(message: str) -> None:
    """Say that something is not here."""
    if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
        pytest.fail(message)
    pytest.skip(message)
