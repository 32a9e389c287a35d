"""Functional checks by any other tool: start it, wait, and see how it ended. This module does I/O."""

import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from promotion.clients.http.command_tests import read_junit, require_tests, says_nothing_ran
from promotion.core.child_environment import plain_environment
from promotion.core.environment_secrets import Secrecy
from promotion.core.templates import fill_text
from promotion.settings.endpoints import CommandJourney
from promotion.unknown import Reason, Unknown

_KEPT_BLOCKS = 16
_BLOCK = 8 * 1024
_TAIL_LINES = 20
_TAIL_CHARACTERS = 2000
_GRACE = 2.0
_SECRET = 8
"""Characters from which on the value of a variable is taken for a secret: `true` and `1` are none."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")  # ECMA-48, 5.3 to 5.6


@dataclass(frozen=True)
class CommandLook:
    """How a declared command ended."""

    name: str
    program: str
    exit_status: int | None
    """None if a signal ended it."""
    signal: str | None
    """The name of that signal."""
    seconds: float
    """How long it ran, to a tenth."""
    output_tail: str
    """The last of what it wrote, both streams as they came: at most 20 lines and 2000 characters, without secrets."""
    problems: tuple[str, ...] = ()

    @property
    def measured(self) -> str:
        """In a few words."""
        ended = f"ended by {self.signal}" if self.signal else f"exit status {self.exit_status}"
        return f"{self.program.rpartition('/')[2]}: {ended} in {self.seconds:g} s"

    @property
    def passed(self) -> bool:
        """Whether it ended with exit status 0."""
        return not self.problems


def run_command(journey: CommandJourney, secrecy: Secrecy, *, grace: float = _GRACE) -> CommandLook:
    """Run the command without a shell, with what it may have of the environment of `secrecy`, and wait for its end.

    It gets its own process group, of which nothing is left afterwards: at the timeout the group is asked to end, and
    killed after `grace` seconds. Raises Unknown: timeout; not-declared when a `${NAME}`, or a name in `env`, is not set;
    error when the program cannot be started; no-data, too-few-samples and others when it ended well and ran no test.
    """
    arguments = [fill_text(argument, secrecy=secrecy) for argument in journey.command]
    program = journey.command[0]
    began = time.monotonic()
    since = time.time()
    process = _start(arguments, program, journey, secrecy)
    assert process.stdout is not None
    blocks: deque[bytes] = deque(maxlen=_KEPT_BLOCKS)
    reader = threading.Thread(target=_read, args=(process.stdout, blocks), daemon=True)
    reader.start()
    try:
        process.wait(journey.timeout)
        in_time = True
    except subprocess.TimeoutExpired:
        in_time = False
        _signal_group(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    finally:
        _signal_group(process, signal.SIGKILL)
        process.wait()
        reader.join(1)  # only a process that left the group could hold the pipe open longer
    tail = _tail(b"".join(list(blocks)), secrecy)
    if not in_time:
        words = f"; its last line: {_last_line(tail)}" if tail else ""
        message = f"journey {journey.name}: {program} did not end within {journey.timeout:g} s and was stopped{words}"
        raise Unknown(Reason.TIMEOUT, message)
    seconds = round(time.monotonic() - began, 1)
    code = process.returncode
    ended_by = _signal_name(-code) if code < 0 else None
    return CommandLook(
        name=journey.name,
        program=secrecy.clean(program, 200),
        exit_status=code if code >= 0 else None,
        signal=ended_by,
        seconds=seconds,
        output_tail=tail,
        problems=_failed_tests(journey, program, tail, since)
        if code == 0
        else (_problem(program, code, ended_by, tail),),
    )


def _failed_tests(journey: CommandJourney, program: str, tail: str, since: float) -> tuple[str, ...]:
    """Say what a command that ended well reports as failed. Raises Unknown where it has tested nothing."""
    what = f"journey {journey.name}: {program}"
    if journey.junit is not None:
        found = read_junit(Path(journey.junit), since)
        require_tests(found, journey.at_least, what)
        if found.failed:
            return (
                f"{program} ended with exit status 0, and {found.failed} of {found.ran} tests in {journey.junit} failed",
            )
    elif said := says_nothing_ran(tail):
        raise Unknown(
            Reason.NO_DATA,
            f"{what} ended with exit status 0 and says {said!r}, so that nothing was tested: check its selection, or have its "
            "tests counted with `junit`",
        )
    return ()


def _start(arguments: list[str], program: str, journey: CommandJourney, secrecy: Secrecy) -> subprocess.Popen[bytes]:
    for variable in journey.env:
        value = secrecy.variable(variable) if len(secrecy.environ.get(variable, "")) >= _SECRET else None
        if value is None and not secrecy.environ.get(variable):
            raise Unknown(
                Reason.NOT_DECLARED,
                f"journey {journey.name} wants the variable {variable}, which is not set or is empty: set it where the gate runs",
            )
    try:
        return subprocess.Popen(  # noqa: S603 - the team declares it, and there is no shell
            arguments,
            env=plain_environment(secrecy.environ, journey.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError:
        why = f"{program} is not installed where the gate runs: install it, or correct `command`"
    except PermissionError:
        why = f"{program} is not executable: correct its permissions, or `command`"
    except (OSError, ValueError) as mistake:
        why = f"{program} cannot be started ({getattr(mistake, 'strerror', None) or type(mistake).__name__})"
    raise Unknown(Reason.ERROR, f"journey {journey.name}: {why}")


def _read(stream: IO[bytes], blocks: deque[bytes]) -> None:
    """Keep the last blocks of a stream and drop the others, so that a chatty command does not fill the memory."""
    with stream:
        while block := os.read(stream.fileno(), _BLOCK):
            blocks.append(block)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says it may not
        os.killpg(process.pid, number)


def _tail(output: bytes, secrecy: Secrecy) -> str:
    """Take the last lines, without colours, and redacted before they are cut."""
    plain = _ESCAPES.sub("", output.decode("utf-8", "replace"))
    lines = [secrecy.clean(line) for line in secrecy.redact(plain).splitlines()]
    tail = "\n".join([line for line in lines if line][-_TAIL_LINES:])
    return tail if len(tail) <= _TAIL_CHARACTERS else "…" + tail[1 - _TAIL_CHARACTERS :]


def _last_line(tail: str) -> str:
    line = tail.rsplit("\n", 1)[-1]
    return line if len(line) <= 200 else line[:199] + "…"


def _problem(program: str, code: int, ended_by: str | None, tail: str) -> str:
    end = f"was ended by {ended_by}" if ended_by else f"ended with exit status {code}, expected 0"
    return f"{program} {end}; its last line: {_last_line(tail)}" if tail else f"{program} {end}, and wrote nothing"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
