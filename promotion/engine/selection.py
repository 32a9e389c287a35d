"""What a run selects, written as one would type it, and read back: for replays, and for the workers of xdist."""

import shlex

import pytest


def selection(config: pytest.Config) -> str:
    """What this command line selects: `-m dev -k lambda`. Empty when it selects nothing in particular."""
    words: list[str] = []
    if config.option.markexpr:
        words += ["-m", config.option.markexpr]
    if config.option.keyword:
        words += ["-k", config.option.keyword]
    for left_out in config.option.deselect or ():
        words += ["--deselect", left_out]
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        words += config.args
    return shlex.join(words)


def select(config: pytest.Config, selected: str) -> None:
    """Select what `selection` wrote down."""
    words = shlex.split(selected)
    left_out: list[str] = []
    paths: list[str] = []
    while words:
        match words.pop(0):
            case "-m":
                config.option.markexpr = words.pop(0)
            case "-k":
                config.option.keyword = words.pop(0)
            case "--deselect":
                left_out.append(words.pop(0))
            case path:
                paths.append(path)
    config.option.deselect = left_out or None
    if paths:
        config.args = paths
