"""Worlds for tests and for the gate: each in a process of its own, which ends when this one does, however that ends.

Needs nothing but the standard library here; the other process needs what `promotion-checklist[sandbox]` installs.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Literal, Self

import promotion
from promotion.sandbox.control import CALLS
from promotion.sandbox.endpoints import Places
from promotion.sandbox.protocol import SCENES, STOP, Order, Ready, SandboxError
from promotion.sandbox.request_log import Call

__all__ = ["Running", "SandboxError", "WorldPool", "start"]

NEEDS = ("moto", "flask", "flask_cors", "cryptography", "trustme", "time_machine")
READY_WITHIN = 120.0
"""Seconds. An idle machine takes a tenth of it."""
GROWN_OLD = 240.0
"""Seconds after which a world_pool builds its world again: what happened "40 minutes ago" is to stay 40 minutes ago."""
MODULE = "promotion.sandbox"
"""What the other process runs."""


@dataclass(frozen=True)
class Running:
    """A world that is being served."""

    config: Path
    """Its promotion.toml; goes with the world."""
    environment: dict[str, str] = field(repr=False)
    """The environment variables that the gate needs with it; the sandbox's credentials are among them."""
    digest: str
    """The image digest that is promoted in it."""
    places: Places
    pid: int
    stop: Callable[[], None] = field(repr=False, compare=False)
    """Ends it. A second time does nothing."""

    def calls(self) -> tuple[Call, ...]:
        """Every request it has answered until now, in that order: AWS, registry, GitHub and front-ends."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is nobody's to proxy
        with direct.open(self.places.aws + CALLS, timeout=READY_WITHIN) as answer:
            return tuple(Call(**call) for call in json.load(answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    faults: Iterable[str] = (),
    *,
    port_base: int | None = None,
    latency_ms: float = 0,
    rate: float = 1,
    scene: str = SCENES[0],
    minutes: float | None = None,
    ready_within: float = READY_WITHIN,
) -> Running:
    """Start a world in a process of its own and wait until it is served.

    `port_base` is the first of fixed ports; free ones are taken if it is not given. `latency_ms` is added to each API
    answer. `rate` is sandbox seconds per real second. `scene` is one of SCENES, `minutes` how long ago its rollout
    began. `ready_within` is in seconds.

    Raises SandboxError: the sandbox is not installed, a fault is unknown or broke, a port is taken, or time is up.
    """
    process = _Process("one")
    try:
        ready = process.ask(Order(tuple(faults), port_base, latency_ms, rate, scene, minutes), ready_within)
    except BaseException:
        process.end()
        raise
    return _running(ready, process.end)


class WorldPool:
    """A warm process that gives a new world in a tenth of a second. A context manager; worlds end with it."""

    def __init__(
        self, *, ready_within: float = READY_WITHIN, on_start: Callable[[int], object] = lambda _pid: None
    ) -> None:
        """`ready_within`: seconds that the first world may take, the start of the process included.

        `on_start` is told the pid of each warm process.
        """
        self._within = ready_within
        self._on_start = on_start
        self._lock = threading.Lock()
        self._process, self._begun = self._start(), time.monotonic()
        self._homes: dict[int, _Process] = {}
        """Whose child each world is that has not been stopped."""

    def world(
        self,
        *faults: str,
        latency_ms: float = 0,
        rate: float = 1,
        scene: str = SCENES[0],
        minutes: float | None = None,
    ) -> Running:
        """Give a new world with these faults, at a scene. Safe from several threads.

        Raises SandboxError as `start` does.
        """
        with self._lock:
            if self._process.behind or time.monotonic() - self._begun > GROWN_OLD:
                self._renew()
            ready = self._process.ask(Order(faults, None, latency_ms, rate, scene, minutes), self._within)
            self._homes[ready.pid] = self._process
        return _running(ready, lambda: self._stop(ready.pid))

    def close(self) -> None:
        """End the process and every world of it."""
        for process in {self._process, *self._homes.values()}:
            process.end()

    def _renew(self) -> None:
        """Begin another process. The old one stays as long as a world of it does."""
        if self._process not in self._homes.values():
            self._process.end()
        self._process, self._begun = self._start(), time.monotonic()

    def _start(self) -> "_Process":
        process = _Process("many")
        self._on_start(process.pid)
        return process

    def _stop(self, pid: int) -> None:
        with self._lock:
            process = self._homes.pop(pid, None)
            if process is None:
                return
            process.tell(STOP + b"%d\n" % pid)
            if process is not self._process and process not in self._homes.values():
                process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _running(ready: Ready, stop: Callable[[], None]) -> Running:
    return Running(Path(ready.config), ready.environment, ready.digest, ready.places, ready.pid, stop)


class _Process:
    """`python -m promotion.sandbox`, spoken to over its standard streams. It ends at the end of its input."""

    def __init__(self, manner: Literal["one", "many"]) -> None:
        missing = [name for name in NEEDS if not find_spec(name)]
        if missing:
            raise SandboxError(
                f"the sandbox needs {', '.join(missing)}, which is not here: pip install 'promotion-checklist[sandbox]'"
            )
        self.behind = False
        """Whether an answer was not awaited: the next line is that of another order."""
        self._words = TemporaryFile()  # noqa: SIM115 - open as long as the process
        self._heard = b""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE, manner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            env=_environment(),
            start_new_session=True,  # an interrupt at the keyboard is for this process; that one sees our end
        )
        self.pid = self._process.pid

    def ask(self, order: Order, within: float) -> Ready:
        """Send an order and wait for the answer, at most this many seconds."""
        self.tell(order.line())
        return Ready.parse(self._line(within))

    def tell(self, line: bytes) -> None:
        """Send a line. What the process has already left unread is told by the answer that does not come."""
        assert self._process.stdin
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):  # ended, or its input closed
            return

    def end(self) -> None:
        """Close its input, and wait until it has put its things away."""
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._words.close()

    def _line(self, within: float) -> bytes:
        assert self._process.stdout
        until = time.monotonic() + within
        stream = self._process.stdout.fileno()
        while b"\n" not in self._heard:
            if not select.select([stream], [], [], max(0.0, until - time.monotonic()))[0]:
                self.behind = True
                raise SandboxError(f"the sandbox was not ready within {within:g} s{self._last_words()}")
            read = os.read(stream, 1 << 16)
            if not read:
                raise SandboxError(f"the sandbox ended before it was ready{self._last_words()}")
            self._heard += read
        line, _, self._heard = self._heard.partition(b"\n")
        return line

    def _last_words(self) -> str:
        self._words.seek(0)
        lines = self._words.read().decode("utf-8", "replace").strip().splitlines()
        return f"; its last words: {lines[-1]}" if lines else ""


def _environment() -> dict[str, str]:
    """Make the environment of the other process: nothing of the user's AWS, and this very `promotion`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    house = str(Path(promotion.__file__).resolve().parent.parent)
    found = os.pathsep.join(filter(None, (house, kept.get("PYTHONPATH"))))
    fork_safe = {"no_proxy": "*", "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"}  # see `parent`
    return {**kept, **fork_safe, "PYTHONPATH": found}
