"""The report directory: where a run reports into, who may write there, and what is kept of what was sealed. This module does I/O.

By default a run reports into `reports/<phase>/`; the records of all phases, and the receipts, stand in `reports/` itself. With
`--report-dir DIR` everything stands in DIR.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path("reports")
"""Where runs report into that are told nothing else, below the current folder."""
RECORD, PAGE, JUNIT, SUMMARY, SIGNED_PAGE, SEAL = (
    "record.json",
    "checklist.html",
    "junit.xml",
    "summary.md",
    "signed.html",
    "seal",
)
SEALED = "sealed"
"""The folder that earlier sealed reports are moved to, each to a folder named by when its run finished."""
LEFT = (JUNIT, SUMMARY, SEALED)
"""What a run leaves there beside what is sealed."""
_LARGEST = 64 * 1024 * 1024


class InUseError(Exception):
    """Another run reports into the directory; the message says what to do."""


def lock(folder: Path) -> Callable[[], None]:
    """Claim a directory for one process, and give what lets it go; a process that dies lets it go as well.

    Raises InUseError, and OSError where the directory cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InUseError(
            f"another run reports into {folder}: wait for it, or give this one another --report-dir"
        ) from None
    except OSError:
        os.close(handle)
        raise
    return lambda: os.close(handle)


def set_aside(folder: Path) -> Mapping[str, Any] | None:
    """Move a sealed report whole to `sealed/<time>/`, and give how a later record names it; None if nothing is sealed.

    It is copied, put in place in one step, and only then removed here: a process that is killed leaves it in one of the two
    places, or in both. Raises OSError.
    """
    if not (folder / SEAL).is_dir() or not any((folder / SEAL).iterdir()):
        return None
    record = _record(folder)
    time = str(record.get("finished") or "unknown").replace(":", "").replace("/", "")
    place = next(_free(folder / SEALED / time))
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in (RECORD, PAGE, JUNIT, SUMMARY, SIGNED_PAGE):
        if (folder / name).is_file():
            shutil.copy2(folder / name, part)
    shutil.copytree(folder / SEAL, part / SEAL)
    part.replace(place)
    for name in (RECORD, PAGE, JUNIT, SUMMARY, SIGNED_PAGE):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / SEAL)
    names = ("digest", "phase", "verdict", "finished")
    return {"path": f"{SEALED}/{place.name}", **{name: str(record.get(name, "")) for name in names}}


def reported_into(folder: Path, phase: str | None = None) -> Path:
    """Give the directory that a person means by `reports`: itself, or that of the phase in it, or the only one in it."""
    if (folder / RECORD).exists():
        return folder
    if phase is not None and ((folder / phase / RECORD).exists() or (folder / phase / SEALED).is_dir()):
        return folder / phase
    inside = sorted(path.parent for path in folder.glob(f"*/{RECORD}"))
    return inside[0] if phase is None and len(inside) == 1 else folder


def sealed_before(folder: Path, digest: str, phase: str) -> Path | None:
    """Give the newest sealed report of this image and phase that a later run has moved away; None if there is none."""
    for place in sorted((folder / SEALED).glob("[!.]*"), reverse=True):
        record = _record(place)
        if (record.get("digest"), record.get("phase")) == (digest, phase):
            return place
    return None


def _free(place: Path) -> Iterator[Path]:
    number = 1
    while True:
        tried = place if number == 1 else place.with_name(f"{place.name}-{number}")
        if not tried.exists():
            yield tried
        number += 1


def _record(folder: Path) -> Mapping[str, Any]:
    path = folder / RECORD
    try:
        tree = json.loads(path.read_bytes()) if path.is_file() and path.stat().st_size <= _LARGEST else {}
    except (OSError, ValueError):
        return {}
    return tree if isinstance(tree, Mapping) else {}
