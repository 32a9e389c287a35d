"""`promotion baseline` measures a steady window of prod and keeps it, or says why not."""

import contextlib
import io
import json
from pathlib import Path

import pytest

from promotion.cli import main
from tests.runner import environment, judge


def baseline(world, *arguments):
    """Run the command against a world; give its exit status and what it said."""
    said = io.StringIO()
    with environment(world, world.config.parent), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(["baseline", "--config", str(world.config), "--digest", world.digest, *arguments])
    return code, said.getvalue()


def lines(world):
    """Give the records that are kept."""
    path = Path(world.config).parent / "baseline.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_steady_window_is_kept_and_judged(world_pool, tmp_path):
    """Twenty minutes of both targets, bound to the record before; with it, the item passes."""
    with world_pool.world("baseline-of-image-before", scene="rolled-out", minutes=40) as world:
        code, said = baseline(world)
        kept = lines(world)
        judged = judge(world, tmp_path, "-m", "postdeploy", "-k", "test_baseline_updated")
    assert code == 0, said
    assert kept[-1]["digest"] == world.digest
    assert all(one["requests"] > 10_000 and one["over_limit"] == 0 for one in kept[-1]["targets"].values())
    assert "p99" in said
    assert judged.item("baseline-updated")["status"] == "passed", judged.printed


@pytest.mark.parametrize(
    ("fault", "minutes", "says"),
    [
        ((), 20, "a steady window of 12 minutes can be measured from "),
        (("alarm-fired-since",), 40, "in ALARM"),
        (("prod-instances-slow",), 40, "accepted only with --loosen"),
        (("baseline-chain-broken",), 40, "broken"),
        (("prod-metrics-throttled",), 40, "AWS refuses"),
    ],
    ids=["too-soon", "alarm", "slower", "broken", "throttled"],
)
def test_a_bad_window_is_refused(world_pool, fault, minutes, says):
    """Nothing is written, and the reason is told in a sentence."""
    with world_pool.world(*fault, scene="rolled-out", minutes=minutes) as world:
        before = lines(world)
        code, said = baseline(world, "--minutes", "12")
        assert lines(world) == before
    assert code in (1, 2)
    assert says in said, said
    assert "Traceback" not in said


def test_it_can_be_written_elsewhere(world_pool, tmp_path):
    """With --out it is kept nowhere else."""
    with world_pool.world(scene="rolled-out", minutes=40) as world:
        before = lines(world)
        code, said = baseline(world, "--out", str(tmp_path / "one.json"))
        assert (code, lines(world)) == (0, before), said
    assert json.loads((tmp_path / "one.json").read_text())["digest"] == world.digest


def test_of_an_image_that_is_not_in_prod(world_pool):
    """Another digest is refused: of one that the registry does not have, nobody can tell whose manifest prod runs."""
    with world_pool.world(scene="rolled-out", minutes=40) as world:
        code, said = baseline(world, "--digest", f"sha256:{'0' * 64}")
    assert code == 2
    assert f"sha256:{'0' * 64} is not in" in said
