"""What it takes to get going, before anything is looked at: `python -m benchmarks.startup`.

The aim: no client (collect-only, replay) under 1.2 s, a live run about 1.5 s and the longest chain of look-ups, and nothing
to speak of where the plugin is merely installed. Each is the best of three, beside pytest alone on the same machine.
"""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.engine.project import DIGEST, QUIET, SETTINGS, Project

ROUNDS = 3


def seconds(folder: Path, *arguments: str) -> float:
    """Wall time of a pytest process, the best of some."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "pytest", *arguments]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - our own words
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> None:
    """Print the times."""
    with TemporaryDirectory() as scratch:
        project, bystander = Project(Path(scratch, "project")), Path(scratch, "bystander")
        bystander.mkdir()
        (bystander / "test_theirs.py").write_text("def test_one(): pass\n")
        (bystander / "promotion.toml").write_text(SETTINGS)
        ours = ("--pyargs", "tests_promotion")
        seconds(project.folder, *QUIET, f"--digest={DIGEST}")  # leaves a record to judge again
        runs = {
            "pytest alone": (bystander, (*QUIET, "-p", "no:promotion.plugin")),
            "with the plugin installed": (bystander, QUIET),
            "list the whole checklist": (bystander, (*QUIET, *ours, "--collect-only")),
            "judge two items, without AWS": (project.folder, (*QUIET, f"--digest={DIGEST}")),
            "judge them again (--replay)": (project.folder, (*QUIET, "--replay", "reports/record.json")),
            "judge them over two workers": (project.folder, (*QUIET, f"--digest={DIGEST}", "-n", "2")),
        }
        for what, (folder, arguments) in runs.items():
            sys.stdout.write(f"{what:<32}{seconds(folder, *arguments):5.2f} s\n")


if __name__ == "__main__":
    main()
