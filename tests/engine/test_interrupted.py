"""However a run ends: what it leaves says so, and no GO of an earlier one is left."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.engine.project import Project, Ran

ALL = {"record.json", "checklist.html", "junit.xml", "summary.md"}
LOOKS_LONG = """
@evidence
def seen() -> int:
    import pathlib, time
    pathlib.Path("begun").touch()
    time.sleep(60)
    return 1
"""
JUDGES_LONG = "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)"


def begun(process: subprocess.Popen[str], project: Project) -> None:
    """Wait until the run does what it is to be stopped in."""
    mark = Path(project.folder / "begun")
    while not mark.exists():
        assert process.poll() is None, process.communicate()
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue


def holds(ran: Ran, code: int) -> None:
    """The record is of a run that did not come to its end."""
    assert ran.code == code, ran.out + ran.err
    record = ran.record
    assert (record["verdict"], record["exit_code"], record["complete"]) == ("HOLD", code, False)
    assert {item["status"] for item in record["items"]} == {"unknown"}


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "cancelled"])
@pytest.mark.parametrize("when", ["looking", "judging"])
def test_a_run_that_is_stopped_is_hold(project, when, sign):
    """Ctrl-C, and SIGTERM as pipelines send it: 2, HOLD, incomplete, all four files there, at once."""
    project.looking(LOOKS_LONG) if when == "looking" else project.judging(JUDGES_LONG)
    process = project.start()
    begun(process, project)
    ran = project.end(process, sign)
    holds(ran, 2)
    assert ran.left == ALL
    assert "HOLD" in ran.out
    assert "incomplete run" in ran.out


def test_a_run_over_workers_that_is_stopped_is_hold(project):
    """Ctrl-C reaches the controller and its workers alike, and leaves the same."""
    project.looking(LOOKS_LONG)
    process = project.start("-n", "2")
    begun(process, project)
    ran = project.end(process, signal.SIGINT)
    holds(ran, 2)
    assert ran.left == ALL


def test_what_was_judged_before_the_interruption_is_kept(project):
    """A failure found before Ctrl-C stays NO-GO; the run is incomplete all the same."""
    project.tests(f"""
        from promotion.items import item

        @item("image-size")
        def test_image_size(): assert False, "too big"

        @item("health-checks")
        def test_health_checks():
            {"; ".join(JUDGES_LONG.splitlines())}
    """)
    process = project.start()
    begun(process, project)
    ran = project.end(process, signal.SIGINT)
    record = ran.record
    assert (ran.code, record["verdict"], record["exit_code"], record["complete"]) == (2, "NO-GO", 2, False)
    assert ran.subjects("image-size") == {"image-size": "failed"}


@pytest.mark.parametrize("body", ["import os\nos._exit(0)", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"])
def test_a_run_that_dies_leaves_no_go_behind(project, body):
    """A process that is gone without a word, even with status 0, leaves an incomplete HOLD in place of the last GO."""
    assert project.run().code == 0
    (project.folder / "reports" / ".checklist.html.part").write_text("begun by a run that was killed: GO")
    project.judging(body)
    ran = project.run_apart()
    assert ran.code in (0, -9)
    record = ran.record
    assert (record["verdict"], record["exit_code"], record["complete"]) == ("HOLD", 3, False)
    assert {item["reason"] for item in record["items"]} == {"not-run"}
    assert ran.left == {"record.json"}


def test_a_time_out_of_the_thread_method_that_slips_in_leaves_no_go_behind(project):
    """A test may ask for the method that ends the process: what is left is HOLD."""
    project.judging(
        "time.sleep(10)", imports="import pytest, time\npytestmark = pytest.mark.timeout(0.3, method='thread')"
    )
    ran = project.run_apart()
    assert ran.code == 1
    assert (ran.record["verdict"], ran.record["complete"]) == ("HOLD", False)


def test_what_a_dead_run_had_begun_does_not_become_this_run_s(project):
    """A page that a killed run had half written is not put in place by the next, even when that one writes no page."""
    part = project.folder / "reports" / ".checklist.html.part"
    part.parent.mkdir()
    part.write_text("old")
    ran = project.run("-p", "no:html")
    assert ran.code == 0
    assert ran.left == ALL - {"checklist.html"}
    assert "report: reports/record.json" in ran.out


def test_outputs_are_put_in_place_whole(tmp_path, monkeypatch):
    """A record that cannot be written to its end does not replace the one that is there."""
    from promotion.engine.outputs import write

    write(tmp_path / "record.json", "old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / "record.json", "new")
    assert (tmp_path / "record.json").read_text() == "old"


def test_a_person_s_own_html_is_respected(project):
    """--html and --junit-xml go where they were asked to go; the page of the report directory is then not ours to write."""
    ran = project.run("--html=own.html", "--self-contained-html", "--junit-xml=own.xml")
    assert ran.code == 0
    assert ran.left == {"record.json", "summary.md"}
    assert "GO" in (project.folder / "own.html").read_text()
    assert (project.folder / "own.xml").exists()


def test_too_many_warnings_do_not_change_the_exit_code(project):
    """Pytest's own code for warnings (6) does not stand in for the verdict."""
    project.judging("import warnings\nwarnings.warn('old')\nassert numbers")
    ran = project.run("--max-warnings=0")
    assert (ran.code, ran.record["exit_code"]) == (0, 0)
