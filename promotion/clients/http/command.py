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
from typing import IO

from promotion.core.environment_secrets import Secrecy
from promotion.core.templates import fill_text
from promotion.settings.endpoints import CommandJourney
from promotion.unknown import Reason, Unknown

_KEPT_BLOCKS = 16
_BLOCK = 8 * 1024
_TAIL_LINES = 20
_TAIL_CHARACTERS = 2000
_GRACE = 2.0
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
    """Run the command without a shell, in the environment of `secrecy`, and wait for its end.

    It gets its own process group, of which nothing is left afterwards: at the timeout the group is asked to end, and
    killed after `grace` seconds. Raises Unknown: timeout; not-declared when a `${NAME}` is not set; error when the
    program cannot be started.
    """
    arguments = [fill_text(argument, secrecy=secrecy) for argument in journey.command]
    program = journey.command[0]
    began = time.monotonic()
    process = _start(arguments, program, journey.name, secrecy)
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
        problems=() if code == 0 else (_problem(program, code, ended_by, tail),),
    )


def _start(arguments: list[str], program: str, name: str, secrecy: Secrecy) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - the team declares it, and there is no shell
            arguments,
            env=dict(secrecy.environ),
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
    raise Unknown(Reason.ERROR, f"journey {name}: {why}")


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
