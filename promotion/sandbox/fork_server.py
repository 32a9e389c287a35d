"""The warm parent: builds the world once, then gives a process of its own to each world that is asked for.

A fork costs some 30 ms where a new build costs seconds. It is safe because the parent has one thread and no socket.
macOS: Objective-C and the system's proxy look-up may end a forked child; `no_proxy=*` and
OBJC_DISABLE_INITIALIZE_FORK_SAFETY=YES must be in the environment before Python starts (`client` sees to it).
"""

import gc
import os
import shutil
import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from promotion.sandbox import catalogue
from promotion.sandbox.protocol import REFUSED, STOP, Order, SandboxError, refusal
from promotion.sandbox.serve_world import World, go_live
from promotion.sandbox.tls import Authority


def give_worlds(build: Callable[[], World], orders: BinaryIO, answers: BinaryIO) -> None:
    """Build the world, then answer each line of `orders` with a forked one, until `orders` ends.

    The end of `orders` is the end of whoever asked, however it came about: all worlds end with it. If this process is
    killed, they see the end of their life-line.
    """
    world, authority = build(), Authority()
    catalogue.load()
    worlds: dict[int, _Child] = {}
    gc.collect()
    gc.freeze()  # so that a child's collections do not copy what it shares with this process
    try:
        for line in iter(orders.readline, b""):
            if line.startswith(STOP):
                stopped = worlds.pop(int(line.removeprefix(STOP)), None)
                if stopped:
                    stopped.end()
                continue
            child = _fork(world, authority, Order.parse(line), list(worlds.values()))
            if child.said.startswith(REFUSED):
                child.end()
            else:
                worlds[child.pid] = child
            answers.write(child.said)
            answers.flush()
    finally:
        for child in worlds.values():
            child.end()


def give_one(build: Callable[[], World], orders: BinaryIO, answers: BinaryIO) -> None:
    """Serve one world from this process, without a fork, until `orders` ends."""
    order = Order.parse(orders.readline())
    folder = _folder()
    try:
        answers.write(_said(build(), Authority(), order, folder))
        answers.flush()
        orders.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Child:
    """A forked world, seen from the parent."""

    def __init__(self, pid: int, life_line: int, folder: Path, said: bytes) -> None:
        self.pid = pid
        self.life_line = life_line
        self.said = said
        self._folder = folder

    def end(self) -> None:
        """End the process. It is a child not yet waited for, so the pid is still its own."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.life_line)
        shutil.rmtree(self._folder, ignore_errors=True)


def _fork(world: World, authority: Authority, order: Order, others: list[_Child]) -> _Child:
    assert threading.active_count() == 1, "a process with several threads must not be forked"
    folder = _folder()
    told, tell = os.pipe()
    life, life_line = os.pipe()
    pid = os.fork()
    if pid == 0:
        for end in (told, life_line, *(other.life_line for other in others)):
            os.close(end)
        try:
            _live(lambda: _said(world, authority, order, folder), tell, life)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)  # nothing of the parent's may be flushed, cleaned up or ended by a child
    os.close(tell)
    os.close(life)
    with os.fdopen(told, "rb") as pipe:
        said = pipe.read()
    return _Child(pid, life_line, folder, said or refusal("the new process ended before it could say why"))


def _live(say: Callable[[], bytes], tell: int, life: int) -> None:
    """Be a forked world until the life-line ends."""
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)  # the orders and the answers are the parent's
    os.dup2(silence, 1)
    with os.fdopen(tell, "wb") as pipe:
        pipe.write(say())
    os.read(life, 1)


def _said(world: World, authority: Authority, order: Order, folder: Path) -> bytes:
    try:
        return go_live(world, authority, order, folder).line()
    except (SandboxError, catalogue.CatalogueError) as error:
        return refusal(str(error))
    except Exception as error:  # noqa: BLE001 - a fault may be any code; whoever asked must hear of it
        traceback.print_exc()
        where = traceback.extract_tb(error.__traceback__)[-1]
        return refusal(f"seeding {', '.join(order.faults) or 'no fault'} broke: {error!r} in {where.name}")


def _folder() -> Path:
    return Path(mkdtemp(prefix="promotion-sandbox-"))
