"""Where this plugin is merely installed, and where somebody merely looks around: nothing is judged, loaded or written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.project import QUIET, outside

ROOT = Path(__file__).parents[2]
HEAVY = ("boto3", "botocore", "requests", "moto", "flask", "cryptography.x509", "jinja2.sandbox", "sigstore")
SPY = """
import os, sys

def pytest_unconfigure(config):
    with open(os.environ["SPY"], "w") as seen:
        seen.write("\\n".join(sys.modules))
"""


@pytest.fixture
def spied(tmp_path, monkeypatch):
    """Run pytest in a folder: `spied(folder, *arguments)` gives what it did, and which modules it had loaded."""
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "spying.py").write_text(SPY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "spy"))
    monkeypatch.setenv("SPY", str(tmp_path / "modules"))

    def run(folder, *arguments):
        command = [sys.executable, "-m", "pytest", "-p", "spying", *QUIET, *arguments]
        done = subprocess.run(
            command, cwd=folder, env=outside(), capture_output=True, text=True, timeout=60, check=False
        )
        return done, set((tmp_path / "modules").read_text().splitlines())

    return run


@pytest.fixture
def somebody(tmp_path):
    """A project that has nothing to do with us, and things that are called as ours are."""
    folder = tmp_path / "somebody"
    folder.mkdir()
    (folder / "checklist.md").write_text("# Groceries\n\n## 1. Today\n\n- [ ] milk\n- [x] bread\n")
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-markers\nmarkers =\n    dev: ours\n    plan: ours\n"
    )
    (folder / "conftest.py").write_text("import pytest\n\n@pytest.fixture\ndef settings(): return 'theirs'\n")
    (folder / "test_theirs.py").write_text(
        "import pytest\n\n@pytest.mark.dev\ndef test_one(settings): assert settings == 'theirs'\n\ndef test_two(): pass\n"
    )
    return folder


def test_somebody_s_project_runs_as_ever(spied, somebody):
    """Own markers, fixtures and checklist.md of the same names: the tests run, nothing is loaded, nothing is written."""
    before = set(somebody.iterdir())
    done, modules = spied(somebody, "-m", "dev", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 deselected" in done.stdout
    assert {path for path in somebody.iterdir() if path.name != "__pycache__"} == before
    ours = {name for name in modules if name.split(".")[0] == "promotion"}
    assert ours == {
        "promotion",
        "promotion.plugin",
        "promotion.engine",
        "promotion.engine.options",
        "promotion.engine.plain_imports",
        "promotion.checklist",
        "promotion.unknown",
    }
    assert not modules & {*HEAVY, "pydantic"}


def test_somebody_s_fixtures_and_markers_are_listed_without_ours(spied, somebody):
    """--fixtures and --markers of another project show but one marker of ours."""
    done, _ = spied(somebody, "--markers")
    assert done.returncode == 0
    assert "@pytest.mark.item(id, per)" in done.stdout
    assert "a section or phase of checklist.md" not in done.stdout
    done, _ = spied(somebody, "--fixtures")
    assert done.returncode == 0
    assert "dev_aws" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("--collect-only", "-q"), "tests_promotion/test_2_dev.py::test_health_checks[none-declared]"),
        (("--fixtures",), "What the health endpoint of a dev target answers now."),
        (("--markers",), "@pytest.mark.dev: a section or phase of checklist.md"),
        (("--help",), "--digest=sha256:…"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_looking_around_in_the_checkout_needs_nothing(spied, arguments, shown):
    """Tests, evidence, markers and options are listed without a digest, without settings, and without any client."""
    done, modules = spied(ROOT, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert shown in done.stdout
    assert not modules & set(HEAVY), modules & set(HEAVY)


def test_settings_that_are_there_are_used_for_listing(project):
    """With promotion.toml, --collect-only and --setup-plan show the subjects; nothing is looked up or written."""
    project.tests("""
        from promotion.evidence import evidence
        from promotion.items import item

        @evidence
        def never() -> int: raise SystemExit("looked")

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target, never): pass
    """)
    for arguments in (("--collect-only", "-q"), ("--setup-plan",)):
        ran = project.run(*arguments)
        assert ran.code == 0, ran.out
        assert "test_health_checks[ec2]" in ran.out
        assert ran.left == set()


@pytest.mark.parametrize("arguments", [(), ("test_checklist.py",), ("-k", "image")], ids=str)
def test_a_test_of_the_checklist_never_passes_unrecorded(project, arguments):
    """Run as an ordinary test, without a digest, it says how to run it, and does not pass."""
    project.tests("from promotion.items import item\n\n@item('image-size')\ndef test_image_size(): pass\n")
    ran = project.run(*arguments, digest=None)
    assert ran.code == 1
    assert "1 error" in ran.out
    assert "this test judges an item of the checklist: run it with --digest=sha256:…, --sandbox or --replay" in ran.out
    assert ran.left == set()


def test_evidence_outside_a_run_is_unknown(project):
    """A test of one's own that asks for evidence in an ordinary run is told where evidence comes from."""
    project.tests("""
        from promotion.evidence import evidence

        @evidence
        def numbers() -> int: return 1

        def test_own(numbers): assert numbers == 1
    """)
    ran = project.run(digest=None)
    assert ran.code == 1
    assert "evidence numbers is available only in a run of the checklist" in ran.out


def test_the_environment_is_left_as_it_was(project):
    """A run in one's own process leaves no variable and no handler behind."""
    before = dict(os.environ)
    project.run()
    changed = {name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name)}
    assert changed <= {"PYTEST_CURRENT_TEST"}
