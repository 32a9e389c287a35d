"""Run the gate in this process against a world, and read its record."""

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from promotion.clients.aws import pacing
from promotion.sandbox.client import Running

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ("pytest_timeout", "xdist.plugin", "pytest_metadata.plugin", "pytest_html.plugin", "promotion.plugin")
"""What pytest finds by itself where nothing else is installed."""
OF_PAGE = ("pytest_metadata.plugin", "pytest_html.plugin")
"""Those of them that write the page."""


@dataclass(frozen=True)
class Judged:
    """What a run of the gate left behind."""

    code: int
    printed: str
    record: Mapping[str, Any]
    folder: Path

    def item(self, item_id: str) -> dict[str, Any]:
        """One item of the record."""
        return next(item for item in self.record["items"] if item["id"] == item_id)

    def bad(self) -> set[str]:
        """Everything that was run and is not good, as `item[subject]`."""
        return {
            f"{item['id']}[{subject['name']}]"
            for item in self.record["items"]
            for subject in item["subjects"]
            if subject["status"] not in ("passed", "attested", "waived", "not-applicable")
            and subject["reason"] != "not-run"
        }


def judge(world: Running, folder: Path, *arguments: str, at: Path = ROOT, page: bool = True) -> Judged:
    """Run the checklist against a world, in this process and the folder `at`: what is slow is imported already.

    Without `page` nobody wants the HTML page, which takes a quarter of the time.
    """
    out = io.StringIO()
    # pytest looks for unraisable errors by collecting garbage twice a run, which takes a third of its time.
    without = ("cacheprovider", "faulthandler", "unraisableexception", "threadexception")
    wanted = [plugin for plugin in PLUGINS if page or plugin not in OF_PAGE]
    options = [*(f"-pno:{plugin}" for plugin in without), *(f"-p{plugin}" for plugin in wanted)]
    options += ["--report-dir", str(folder)]
    with environment(world, at), _unhindered(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = pytest.main(
            [
                "-c",
                str(ROOT / "pyproject.toml"),
                "--config",
                str(world.config),
                "--digest",
                world.digest,
                *options,
                *arguments,
            ]
        )
    assert (folder / "record.json").exists(), out.getvalue()
    record = json.loads((folder / "record.json").read_text())
    return Judged(int(code), out.getvalue(), record, folder)


@contextlib.contextmanager
def _unhindered() -> Iterator[None]:
    """Spare what proves nothing here: a search of all that is installed for plugins, and AWS's quota for reading logs."""
    with (
        mock.patch("importlib.metadata.distributions", return_value=()),
        mock.patch.object(pacing, "FILTER_SECONDS", 0.01),
        mock.patch.dict(pacing._paces, clear=True),
    ):
        yield


@contextlib.contextmanager
def environment(world: Running, at: Path) -> Iterator[None]:
    """The variables that the world wants set, and the current folder."""
    with (
        mock.patch.dict(os.environ, {**world.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        contextlib.chdir(at),
    ):
        yield
