"""Make the sample report of docs/: the embedded world is judged, healthy first, then with what a bad day brings.

    python -m tests.report.sample_page --picture    # docs/sample/record.json and checklist.html, and docs/report.png
    python -m tests.report.sample_page --redraw     # checklist.html anew from the record that is there

The healthy run stands in twice: as the earlier run of this promotion, and, under another digest and a fortnight older, as
the promotion before, whose figures are shown beside today's. The second run has one item that failed, one that could not
be judged, and one that a waiver lets through. Times, ports and what was measured differ each time; what stands on the page
does not. Exit code 1 if the runs did not find just that, as on a machine that is too busy to answer in time.
"""

# ruff: noqa: T201 - a program for the command line

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from promotion.core.canonical_json import record_text
from promotion.record import history as chain
from promotion.report import page

ROOT = Path(__file__).parents[2]
BAD_DAY = {"lambda-duration": "failed", "least-privilege": "unknown", "dashboard-healthy": "waived"}
FAULTS = "lambda-slow-in-a-busy-minute,role-denied,dashboard-threshold-crossed"
OLDER = timedelta(days=14)
TRIES = 6
"""A machine that is too busy to answer within two seconds, as the checklist asks, may find time for it later."""
WIDTH, HEIGHT = 1400, 2100


class NotAsExpected(Exception):  # noqa: N818 - said to a person, then exit 1
    """A run found something else."""


def judged(folder: Path, faults: str, *options: str, found: dict[str, str]) -> dict[str, Any]:
    """Judge the embedded world; NotAsExpected if other items than these are not passed or attested, each time."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "pre_promotion", f"--sandbox={faults}"]
    other: dict[str, str] = {}
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as place:
            reports = Path(place)
            shutil.copytree(folder, reports / chain.FOLDER)
            subprocess.run(
                [*command, "--report-dir", place, *options], cwd=ROOT, check=False, stdout=subprocess.DEVNULL
            )
            record: dict[str, Any] = json.loads((reports / "record.json").read_text(encoding="utf-8"))
        other = {i["id"]: i["status"] for i in record["items"] if i["status"] not in {"passed", "attested"}}
        if other == found:
            return record
        print(f"again, since this was {other}", file=sys.stderr)
    raise NotAsExpected(f"with {faults or 'no fault'} the gate found {other}, expected {found}")


def kept(record: dict[str, Any], folder: Path) -> None:
    """Leave a record where the next run finds it."""
    text = record_text(record)
    name = chain.name(record, hashlib.sha256(text.encode()).hexdigest())
    (folder / name).write_text(text, encoding="utf-8")


def as_the_promotion_before(record: dict[str, Any]) -> dict[str, Any]:
    """Give a record as one of another image, a fortnight older."""
    digest = "sha256:" + hashlib.sha256(b"the image before").hexdigest()
    finished = datetime.fromisoformat(record["finished"]) - OLDER
    stamp = f"{finished:%Y-%m-%dT%H:%M:%S}.000Z"
    return {**record, "digest": digest, "finished": stamp, "chain": [], "previous": None}


def waiver(record: dict[str, Any], today: date) -> str:
    """Write the waiver for what fails and is agreed to, as a setting."""
    fields = {
        "item": "dashboard-healthy",
        "digest": record["digest"],
        "reason": "the line of the processor's widget moves with the larger instances of the next release",
        "owner": "developer",
        "approver": "release-approver",
    }
    words = ", ".join(f"{name} = {json.dumps(value)}" for name, value in fields.items())
    return f"waivers=[{{{words}, granted = {today - timedelta(days=3)}, expires = {today + timedelta(days=11)}}}]"


def without_places(record: dict[str, Any]) -> dict[str, Any]:
    """Take the paths of this machine out of a record."""
    text = re.sub(r"/[^\"\s\\]*?/promotion-sandbox-[\w-]+", "/run/promotion-sandbox", record_text(record))
    text = text.replace(sys.executable, "/usr/bin/python3").replace(sys.prefix, "/usr").replace(str(ROOT), "/shop")
    cleaned: dict[str, Any] = json.loads(text)
    return cleaned


def bad_day() -> dict[str, Any]:
    """Judge the world twice, and give the record of the second run."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        healthy = judged(folder, "", found={})
        kept(healthy, folder)
        kept(as_the_promotion_before(healthy), folder)
        setting = waiver(healthy, datetime.now(UTC).date())
        return judged(folder, FAULTS, "--set", setting, found=BAD_DAY)


def picture(html: Path, png: Path) -> None:
    """Take a picture of the first screens with Chromium; NotAsExpected if it is not there."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise NotAsExpected("Chromium is not installed (Debian: chromium), so there is no picture")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}"]
    with tempfile.TemporaryDirectory() as profile:
        command = [program, *quiet, f"--user-data-dir={profile}", f"--screenshot={png}", html.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True)


def main() -> int:
    """Make what the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "sample", metavar="DIRECTORY")
    parser.add_argument("--redraw", action="store_true", help="judge nothing anew")
    parser.add_argument("--picture", action="store_true", help="take docs/report.png anew, too")
    asked = parser.parse_args()
    try:
        if not asked.redraw:
            asked.to.mkdir(parents=True, exist_ok=True)
            (asked.to / "record.json").write_text(record_text(without_places(bad_day())), encoding="utf-8")
        record = json.loads((asked.to / "record.json").read_text(encoding="utf-8"))
        written = asked.to / "checklist.html"
        written.write_text(page(record), encoding="utf-8")
        if asked.picture:
            picture(written, ROOT / "docs" / "report.png")
    except NotAsExpected as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
