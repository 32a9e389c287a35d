"""Begin a run of the checklist inside pytest: read what it is to judge by, and register what takes part."""

import signal
import threading
from types import FrameType

import pytest

from promotion import checklist as checklists
from promotion.engine import evidence_fixtures as given
from promotion.engine.binding import Binding
from promotion.engine.configure import as_controller, as_worker, subjects_if_any
from promotion.engine.declared import declare
from promotion.engine.options import inspects, phase_of, read_options
from promotion.engine.worker import Judging
from promotion.evidence import REGISTRY, DeclarationError


def start(config: pytest.Config) -> None:
    """Register the plugins of this run. UsageError for whatever is wrong with what was asked."""
    _raise_if_asserts_are_stripped()
    try:
        checklist = checklists.load_checklist(checklists.find(config.invocation_params.dir))
        declare()
        REGISTRY.check()
    except (checklists.ChecklistError, DeclarationError) as mistake:
        raise pytest.UsageError(str(mistake)) from None
    for marker in checklist.markers:
        config.addinivalue_line("markers", f"{marker}: a section or phase of checklist.md")
    config.pluginmanager.register(given, "promotion.engine.evidence_fixtures")
    _collect_the_checklist(config)
    asked = read_options(config)
    if inspects(config.option):
        phase_of(config, checklist)
        config.pluginmanager.register(Judging(Binding(checklist, subjects_if_any(config, asked)), checklist, None))
        return
    if hasattr(config, "workerinput"):
        run = as_worker(config, checklist)
    else:
        run, controller = as_controller(config, asked, checklist)
        config.pluginmanager.register(controller)
        _end_like_ctrl_c(config)
    config.stash[given.RUN] = run
    config.pluginmanager.register(Judging(Binding(checklist, run.subjects), checklist, run))


def _raise_if_asserts_are_stripped() -> None:
    """Try an assertion that does not hold. Python -O removes it, and with it every judgement: all would pass.

    https://docs.python.org/3/using/cmdline.html#cmdoption-O
    """
    try:
        assert not pytest
    except AssertionError:
        return
    raise pytest.UsageError(
        "this Python removes assert statements, so every item would pass: run it without -O, and unset PYTHONOPTIMIZE"
    )


def _collect_the_checklist(config: pytest.Config) -> None:
    """Where neither the command line nor a configuration says what to collect, collect `tests_promotion`.

    pytest takes every word that is an existing path for a hint at where its configuration is, also the value of an
    option such as `--replay FILE`, and may then find none.
    """
    own = config.invocation_params.dir / "tests_promotion"
    if config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR and own.is_dir():
        config.args = [str(own)]


def _end_like_ctrl_c(config: pytest.Config) -> None:
    """Write record and report, incomplete, also when a pipeline is cancelled, which says SIGTERM."""
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, _interrupt)

        def restore() -> None:
            signal.signal(signal.SIGTERM, before)

        config.add_cleanup(restore)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
