"""A whole run on the embedded world, judged again from its record: every byte is the same."""

import contextlib
import io
import json

import pytest

from promotion.core.canonical_json import SCHEMA
from tests.runner import ROOT, judge

SCENES = {"pre_promotion": "pre_promotion", "postdeploy": "rolled-out", "after_rollback": "rolled-back"}


@pytest.mark.parametrize("phase", SCENES)
def test_a_replay_of_a_phase_gives_the_same_bytes(world_pool, tmp_path, phase):
    """Figures, names and the order of everything, though a record sorts the settings that the run had in another order."""
    with world_pool.world(scene=SCENES[phase]) as world:
        judge(world, tmp_path / "live", "-m", phase)
    record = tmp_path / "live/record.json"
    options = ["-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()) as out:
        pytest.main([*options, "--replay", str(record), "--report-dir", str(tmp_path / "again")])
    again = tmp_path / "again/record.json"
    assert again.exists(), out.getvalue()
    assert json.loads(again.read_text()) == json.loads(record.read_text())
    assert again.read_bytes() == record.read_bytes()
    assert json.loads(record.read_text())["schema"] == SCHEMA
