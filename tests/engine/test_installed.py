"""The wheel that a team installs: the checklist, its tests and its evidence come along, wherever pytest is started."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.project import DIGEST, QUIET, SETTINGS, outside

ROOT = Path(__file__).parents[2]
SPY = """
import promotion, promotion.fixtures

def pytest_report_header():
    return [promotion.__file__, promotion.fixtures.__file__]
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path_factory) -> Path:
    """A folder that the wheel is installed in. It is built from copies, which leaves the checkout as it is."""
    sources, site = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("site")
    for name in ("promotion", "fixtures", "tests_promotion"):
        shutil.copytree(ROOT / name, sources / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("pyproject.toml", "setup.py", "README.md", "checklist.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, sources / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(sources / "dist"), str(sources)], check=True, timeout=110)
    (wheel,) = (sources / "dist").glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True, timeout=60)
    (site / "spying.py").write_text(SPY)
    return site


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, with the wheel before anything else that is installed."""
    command = [sys.executable, "-m", "pytest", "-p", "spying", *QUIET, *arguments]
    environment = {**outside(), "PYTHONPATH": str(site)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_wheel_is_all_that_a_team_needs(site, tmp_path):
    """A team's own repository needs no file of ours: tests, evidence and checklist come from the wheel, and no more."""
    packages = {path.name for path in site.iterdir() if path.is_dir() and not path.name.endswith((".dist-info", "__"))}
    assert packages - {"bin"} == {"promotion", "tests_promotion"}

    done = run(site, tmp_path, "--pyargs", "tests_promotion", "-m", "dev", "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{site}/promotion/__init__.py" in done.stdout
    assert f"{site}/promotion/fixtures/__init__.py" in done.stdout
    assert "test_health_checks[none-declared]" in done.stdout

    (tmp_path / "promotion.toml").write_text(SETTINGS)
    done = run(site, tmp_path, "--pyargs", "tests_promotion", "-m", "rollout", f"--digest={DIGEST}")
    assert done.returncode in (5, 10), done.stdout + done.stderr
    assert "7. During deployment  -m rollout" in done.stdout
    assert done.stdout.count(": unknown") == 11
    assert (tmp_path / "reports" / "rollout" / "record.json").exists()

    # The checkout's own files are what runs there, all of them, though the wheel is installed.
    done = run(site, ROOT, "-m", "dev", "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{ROOT}/promotion/__init__.py" in done.stdout
    assert f"{ROOT}/fixtures/__init__.py" in done.stdout
