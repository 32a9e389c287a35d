"""A command in a process of its own, which can be killed: forked from one that has loaded everything already."""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.stories.loaded", "promotion.cli"])


def begin(words: Sequence[str], variables: Mapping[str, str], said: Path) -> BaseProcess:
    """Start `promotion` with these words and variables; what it prints goes into a file."""
    process = FORKS.Process(target=_run, args=(list(words), dict(variables), said), daemon=True)
    process.start()
    return process


def _run(words: list[str], variables: dict[str, str], said: Path) -> None:
    from promotion.cli import main

    os.environ.update(variables)
    with said.open("w") as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(words)
    sys.exit(code)
