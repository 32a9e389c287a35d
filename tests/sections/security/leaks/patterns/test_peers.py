"""Other people's scanners on the same lines: what they find, this search finds too."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.sections.security.leaks.patterns.engines import ENGINES, rules_in
from tests.sections.security.leaks.patterns.samples import NESTINGS, nested, samples

WAYS = ["plain", "json", "json in json"]


def program(name: str) -> str:
    """Find a scanner by PROMOTION_TOOLS or PATH; skip, aloud, when it is not here: they are peers, not judges."""
    folder = os.environ.get("PROMOTION_TOOLS")
    found = shutil.which(name, path=str(Path(folder, "bin")) if folder else None)
    if found is None:
        message = (
            f"{name} is not here: install {name.replace('kingfisher', 'kingfisher-bin')}, and put its program on PATH"
        )
        pytest.skip(message)
    return found


def kingfisher(folder: Path) -> set[int]:
    options = [
        "--no-validate",
        "--confidence",
        "low",
        "--no-dedup",
        "--redact",
        "--format",
        "json",
        "--no-update-check",
    ]
    command = [program("kingfisher"), "scan", str(folder / "events.log"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    told, _ = json.JSONDecoder().raw_decode(done.stdout)
    return {one["finding"]["line"] - 1 for one in told["findings"]}


def detect_secrets(folder: Path) -> set[int]:
    command = [program("detect-secrets"), "scan", "--all-files", "--no-verify", "events.log"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100, cwd=folder)
    return {one["line_number"] - 1 for one in json.loads(done.stdout)["results"].get("events.log", [])}


@pytest.mark.parametrize("scanner", [kingfisher, detect_secrets], ids=lambda scanner: scanner.__name__)
def test_whatever_another_scanner_finds_is_found(scanner, tmp_path, record_property):
    """No line of a sample that another scanner reports is missed here; how much each finds is on record."""
    lines = []
    for number, sample in enumerate(samples(each=len(WAYS), seed=41)):
        nesting = WAYS[number % len(WAYS)]
        line = nested(sample)[nesting]
        if line.count(b"\n") == 1:
            lines.append((sample.kind, nesting, line))
    (tmp_path / "events.log").write_bytes(b"".join(line for _, _, line in lines))
    theirs = scanner(tmp_path)
    ours = {number for number, (_, _, line) in enumerate(lines) if rules_in(line, ENGINES[-1])}
    assert theirs, "it found nothing at all: it was not run as it should be"
    table = Counter((nesting, number in theirs, number in ours) for number, (_, nesting, _) in enumerate(lines))
    for (nesting, found, also), count in sorted(table.items()):
        record_property(
            f"{nesting}: {'found' if found else 'missed'} there, {'found' if also else 'missed'} here", count
        )
    assert set(WAYS) <= set(NESTINGS)
    assert not [lines[number][:2] for number in theirs - ours]
