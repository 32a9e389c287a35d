"""A team's repository in a temporary folder: a small checklist, settings, tests with evidence of their own."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What a run in this process imports must be there before it: pytester forgets modules that came with a run.
import promotion.fixtures
import pytest

import promotion.engine.start  # noqa: F401

DIGEST = "sha256:" + "a" * 64
SETTINGS = """
service = "shop"
image.repository = "registry.example/shop"
github.repository = "example/shop"

[dev]
account = "111122223333"
region = "eu-west-1"

[dev.targets.lambda]
kind = "lambda"
url = "https://lambda.dev.example"
function = "shop-api"
codedeploy = { application = "shop-lambda", group = "shop-lambda-dev" }

[dev.targets.ec2]
kind = "ec2"
url = "https://ec2.dev.example"
load_balancer = "shop-dev"
target_groups = ["shop-dev-green"]
codedeploy = { application = "shop-ec2", group = "shop-ec2-dev" }

[prod]
account = "444455556666"
region = "eu-west-1"

[prod.targets.lambda]
kind = "lambda"
url = "https://lambda.prod.example"
function = "shop-api"
codedeploy = { application = "shop-lambda", group = "shop-lambda-prod" }
"""
CHECKLIST = """
## 1. Artifact · `artifact` in `pre_promotion`

- [ ] The image is small · `image-size`

## 2. Dev · `dev` in `pre_promotion`

- [ ] Every target is healthy · `health-checks`
"""
TESTS = """
    from promotion.evidence import evidence
    from promotion.items import item


    @evidence
    def numbers(settings) -> dict[str, int]:
        '''Numbers of the image.'''
        return {"size": 400}


    @evidence(per="dev_target")
    def health(dev_target: str, numbers: dict[str, int]) -> int:
        '''What a target answers.'''
        return 200


    @item("image-size")
    def test_image_size(numbers, measured):
        measured(f"{numbers['size']} of 500 MB")
        assert numbers["size"] <= 500, f"the image has {numbers['size']} MB, expected 500 at most"


    @item("health-checks", per="dev_target")
    def test_health_checks(dev_target, health):
        assert health[dev_target] == 200, f"{dev_target} answers {health[dev_target]}, expected 200"
"""
# Plugins that other people's projects brought into this environment, and that cost a second a run.
QUIET = ("-p", "no:hypothesispytest", "-p", "no:time-machine", "-p", "no:cacheprovider")


def outside() -> dict[str, str]:
    """The environment without what tells a process that it runs inside of a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str
    reports: Path
    files: Mapping[str, str]
    """Name to text of the outputs, as this run left them."""

    @classmethod
    def of(cls, code: int, out: str, err: str, folder: Path) -> "Ran":
        """Read what there is now."""
        reports = folder / "reports"
        files = (
            {path.name: path.read_text() for path in reports.iterdir() if path.is_file()} if reports.is_dir() else {}
        )
        return cls(code, out, err, reports, files)

    @property
    def record(self) -> Mapping[str, Any]:
        """record.json."""
        return json.loads(self.files["record.json"])

    @property
    def left(self) -> set[str]:
        """The names of the outputs."""
        return set(self.files)

    def item(self, item_id: str) -> dict[str, Any]:
        """One item of the record."""
        return next(item for item in self.record["items"] if item["id"] == item_id)

    def subjects(self, item_id: str) -> dict[str, str]:
        """Status, or reason where there is one, of each subject of an item."""
        return {one["name"]: one["reason"] or one["status"] for one in self.item(item_id)["subjects"]}

    def message(self, item_id: str) -> str:
        """What is said of an item's first subject."""
        return self.item(item_id)["subjects"][0]["message"]

    def written(self) -> str:
        """Everything this run wrote anywhere, as one text."""
        return "\n".join([self.out, self.err, *self.files.values()])


class Project:
    """A repository that a run of the gate can be made in."""

    def __init__(self, folder: Path, pytester: pytest.Pytester | None = None) -> None:
        """With `pytester`, runs can also be made in this process."""
        self._pytester = pytester
        self.by_phase = False
        """Whether runs report into `reports/<phase>/`, as they do when they are told nothing else."""
        self.folder = folder
        self.write("promotion.toml", SETTINGS)
        self.write("checklist.md", CHECKLIST)
        self.tests(TESTS)

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def tests(self, source: str, name: str = "test_checklist.py") -> Path:
        """Write a test file from indented source."""
        return self.write(name, textwrap.dedent(source))

    def judging(self, body: str, *, imports: str = "") -> None:
        """One item alone on the checklist, `image-size`, judged by this body, which may use `numbers`."""
        self.write("checklist.md", CHECKLIST.split("## 2.", maxsplit=1)[0])
        declared = TESTS.split('@item("image-size")', maxsplit=1)[0]
        indented = "\n".join(f"        {line}" for line in body.strip("\n").splitlines())
        imported = "\n".join(f"    {line}" for line in imports.splitlines())
        self.tests(
            f'{imported}\n{declared}@item("image-size")\n    def test_image_size(numbers, request):\n{indented}\n'
        )

    def looking(self, source: str) -> None:
        """One item alone on the checklist, judged by evidence `seen` that this source declares."""
        self.write("checklist.md", CHECKLIST.split("## 2.", maxsplit=1)[0])
        body = "\n".join(f"    {line}" for line in source.strip("\n").splitlines())
        self.tests(
            "    from promotion.evidence import evidence\n    from promotion.items import item\n"
            f'{body}\n    @item("image-size")\n    def test_image_size(seen):\n        assert seen\n'
        )

    def run(self, *arguments: str, digest: str | None = DIGEST) -> Ran:
        """Run the gate in this process."""
        assert self._pytester is not None
        result = self._pytester.runpytest_inprocess(*self._words(arguments, digest))
        return Ran.of(int(result.ret), str(result.stdout), str(result.stderr), self.folder)

    def run_apart(self, *arguments: str, digest: str | None = DIGEST) -> Ran:
        """Run the gate in a process of its own, as a pipeline does."""
        command = self.command(*arguments, digest=digest)
        result = subprocess.run(
            command, cwd=self.folder, env=outside(), capture_output=True, text=True, timeout=90, check=False
        )
        return Ran.of(result.returncode, result.stdout, result.stderr, self.folder)

    def start(self, *arguments: str, digest: str | None = DIGEST) -> subprocess.Popen[str]:
        """Start the gate in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments, digest=digest),
            cwd=self.folder,
            env=outside(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end(self, process: subprocess.Popen[str], sign: signal.Signals, *, group: bool = True) -> Ran:
        """Send a signal, as Ctrl-C does to the whole group, and see what is left."""
        (os.killpg if group else os.kill)(process.pid, sign)
        out, err = process.communicate(timeout=60)
        return Ran.of(process.returncode, out, err, self.folder)

    def command(self, *arguments: str, digest: str | None = DIGEST) -> list[str]:
        """The command line of a run."""
        return [sys.executable, "-m", "pytest", *self._words(arguments, digest)]

    def _words(self, arguments: tuple[str, ...], digest: str | None) -> list[str]:
        into = [] if self.by_phase else ["--report-dir", "reports"]
        return [*QUIET, *into, *([] if digest is None else [f"--digest={digest}"]), *arguments]
