"""The sample records, one for each kind of run, and a file that pytest-html wrote."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from . import sample

HOUSE = Path(__file__).parents[2]
CONFTEST = """
import json, pathlib, pytest
from promotion.report import fragment

def pytest_html_results_summary(prefix):
    prefix.append(fragment(json.loads(pathlib.Path("record.json").read_text())))

@pytest.hookimpl(trylast=True)
def pytest_html_results_table_row(cells):
    del cells[:]
"""


@pytest.fixture
def good() -> dict[str, Any]:
    """GO."""
    return sample.good()


@pytest.fixture
def troubled() -> dict[str, Any]:
    """NO-GO, with every kind of answer."""
    return sample.troubled()


@pytest.fixture
def waiting() -> dict[str, Any]:
    """HOLD: people are awaited."""
    return sample.waiting()


@pytest.fixture
def broken_off() -> dict[str, Any]:
    """HOLD: incomplete."""
    return sample.broken_off()


@pytest.fixture
def during() -> dict[str, Any]:
    """NO-GO during the rollout, rehearsed: with charts, receipts and an earlier record."""
    return sample.during()


@pytest.fixture
def afterwards() -> dict[str, Any]:
    """HOLD after deployment: time is awaited."""
    return sample.afterwards()


@pytest.fixture
def whole_checklist() -> dict[str, Any]:
    """NO-GO, with the sections of later phases."""
    return sample.whole_checklist()


@pytest.fixture
def carried(troubled, tmp_path) -> str:
    """Have pytest-html write the page of one test with a record's fragment."""
    folder = tmp_path / "carrier"
    folder.mkdir()
    (folder / "record.json").write_text(json.dumps(troubled))
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_one.py").write_text("def test_one(): pass")
    (folder / "pytest.ini").write_text("[pytest]\n")
    options = ["-p", "no:promotion.plugin", "-p", "no:cacheprovider", "--html=page.html", "--self-contained-html"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_one.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        check=True,
        capture_output=True,
    )
    return (folder / "page.html").read_text(encoding="utf-8")
