"""What a pipeline shows by itself: in GitHub Actions the job summary, and an annotation for each item that blocks.

Both are asked for by the variables that GitHub sets: `GITHUB_ACTIONS=true` and `GITHUB_STEP_SUMMARY`, the file that a
step's summary is appended to (at most 1 MiB a step).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from promotion.report import annotations

LARGEST = 2**20
"""Bytes of a step's summary; GitHub shows nothing of a larger one."""


def tell(record: Mapping[str, Any], summary: str, environ: Mapping[str, str]) -> str:
    """Append the summary where GitHub looks for it, and give the lines to print; empty outside of GitHub Actions.

    A summary file that cannot be written changes no verdict: it is said in a line of its own.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return ""
    lines = annotations(record)
    place = environ.get("GITHUB_STEP_SUMMARY")
    trouble = _append(Path(place), summary) if place else ""
    return lines + (f"::warning title=Job summary::{trouble}\n" if trouble else "")


def _append(path: Path, summary: str) -> str:
    """Append the summary whole, or not at all; say what kept it out."""
    text = f"{summary}\n".encode("utf-8", "backslashreplace")
    try:
        before = path.stat().st_size if path.exists() else 0
        if before + len(text) > LARGEST:
            return "there is no room for the checklist: earlier commands of this step have filled its summary"
        with path.open("ab") as file:
            file.write(text)
    except OSError as trouble:
        return f"the checklist could not be added: {trouble.strerror}"
    return ""
