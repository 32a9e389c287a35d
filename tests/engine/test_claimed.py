"""The report directory belongs to one run from its first moment: no GO of an earlier one is left, nothing sealed is lost."""

import json
import subprocess
import sys

import pytest

from promotion.record import directory
from tests.engine.project import DIGEST, outside

HERE = "reports/pre_promotion"


@pytest.fixture
def plain(project, monkeypatch):
    """A project whose runs report where they do by default, with a GO there."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    project.by_phase = True
    assert project.run().code == 0
    assert json.loads((project.folder / HERE / "record.json").read_text())["verdict"] == "GO"
    return project


def seal_it(project):
    """Put what a seal and a sign-off leave there."""
    (project.folder / HERE / "seal").mkdir()
    for name in ("summary.sigstore.json", "sign-off.json"):
        (project.folder / HERE / "seal" / name).write_text("sealed")
    (project.folder / HERE / "signed.html").write_text("signed")


USAGE = {
    "unknown option": ("--digst=x",),
    "bad digest": ("--digest=latest",),
    "unknown marker": ("-m", "pre_promotoin and dev"),
    "settings": ("--config=nowhere.toml",),
    "one setting": ("--set", "dev.regoin=x"),
    "two phases": ("-m", "pre_promotion or rollout"),
    "sandbox": ("--sandbox=typo",),
    "channel": ("--notify=nobody",),
    "no such file": ("test_nowhere.py",),
    "value": ("--sandbox-rate=fast", "--sandbox"),
    "time-out": ("--timeout-method=thread",),
}


@pytest.mark.parametrize("name", USAGE)
def test_a_usage_error_leaves_no_go(plain, name):
    """A pipeline that goes by record.json without looking at the exit code finds none of an earlier run."""
    ran = plain.run(*USAGE[name])
    assert ran.code == 4
    path = plain.folder / HERE / "record.json"
    assert not path.exists() or json.loads(path.read_text())["verdict"] != "GO"
    for file in ("checklist.html", "summary.md", "junit.xml"):
        assert path.exists() or not (plain.folder / HERE / file).exists()
    assert len(list((plain.folder / "reports/records").iterdir())) == 1, "records of finished runs are kept"


@pytest.mark.parametrize("name", USAGE)
def test_a_usage_error_loses_nothing_that_was_sealed(plain, name):
    """It is moved whole."""
    seal_it(plain)
    before = {path.name: path.read_bytes() for path in (plain.folder / HERE).iterdir() if path.is_file()}
    assert plain.run(*USAGE[name]).code == 4
    (place,) = (plain.folder / HERE / "sealed").iterdir()
    for file in ("record.json", "checklist.html", "signed.html", "junit.xml", "summary.md"):
        assert (place / file).read_bytes() == before[file]
    assert {path.name for path in (place / "seal").iterdir()} == {"summary.sigstore.json", "sign-off.json"}
    assert not (plain.folder / HERE / "seal").exists()


def test_a_later_run_names_what_it_replaced(plain):
    """In its record, and on its page; a replay of it gives the same bytes."""
    seal_it(plain)
    finished = json.loads((plain.folder / HERE / "record.json").read_text())["finished"]
    assert plain.run().code == 0
    record = json.loads((plain.folder / HERE / "record.json").read_text())
    assert record["replaced"] == {
        "path": f"sealed/{finished.replace(':', '')}",
        "digest": DIGEST,
        "phase": "pre_promotion",
        "verdict": "GO",
        "finished": finished,
    }
    assert record["replaced"]["path"] in (plain.folder / HERE / "checklist.html").read_text()
    text = (plain.folder / HERE / "record.json").read_bytes()
    assert plain.run("--replay", f"{HERE}/record.json", digest=None).code == 0
    assert (plain.folder / HERE / "record.json").read_bytes() == text


def test_each_phase_has_its_place(plain):
    """Another phase leaves this one's report alone; records of all stand together."""
    before = (plain.folder / HERE / "record.json").read_bytes()
    plain.run("-m", "rollout")
    assert (plain.folder / HERE / "record.json").read_bytes() == before
    assert (plain.folder / "reports/rollout/record.json").exists()


@pytest.mark.parametrize(
    "options", [("--collect-only",), ("--markers",), ("--help",), ("--version",), ("--setup-plan",)]
)
def test_what_only_lists_claims_nothing(plain, options):
    """The report stays."""
    before = (plain.folder / HERE / "record.json").read_bytes()
    plain.run(*options)
    assert (plain.folder / HERE / "record.json").read_bytes() == before


def test_tests_of_ones_own_claim_nothing(plain):
    """Ordinary pytest in the same repository is no run of the checklist."""
    plain.write("test_own.py", "def test_it(): pass\n")
    before = (plain.folder / HERE / "record.json").read_bytes()
    assert plain.run("test_own.py", digest=None).code == 0
    assert (plain.folder / HERE / "record.json").read_bytes() == before


def test_two_runs_do_not_share_a_directory(plain):
    """The second is refused, and leaves the first one's report alone."""
    let_go = directory.lock(plain.folder / HERE)
    try:
        before = (plain.folder / HERE / "record.json").read_bytes()
        ran = plain.run()
        assert ran.code == 4
        assert "reports into" in ran.err + ran.out
        assert "another --report-dir" in ran.err + ran.out
        assert (plain.folder / HERE / "record.json").read_bytes() == before
        assert plain.run("--report-dir", "elsewhere").code == 0
    finally:
        let_go()
    assert plain.run().code == 0


def test_a_killed_run_lets_go(plain):
    """kill -9 needs no clearing up."""
    code = f"""
import os
from pathlib import Path

from promotion.record.directory import lock

lock(Path({HERE!r}))
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=plain.folder, env=outside(), check=False).returncode == -9
    assert plain.run().code == 0


def test_moving_aside_survives_being_killed(tmp_path, monkeypatch):
    """At every step: afterwards the sealed report is whole in one of the two places."""
    names = ("record.json", "checklist.html", "signed.html")

    def prepare(folder):
        (folder / "seal").mkdir(parents=True)
        for name in names:
            (folder / name).write_text(json.dumps({"finished": "2026-11-23T09:42:00.000Z", "is": name}))
        (folder / "seal" / "summary.sigstore.json").write_text("sealed")

    def whole(folder):
        return all((folder / name).exists() for name in (*names, "seal/summary.sigstore.json"))

    steps = 0
    while True:
        folder = tmp_path / str(steps)
        prepare(folder)
        left = steps

        class Killed(BaseException):
            """What a process does not survive."""

        def counting(real):
            def step(*arguments, **named):
                nonlocal left
                if left == 0:
                    raise Killed
                left -= 1
                return real(*arguments, **named)

            return step

        with monkeypatch.context() as patch:
            for owner, name in (
                (directory.shutil, "copy2"),
                (directory.shutil, "copytree"),
                (directory.shutil, "rmtree"),
                (directory.Path, "replace"),
                (directory.Path, "unlink"),
                (directory.Path, "mkdir"),
            ):
                patch.setattr(owner, name, counting(getattr(owner, name)))
            try:
                directory.set_aside(folder)
                break
            except Killed:
                pass
        kept = [folder, *(folder / "sealed").glob("[!.]*")]
        assert any(map(whole, kept)), steps
        directory.set_aside(folder)
        assert any(map(whole, (folder / "sealed").glob("[!.]*"))), steps
        steps += 1
    assert steps > 8
