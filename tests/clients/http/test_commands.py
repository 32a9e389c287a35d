"""Checks by any other tool: how it ended, what it said last, and that nothing of it is left."""

import json
import os
import signal
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from promotion.clients.http.command import CommandLook, run_command
from promotion.settings.endpoints import CommandJourney
from promotion.unknown import Reason, Unknown


@pytest.fixture(autouse=True)
def environ(environ):
    """The tests' own environment has a PATH, too."""
    environ["PATH"] = os.environ["PATH"]
    return environ


def python(code: str, *arguments: str, timeout: float = 20) -> CommandJourney:
    """A journey that runs this code."""
    return CommandJourney(
        name="tool", kind="command", command=(sys.executable, "-S", "-c", code, *arguments), timeout=timeout
    )


def shell(script: str, timeout: float = 20) -> CommandJourney:
    """A journey that runs this script, the shell being the program."""
    return CommandJourney(name="tool", kind="command", command=("sh", "-c", script), timeout=timeout)


def test_a_command_that_passes(secrecy):
    """Exit status 0 passes; its last words are kept, both streams as they came."""
    look = run_command(shell("echo one; echo two >&2"), secrecy)
    assert look.passed
    assert (look.exit_status, look.signal, look.program) == (0, None, "sh")
    assert look.output_tail == "one\ntwo"
    adapter = TypeAdapter(CommandLook)
    assert adapter.validate_json(adapter.dump_json(look)) == look


def test_a_command_that_fails(secrecy):
    """The sentence has the status and the last line."""
    look = run_command(shell("echo first; echo 2 of 3 failed; exit 3"), secrecy)
    assert look.exit_status == 3
    assert look.problems == ("sh ended with exit status 3, expected 0; its last line: 2 of 3 failed",)
    assert run_command(shell("exit 1"), secrecy).problems == (
        "sh ended with exit status 1, expected 0, and wrote nothing",
    )


def test_a_command_that_is_killed(secrecy):
    """An end by a signal is a failure and names it."""
    look = run_command(shell("kill -SEGV $$"), secrecy)
    assert look.exit_status is None
    assert look.signal == "SIGSEGV"
    assert "was ended by SIGSEGV" in look.problems[0]


def test_no_shell_reads_the_arguments(secrecy, environ):
    """What looks like shell is an argument, and so is what comes from the environment."""
    environ["ODD"] = "a b; $(exit 9) *"
    look = run_command(python("import sys; print(len(sys.argv), len(sys.argv[2]))", "$HOME; `x`", "${ODD}"), secrecy)
    assert look.output_tail == "3 16"


def test_the_environment_is_a_part_of_the_given_one(secrecy, monkeypatch, environ):
    """The command sees what it may of the environment that `${NAME}` is read from, and standard input is empty."""
    monkeypatch.setenv("LEAK", "x")
    environ |= {
        "AWS_SECRET_ACCESS_KEY": "s3cr3t-key",
        "GITHUB_TOKEN": "ghp_token",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "oidc-token",
        "SLACK_TOKEN": "xoxb-token",
        "HOME": "/home/gate",
        "LC_ALL": "C.UTF-8",
        "HTTPS_PROXY": "http://proxy.example",
        "BASE_URL": "https://shop.example",
        "CI": "true",
    }
    journey = python("import json, os, sys; print(json.dumps(sorted(os.environ)), sys.stdin.read())")
    look = run_command(journey.model_copy(update={"env": ("BASE_URL", "CI")}), secrecy)
    assert set(json.loads(look.output_tail)) - {"LC_CTYPE"} == {
        "BASE_URL",
        "CI",
        "HOME",
        "HTTPS_PROXY",
        "LC_ALL",
        "PATH",
    }
    told = run_command(shell("echo $BASE_URL $CI").model_copy(update={"env": ("BASE_URL", "CI")}), secrecy)
    assert told.output_tail == "[redacted] true"
    with pytest.raises(Unknown, match="wants the variable NOT_SET") as raised:
        run_command(shell("exit 0").model_copy(update={"env": ("NOT_SET",)}), secrecy)
    assert raised.value.reason is Reason.NOT_DECLARED


