"""Look-ups shared among processes: each is made once, and a process that dies takes nothing with it."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from promotion.engine.lookups import Entry
from promotion.engine.lookups.spool import Spool


def entry(value: object) -> Entry:
    """What some look-up saw."""
    return Entry("2026-01-02T12:00:00.000Z", value, None, ())


@pytest.fixture
def spool(tmp_path) -> Spool:
    """A folder that processes share."""
    return Spool(tmp_path)


def elsewhere(do: Callable[[], object]) -> int:
    """Do something in another process; its id."""
    pid = os.fork()
    if pid == 0:
        do()
        os._exit(0)
    return pid


def appears(path: Path) -> None:
    """Wait for another process's sign of life."""
    for _ in range(2000):
        if path.exists():
            return
        time.sleep(0.005)
    pytest.fail(f"{path.name} never came")


def test_a_name_is_made_once(spool, tmp_path):
    """Five processes ask for one name at the same time: one makes it, all get the same."""

    def make() -> Entry:
        with (tmp_path / "made").open("a") as made:
            made.write("x")
        time.sleep(0.05)
        return entry(os.getpid())

    def ask() -> None:
        (tmp_path / f"{os.getpid()}.got").write_text(str(spool.once("numbers", make).value))

    children = [elsewhere(ask) for _ in range(5)]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert (tmp_path / "made").read_text() == "x"
    assert len({(tmp_path / f"{child}.got").read_text() for child in children}) == 1


def test_the_lock_of_a_process_that_dies_is_free(spool, tmp_path):
    """A process that is killed while it looks leaves the name to be made by the next."""

    def hang() -> Entry:
        (tmp_path / "begun").touch()
        time.sleep(60)
        return entry("late")

    child = elsewhere(lambda: spool.once("numbers", hang))
    appears(tmp_path / "begun")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert spool.once("numbers", lambda: entry("mine")).value == "mine"


def test_a_name_may_be_settled_over_the_head_of_its_maker(spool, tmp_path):
    """At the deadline a name is settled without the lock; the maker's late answer gives way to what stands."""

    def late() -> Entry:
        (tmp_path / "begun").touch()
        appears(tmp_path / "settled")
        return entry("late")

    def ask() -> None:
        (tmp_path / "got").write_text(str(spool.once("numbers", late).value))

    child = elsewhere(ask)
    appears(tmp_path / "begun")
    assert spool.publish("numbers", entry("overdue")).value == "overdue"
    (tmp_path / "settled").touch()
    os.waitpid(child, 0)
    assert (tmp_path / "got").read_text() == "overdue"
    assert dict(spool.entries()) == {"numbers": entry("overdue")}


def test_names_of_any_kind_can_be_shared(spool):
    """Subjects are people's words: slashes, dots and line ends in them name no file."""
    names = ["health[../../etc/passwd]", "health[a\nb]", "health[" + "x" * 500 + "]", "health[\x00]"]
    for name in names:
        spool.once(name, lambda name=name: entry(name))
    assert {name: kept.value for name, kept in spool.entries()} == {name: name for name in names}


def test_workers_make_each_look_up_once(project, monkeypatch):
    """Two workers share what they look up; when one dies looking, the other takes over, and nothing is left lying about."""
    scratch = project.folder / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    project.tests("""
        import os, pathlib

        from promotion.evidence import evidence
        from promotion.items import item

        @evidence
        def numbers() -> dict[str, int]:
            with open("made", "a") as made:
                made.write("numbers\\n")
            return {"size": 400}

        @evidence(per="dev_target")
        def health(dev_target: str, numbers: dict[str, int]) -> int:
            with open("made", "a") as made:
                made.write(f"health {dev_target}\\n")
            return 200

        @evidence
        def deadly(numbers: dict[str, int]) -> int:
            if not pathlib.Path("died").exists():
                pathlib.Path("died").touch()
                os._exit(1)
            return 1

        @item("image-size")
        def test_image_size(numbers, deadly): assert deadly == 1

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target, health): assert health[dev_target] == 200
    """)
    ran = project.run_apart("-n", "2")
    assert sorted((project.folder / "made").read_text().split("\n")[:-1]) == ["health ec2", "health lambda", "numbers"]
    assert ran.record["evidence"]["deadly"]["value"] == 1
    assert ran.record["complete"]
    statuses = {**ran.subjects("image-size"), **ran.subjects("health-checks")}
    assert sorted(statuses.values()).count("passed") >= 2, statuses
    assert set(statuses.values()) <= {"passed", "worker-died"}
    assert not [path for path in scratch.iterdir() if path.name.startswith("promotion-")]
