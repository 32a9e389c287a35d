"""The dev section against the embedded world, whole: every call accounted for, and the record judged again without it."""

import json
import subprocess
import sys

from promotion.engine.lookups import ORPHANS
from tests.engine.project import QUIET, outside
from tests.runner import ROOT, judge


def test_a_real_record_is_judged_again_without_a_world(world_pool, tmp_path):
    """No call is an orphan, every look-up has its calls; when the world is gone, a replay gives the same bytes and code."""
    before = list(ORPHANS)
    with world_pool.world("lambda-alias-moved-back") as world:
        judged = judge(world, tmp_path, "-m", "dev")
    assert before == ORPHANS
    silent = {name for name, entry in judged.record["evidence"].items() if not entry["calls"]}
    # What is put together from other evidence, or asked of instances there are none of, or done by another program.
    derived = {"dev_traffic[ec2]", "dev_added_instances[ec2]"}
    assert {name for name in silent - derived if not name.startswith("dev_journey_run[")} == set()
    record = tmp_path / "record.json"
    again = ["--replay", str(record), "--report-dir", str(tmp_path / "again"), "--disable-socket"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "pyproject.toml", *QUIET, *again],
        cwd=ROOT,
        env=outside(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == judged.code == 1, done.stdout + done.stderr
    assert (tmp_path / "again" / "record.json").read_bytes() == record.read_bytes()
    assert json.loads(record.read_text())["verdict"] == "NO-GO"