@pytest.mark.parametrize(
    "said",
    [
        "========== no tests ran in 0.01s ==========",
        "collected 0 items",
        "Ran 0 tests in 0.000s",
        "0 passed (1.2s)",
        "  0 passing (3ms)",
        "Tests run: 0, Failures: 0, Errors: 0, Skipped: 0",
        "Executed requests: 0 (0.0/s)",
        "3 skipped in 0.02s",
        "Tests:       12 skipped, 12 total",
        "     checks.........................: 0.00% 0 out of 40",
        "?   \texample.com/shop\t[no test files]",
        "0 scenarios",
    ],
)
def test_a_command_that_tested_nothing_is_unknown(secrecy, said):
    """As runners say so while they end with exit status 0."""
    with pytest.raises(Unknown, match="so that nothing was tested") as raised:
        run_command(python(f"print({said!r})"), secrecy)
    assert raised.value.reason is Reason.NO_DATA


@pytest.mark.parametrize(
    "said",
    [
        "5 passed, 3 skipped in 0.02s",
        "Tests:       2 skipped, 10 passed, 12 total",
        "10 passed (4s)",
        "Tests run: 10, Failures: 0, Errors: 0, Skipped: 0",
        "checks.........................: 100.00% 40 out of 40",
        "Executed requests: 10 (5.0/s)",
        "30 scenarios (30 passed)",
        "checks_succeeded...: 100.00% 90 out of 90\n    checks_failed......: 0.00%   0 out of 90",
        "ok  \texample.com/shop\t2.3s\n?   \texample.com/shop/api\t[no test files]",
        "ok  \texample.com/shop\t2.3s\nok  \texample.com/shop/x\t0.1s [no tests to run]",
        "test result: ok. 5 passed; 0 failed\ntest result: ok. 0 passed; 0 failed",
        "ok",
        "",
    ],
)
def test_a_command_that_tested_something_passes(secrecy, said):
    """Some may be skipped; one that says nothing of tests is taken by its exit status."""
    assert run_command(python(f"print({said!r})"), secrecy).passed


CASE = "<testcase name='a'/>"
SKIP = "<testcase name='b'><skipped/></testcase>"
FAIL = "<testcase name='c'><failure message='no'/></testcase>"


def reporting(path, cases, **more):
    """A journey that writes a JUnit report with these test cases."""
    journey = python(f"open({str(path)!r}, 'w').write({f'<testsuites><testsuite>{cases}</testsuite></testsuites>'!r})")
    return journey.model_copy(update={"junit": str(path), **more})


def test_tests_are_counted_in_a_junit_report(secrecy, tmp_path):
    """Those that ran: enough of them pass, and one that failed fails whatever the exit status is."""
    path = tmp_path / "junit.xml"
    assert run_command(reporting(path, CASE + SKIP), secrecy).passed
    assert run_command(reporting(path, 3 * CASE, at_least=3), secrecy).passed
    failed = run_command(reporting(path, CASE + FAIL), secrecy)
    assert failed.problems == (f"{sys.executable} ended with exit status 0, and 1 of 2 tests in {path} failed",)


@pytest.mark.parametrize(
    ("cases", "least", "reason"),
    [
        ("", 1, Reason.TOO_FEW_SAMPLES),
        (2 * SKIP, 1, Reason.TOO_FEW_SAMPLES),
        (CASE, 2, Reason.TOO_FEW_SAMPLES),
        ("<", 1, Reason.MALFORMED),
        ("<!DOCTYPE x>", 1, Reason.MALFORMED),
    ],
)
def test_a_junit_report_of_too_few_tests_is_unknown(secrecy, tmp_path, cases, least, reason):
    """None, all skipped, fewer than declared; and what is not a report."""
    with pytest.raises(Unknown) as raised:
        run_command(reporting(tmp_path / "junit.xml", cases, at_least=least), secrecy)
    assert raised.value.reason is reason


def test_an_old_junit_report_is_not_of_this_run(secrecy, tmp_path):
    """Nor is one that is not there."""
    path = tmp_path / "junit.xml"
    journey = shell("exit 0").model_copy(update={"junit": str(path)})
    with pytest.raises(Unknown, match="wrote no JUnit report"):
        run_command(journey, secrecy)
    path.write_text(f"<testsuite>{CASE}</testsuite>")
    os.utime(path, (time.time() - 60,) * 2)
    with pytest.raises(Unknown, match="is of an earlier run"):
        run_command(journey, secrecy)


def test_secrets_do_not_show(secrecy, environ):
    """A secret given to the command is masked in what it says, colours or not."""
    code = "import sys; print('a \\x1b[31mhunt\\x1b[0mer2\"quoted b', sys.argv[1]); sys.exit(1)"
    look = run_command(python(code, "--token=${SHOP_TOKEN}"), secrecy)
    assert "hunter2" not in TypeAdapter(CommandLook).dump_json(look).decode()
    assert look.output_tail == "a [redacted] b --token=[redacted]"


