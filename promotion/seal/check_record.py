"""Whether a record is the one that is expected: image, phase, verdict, checklist, settings. Pure."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from promotion.core.canonical_json import V1, representable
from promotion.record.rehearsal import is_rehearsal
from promotion.seal.policy import SealPolicy
from promotion.seal.statements import PASSED, result_of


def record_problems(record: Mapping[str, Any], expected: SealPolicy) -> Iterator[str]:
    """Give what speaks against the record. Raises KeyError, TypeError or ValueError where it is no whole record."""
    if record["digest"] != expected.digest:
        yield f"the record is of {record['digest']}, expected {expected.digest}: run the checklist for this image"
    if record["phase"] != expected.phase:
        yield f"the record is of the phase {record['phase']}, expected {expected.phase}"
    if is_rehearsal(record) and not expected.rehearsal:
        yield (
            "the record is of a rehearsal, which allows no deployment: judge the image in its real accounts "
            "(--rehearsal verifies a rehearsal as one)"
        )
    elif expected.rehearsal and not is_rehearsal(record):
        yield "the record is of a real promotion, not of a rehearsal: verify it without --rehearsal"
    if result_of(record) != PASSED:
        yield (
            f"the record does not say GO for the whole phase: its verdict is {record['verdict']}, its exit "
            f"code {record['exit_code']}"
        )
    if expected.checklist_sha256 is None:
        yield (
            "the checklist to verify against is not known: run in the directory of checklist.md, or give --checklist"
        )
    elif record["checklist_sha256"] != expected.checklist_sha256:
        yield (
            f"it was judged with a different checklist.md ({record['checklist_sha256'][:12]}…, expected "
            f"{expected.checklist_sha256[:12]}…)"
        )
    yield from _settings(record, expected)


def _settings(record: Mapping[str, Any], expected: SealPolicy) -> Iterator[str]:
    if expected.settings_sha256 is not None:
        if record["settings_sha256"] != expected.settings_sha256:
            yield "it was judged with other settings than those whose hash was given"
    elif expected.settings is None:
        yield ("the settings to verify against are not known: run in the directory of promotion.toml, or give --config")
    else:
        other = sorted(_differences(record["settings"], _as_kept(record, expected.settings)))
        if other:
            yield (
                "it was judged with other settings: "
                f"{', '.join(other[:5])}{' and more' if len(other) > 5 else ''} differ"
            )


def _as_kept(record: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
    """The settings as a record of this schema holds them."""
    return settings if record["schema"] == V1 else representable(settings)


def _differences(here: Any, there: Any, at: str = "") -> Iterator[str]:
    """Name the keys in which two trees of settings differ. Of files that are named only the last part is compared."""
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        for key in {*here, *there}:
            yield from _differences(here.get(key), there.get(key), f"{at}.{key}" if at else str(key))
    elif isinstance(here, str) and isinstance(there, str) and here.startswith("/") and there.startswith("/"):
        if Path(here).name != Path(there).name:
            yield at
    elif here != there:
        yield at
