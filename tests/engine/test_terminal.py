"""What a person sees: a line an item, in the order of the checklist, then the verdict; nothing acts on the terminal."""

import io
import os
import pty
import subprocess
import xml.etree.ElementTree as ET

import pytest
from _pytest._io import TerminalWriter

from promotion.core.terminal_text import harmless
from promotion.report.terminal import print_record
from tests.engine.project import CHECKLIST, SETTINGS, outside

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[31mGO\n✓ 9.9 everything is good\r\u202edesrever<script>alert(1)</script>"


def lines_of(ran) -> list[str]:
    """What was printed, from the first section on."""
    lines = [line.rstrip() for line in ran.out.splitlines()]
    return lines[next(n for n, line in enumerate(lines) if line.startswith("1. ")) :]


def test_a_line_an_item_and_then_the_verdict(project):
    """Mark, number, title, id, what was measured; then verdict, phase, service, digest, counts, and the report."""
    ran = project.run()
    assert lines_of(ran) == [
        "1. Artifact  -m artifact",
        "  ✓ 1.1  The image is small       image-size     400 of 500 MB",
        "2. Dev  -m dev",
        "  ✓ 2.1  Every target is healthy  health-checks",
        "",
        "GO  pre_promotion of shop sha256:aaaaaaaaaaaa…: everything on the checklist is good  (2 passed)",
        "report: reports/checklist.html",
    ]
    assert ran.err == ""


def test_what_is_not_good_says_why_in_a_sentence(project):
    """Each subject that is not good has its sentence, whole; what blocks is listed again; there is no traceback."""
    project.write("checklist.md", f"{CHECKLIST}- [ ] Nobody looks · `nobody`\n")
    project.tests("""
        from promotion.items import item
        from promotion.unknown import Reason, Unknown

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target):
            if dev_target == "ec2":
                raise Unknown(Reason.NO_DATA, "there is nothing: look again " + "and again " * 12)
            assert dev_target == "x", "lambda answers 503, expected 200: see its logs"

        @item("image-size")
        def test_image_size():
            raise Unknown(Reason.NOT_DUE, "not before noon")
    """)
    ran = project.run()
    assert lines_of(ran) == [
        "1. Artifact  -m artifact",
        "  … 1.1  The image is small       image-size     pending (not-due)",
        "      → not before noon",
        "2. Dev  -m dev",
        "  ✗ 2.1  Every target is healthy  health-checks  2 of 2 failed",
        "      → lambda: lambda answers 503, expected 200: see its logs",
        "      → ec2: there is nothing: look again and again and again and again and again and again and again and again",
        "        and again and again and again and again and again",
        "  ? 2.2  Nobody looks             nobody         unknown (not-run)",
        "",
        (
            "NO-GO  pre_promotion of shop sha256:aaaaaaaaaaaa…: something failed  "
            "(1 pending, 1 unknown, 1 failed, 1 of them not run)"
        ),
        "  … 1.1 The image is small: pending",
        "  ✗ 2.1 Every target is healthy: failed",
        "  ? 1 item not run, wholly or in part: run `-m pre_promotion` without narrowing it",
        "report: reports/checklist.html",
    ]
    assert "Traceback" not in ran.out
    assert "test_checklist.py" not in ran.out


def test_subjects_that_measure_alike_are_told_once(project):
    """Two subjects with the same measure are one; a section of which nothing ran is one line."""
    project.tests("""
        from promotion.items import item

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target, measured): measured("200 in 8 ms")
    """)
    out = lines_of(project.run())
    assert out[0] == "1. Artifact  1 item, not run"
    assert out[2] == "  ✓ 2.1  Every target is healthy  health-checks  2 \N{MULTIPLICATION SIGN} 200 in 8 ms"


def test_quiet_is_the_verdict_alone(project):
    """-q prints one line: what a pipeline's log needs."""
    ran = project.run("-q")
    assert ran.out.strip().splitlines() == [
        "GO  pre_promotion of shop sha256:aaaaaaaaaaaa…: everything on the checklist is good  (2 passed)"
    ]
    assert ran.err == ""


@pytest.mark.parametrize(
    ("verified", "complete", "code", "words"),
    [
        ("done", True, 1, "rolled back, and verified: run `-m after_rollback` next"),
        ("done", False, 2, "incomplete run, but rolled back, and verified: run `-m after_rollback` next"),
        ("failed", True, 20, "the rollback is not verified: a person is needed now"),
        (None, True, 1, "something failed"),
    ],
)
def test_the_verdict_says_what_was_done_about_it(verified, complete, code, words):
    """A rollout that was taken back is said to be, with what comes next; else what the verdict means."""
    states = {} if verified is None else {"stop": "done", "verified": verified}
    record = {
        "phase": "rollout",
        "service": "shop",
        "digest": f"sha256:{'a' * 64}",
        "verdict": "NO-GO",
        "exit_code": code,
        "complete": complete,
        "rehearsal": False,
        "items": [],
        "acts": [{"key": f"promotion:aaaaaaaaaaaa:{what}:lambda", "state": state} for what, state in states.items()],
    }
    out = io.StringIO()
    print_record(TerminalWriter(out), record, "", only_verdict=True)
    assert out.getvalue() == f"NO-GO  rollout of shop sha256:aaaaaaaaaaaa…: {words}  ()\n"


def test_verbose_is_pytest_s_own_and_then_ours(project):
    """-v keeps pytest's lines, with what the checklist says after them."""
    ran = project.run("-v")
    assert "test_checklist.py::test_health_checks[lambda] PASSED" in ran.out
    assert lines_of(ran)[1] == "  ✓ 1.1  The image is small       image-size     400 of 500 MB"


@pytest.mark.parametrize(
    ("style", "shown"), [("auto", False), ("no", False), ("short", True), ("long", True), ("line", True)]
)
def test_tracebacks_are_shown_when_asked_for(project, style, shown):
    """--tb says whether a person wants to see where it happened, in the test or in a fixture; the default is no."""
    project.judging("{}['nothing']")
    ran = project.run(f"--tb={style}")
    assert ("test_checklist.py:" in ran.out) is shown
    assert "the test could not judge: KeyError" in ran.out
    assert ran.message("image-size").startswith("the test could not judge: KeyError")


def test_a_look_up_s_traceback_is_shown_at_vv(project):
    """-vv shows where a look-up stopped, on the side, and changes nothing in the record."""
    project.looking("@evidence\ndef seen() -> int:\n    return {}['nothing']")
    ran = project.run("-vv")
    assert "look-up seen:" in ran.err
    assert "KeyError: 'nothing'" in ran.err
    assert "run with -vv for the traceback" in ran.message("image-size")
    assert "look-up seen:" not in project.run().err


def test_what_cannot_be_collected_is_shown(project):
    """A collection error is shown as pytest shows it, and named under the checklist."""
    project.tests("import nothing_is_called_so", name="test_broken.py")
    ran = project.run()
    assert "ERROR collecting test_broken.py" in ran.out
    assert "! test_broken.py: ModuleNotFoundError: No module named 'nothing_is_called_so'" in ran.out


@pytest.mark.parametrize(
    "arguments",
    [("-p", "no:terminal"), ("-p", "no:html", "-p", "no:junitxml", "-p", "no:timeout", "-p", "no:xdist"), ("-s",)],
    ids=" ".join,
)
def test_other_ways_of_showing_change_nothing(project, arguments):
    """Without a terminal, without pytest-html or JUnit, with output not captured: the verdict stands."""
    ran = project.run(*arguments)
    assert ran.code == 0
    assert ran.record["verdict"] == "GO"


def test_no_colours_where_nobody_looks(project):
    """Into a file or a pipe goes plain text."""
    ran = project.run()
    assert "\x1b" not in ran.out + ran.err


def test_colours_and_progress_on_a_terminal(project, monkeypatch):
    """A person sees colours, and how looking goes while it goes on; the line is wiped before the checklist."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    project.looking("@evidence\ndef seen() -> int:\n    import time\n    time.sleep(0.3)\n    return 1")
    here, there = pty.openpty()
    process = subprocess.Popen(project.command(), cwd=project.folder, env=outside(), stdout=there, stderr=there)
    os.close(there)
    shown = b""
    while True:
        try:
            shown += os.read(here, 65536)
        except OSError:  # what Linux says when the other side is closed
            break
    os.close(here)
    assert process.wait(30) == 0
    assert b"looking: 0 of 1 seen \xc2\xb7 seen" in shown
    assert b"\x1b[32m" in shown
    assert shown.rindex(b"\r\x1b[K") < shown.index(b"1. Artifact")


def test_hostile_names_and_messages_are_harmless(project):
    """What the world says, and what subjects are called, does nothing to a terminal, to JUnit, or to the page."""
    project.write("promotion.toml", SETTINGS.replace("[dev.targets.ec2]", f"[dev.targets.{_quoted(HOSTILE)}]"))
    project.tests(f"""
        from promotion.evidence import evidence
        from promotion.items import item

        @evidence(per="dev_target")
        def seen(dev_target: str) -> str:
            return {HOSTILE!r}

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target, seen, measured):
            measured(seen[dev_target])
            assert dev_target == "lambda", f"it says {{seen[dev_target]}}"

        @item("image-size")
        def test_image_size(measured):
            measured({HOSTILE!r})
    """)
    for arguments in ((), ("-v",), ("-q",), ("--tb=short",)):
        ran = project.run(*arguments)
        assert ran.code == 1
        for harm in ("\x1b", "\x07", "\r", "\u202e", "\n✓ 9.9"):
            assert harm not in ran.out + ran.err, (arguments, harm)
    assert list(ran.subjects("health-checks")) == ["lambda", HOSTILE]
    root = ET.parse(ran.reports / "junit.xml").getroot()
    assert len(list(root.iter("testcase"))) == 3
    assert "<script>alert" not in (ran.reports / "checklist.html").read_text()


def _quoted(name: str) -> str:
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\' else c for c in name) + '"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ok · 612 ms ✓ größer, 東京", "ok · 612 ms ✓ größer, 東京"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202eabc\u2066\u200b", "\\u202eabc\\u2066\\u200b"),
        ("\x9b31m\x00\x7f", "\\x9b31m\\x00\\x7f"),
    ],
)
def test_only_what_acts_is_escaped(text, shown):
    """Letters and signs of any language stay as they are."""
    assert harmless(text) == shown
