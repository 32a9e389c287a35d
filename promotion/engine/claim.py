"""Claim the report directory before anything else happens: what a run that ends early leaves there is never an old GO.

pytest knows the options of its plugins before it reads conftest.py and settings; from then on the directory belongs to this run.
A report that was sealed is not lost by it: it is moved aside whole.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from promotion.checklist import PHASES, ChecklistError, find, load_checklist
from promotion.engine.options import inspects, named_phases
from promotion.engine.outputs import Outputs, OutputsError
from promotion.record import directory
from promotion.record.directory import InUseError

_CLAIMED = pytest.StashKey[dict[Path, Mapping[str, Any] | None]]()


def claim_early(config: pytest.Config) -> None:
    """Claim the directory of a run of the checklist that will look. UsageError, exit 4."""
    # An xdist worker is given its controller's options: the directory is claimed by then.
    option = config.known_args_namespace
    if "PYTEST_XDIST_WORKER" in os.environ or option.replay is not None or inspects(option):
        return
    for phase in _phases(config, option.markexpr):
        claim(config, report_dir(config, option.report_dir, phase))


def claim(config: pytest.Config, folder: Path, *, source: Path | None = None) -> Mapping[str, Any] | None:
    """Claim a directory for this run, once, and give the sealed report that had to be moved, if there was one."""
    claimed = config.stash.setdefault(_CLAIMED, {})
    if folder not in claimed:
        try:
            let_go = directory.lock(folder)
        except InUseError as trouble:
            raise pytest.UsageError(str(trouble)) from None
        except OSError as trouble:
            raise pytest.UsageError(f"cannot write to {folder}: {trouble.strerror}") from None
        config.add_cleanup(let_go)
        try:
            claimed[folder] = directory.set_aside(folder)
            Outputs(folder, source=source).clear()
        except OSError as trouble:
            raise pytest.UsageError(
                f"the sealed report in {folder} cannot be moved to {directory.SEALED}/: {trouble.strerror}"
            ) from None
        except OutputsError as trouble:
            raise pytest.UsageError(str(trouble)) from None
    return claimed[folder]


def report_dir(config: pytest.Config, given: Path | None, phase: str) -> Path:
    """Give where a run of this phase reports into."""
    if given is not None:
        return given
    return config.invocation_params.dir / directory.ROOT / phase


def report_root(config: pytest.Config, given: Path | None) -> Path:
    """Give where records and receipts of all phases stand."""
    return config.invocation_params.dir / directory.ROOT if given is None else given


def _phases(config: pytest.Config, expression: str) -> list[str]:
    """The phases that `-m` names; what is wrong with it, or with the checklist, is said later."""
    try:
        return named_phases(expression, load_checklist(find(config.invocation_params.dir))) or [PHASES[0]]
    except (ChecklistError, OSError):
        return [PHASES[0]]
