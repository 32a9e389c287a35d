"""Judge a record again: what it must be for that, and how the question is asked once more."""

from pathlib import Path
from typing import Any

import pytest

from promotion.checklist import Checklist
from promotion.core.canonical_json import SCHEMAS, parse_record
from promotion.engine.options import phase_of
from promotion.engine.run import Question
from promotion.engine.selection import select, selection
from promotion.settings import Loaded, SettingsError, parse

_PARTS = {
    "phase": str,
    "digest": str,
    "started": str,
    "finished": str,
    "clock": str,
    "selection": str,
    "exit_code": int,
    "complete": bool,
    "rehearsal": bool,
    "checklist_sha256": str,
    "settings": dict,
    "settings_origins": dict,
    "errors": list,
    "chain": list,
    "items": list,
    "evidence": dict,
}


def read_record(path: Path) -> dict[str, Any]:
    """A record.json. UsageError when it is none, or not whole."""
    try:
        tree = parse_record(path.read_bytes())
    except FileNotFoundError:
        raise pytest.UsageError(f"record {path} does not exist") from None
    except (OSError, ValueError):
        raise pytest.UsageError(f"{path} cannot be parsed as a record") from None
    if not isinstance(tree, dict) or tree.get("schema") not in SCHEMAS:
        raise pytest.UsageError(f"{path} is not a record of schema {' or '.join(SCHEMAS)}")
    for part, kind in _PARTS.items():
        if not isinstance(tree.get(part), kind):
            raise pytest.UsageError(
                f"{path} is not a complete record: {part!r} is missing or has another type than expected"
            )
    return tree


def question_of(path: Path, config: pytest.Config, report_dir: Path, checklist: Checklist) -> Question:
    """What a record was the answer to, and the selection it was made with. UsageError when it cannot be asked again."""
    record = read_record(path)
    if not record["complete"]:
        raise pytest.UsageError(f"{path} is of a run that did not complete: it cannot be judged again")
    if record["checklist_sha256"] != checklist.sha256:
        raise pytest.UsageError(
            f"{path} was made with a different checklist.md (sha256 {record['checklist_sha256'][:12]}…, here "
            f"{checklist.sha256[:12]}…): replay it with the checklist it was made with"
        )
    try:
        settings = parse(record["settings"], str(path))
    except SettingsError as mistake:
        raise pytest.UsageError(str(mistake)) from None
    given = selection(config)
    if given:
        phase_of(config, checklist)  # as the command line was read then
        given = selection(config)
    if given not in ("", record["selection"]):
        raise pytest.UsageError(
            f"--replay judges what was selected in the recorded run ({record['selection']}): it cannot be combined "
            f"with another selection ({given})"
        )
    select(config, record["selection"])
    loaded = Loaded(settings, record["settings_origins"])
    return Question(record["phase"], record["digest"], loaded, record["selection"], report_dir, record)