def test_a_variable_that_is_not_set(secrecy):
    """Nothing is started."""
    with pytest.raises(Unknown, match="ABSENT is not set") as caught:
        run_command(python("", "${ABSENT}"), secrecy)
    assert caught.value.reason is Reason.NOT_DECLARED


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [
        (None, 0, "is not installed where the gate runs"),
        ("#!/bin/sh\n", 0o644, "is not executable"),
        ("nonsense", 0o755, "cannot be started"),
        ("#!/no/such/interpreter\n", 0o755, "is not installed"),
    ],
)
def test_a_command_that_cannot_start(secrecy, tmp_path, content, mode, sentence):
    """Missing, not executable, not a program: unknown, with what to do."""
    program = tmp_path / "tool"
    if content is not None:
        program.write_text(content)
        program.chmod(mode)
    with pytest.raises(Unknown, match=sentence) as caught:
        run_command(CommandJourney(name="tool", kind="command", command=(str(program),)), secrecy)
    assert caught.value.reason is Reason.ERROR


def test_a_name_that_is_not_installed(secrecy):
    """The program is looked for in the given PATH."""
    with pytest.raises(Unknown, match="no-such-tool is not installed"):
        run_command(CommandJourney(name="tool", kind="command", command=("no-such-tool", "--test")), secrecy)


def gone(pid: int) -> bool:
    """Whether a process has ended, waiting a moment for the system to notice."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")  # one that ended and that nobody has asked about yet is a zombie
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_command_that_does_not_end(secrecy, tmp_path):
    """Its whole group is stopped, what ignores being asked is killed, and the answer is unknown."""
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 60 & echo $! $$ > {pids}; echo still here; while :; do sleep 60; done"
    began = time.monotonic()
    with pytest.raises(
        Unknown, match=r"tool: sh did not end within 0\.2 s and was stopped; its last line: still here"
    ) as caught:
        run_command(shell(script, timeout=0.2), secrecy, grace=0.1)
    assert caught.value.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 2
    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_a_command_that_ends_when_asked(secrecy, tmp_path):
    """There is time to clean up between being asked and being killed."""
    done = tmp_path / "done"
    code = f"import signal, sys; signal.signal(15, lambda *_: (open({str(done)!r}, 'w'), sys.exit())); signal.pause()"
    with pytest.raises(Unknown, match="was stopped"):
        run_command(python(code, timeout=0.4), secrecy)
    assert done.exists()


def test_what_a_command_leaves_behind_is_ended(secrecy, tmp_path):
    """A child that holds the output open neither delays the look nor outlives it."""
    pid = tmp_path / "pid"
    began = time.monotonic()
    assert run_command(shell(f"sleep 60 & echo $! > {pid}; echo done"), secrecy).passed
    assert time.monotonic() - began < 2
    assert gone(int(pid.read_text()))


def test_much_output_needs_little_memory(secrecy):
    """Only the end is kept: 20 lines, 2000 characters, though 30 MB went by."""
    code = (
        "import sys\nfor n in range(300): sys.stdout.write('x' * 100_000 + '\\n')\nfor n in range(50): print('line', n)"
    )
    tracemalloc.start()
    look = run_command(python(code), secrecy)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert look.output_tail.splitlines() == [f"line {n}" for n in range(30, 50)]
    assert peak < 3_000_000


def test_a_long_line_is_cut(secrecy):
    """The tail has at most 2000 characters, the sentence far fewer."""
    look = run_command(python("print('y' * 9000); raise SystemExit(2)"), secrecy)
    assert len(look.output_tail) <= 2000
    assert len(look.problems[0]) < 400


def test_odd_bytes_survive(secrecy):
    """What is no UTF-8, control characters and colours become readable text."""
    code = "import sys; sys.stdout.buffer.write(b'\\xff\\x00 ok \\x1b]0;title\\x07\\r\\n\\x1b[1;32mgreen\\x1b[0m')"
    assert run_command(python(code), secrecy).output_tail == "\ufffd ok\ngreen"


def test_an_interrupt_leaves_nothing(secrecy, tmp_path):
    """A look that is interrupted ends its command."""
    pid = tmp_path / "pid"
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_command(shell(f"echo $$ > {pid}; exec sleep 60"), secrecy)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert gone(int(pid.read_text()))
