"""What a pipeline shows by itself: in GitHub Actions the job summary, and an annotation for each item that blocks.

Both are asked for by the variables that GitHub sets: `GITHUB_ACTIONS=true` and `GITHUB_STEP_SUMMARY`, the file that a
step's summary is appended to (at most 1 MiB a step).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

from promotion.report import annotations

LARGEST = 2**20
"""Bytes of a step's summary; GitHub shows nothing of a larger one."""

_PAGE = re.compile(r"https?://[A-Za-z0-9.:-]+/[\w.-]+/[\w.-]+/actions/runs/\d+(?:/attempts/\d+)?")


def page_of_run(environ: Mapping[str, str]) -> str:
    """Give the address of the run's page at GitHub, of this attempt; empty outside of GitHub Actions.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables: GITHUB_SERVER_URL, GITHUB_REPOSITORY,
    GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return ""
    server, attempt = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_RUN_ATTEMPT", "")
    page = f"{server}/{environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
    page += f"/attempts/{attempt}" if attempt else ""
    return page if _PAGE.fullmatch(page) else ""


def stop_commands(environ: Mapping[str, str]) -> str:
    """Give a word until which, once told, GitHub's runner takes no line for a command; empty outside of GitHub Actions.

    What the gate shows has names that others chose, of alarms, branches and log lines: one of them could be a command that
    masks words, or hides the annotations. The word is random, so that nobody can end it.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
    """
    return f"promotion-{token_hex(16)}" if environ.get("GITHUB_ACTIONS") == "true" else ""


def write_summary(record: Mapping[str, Any], summary: str, environ: Mapping[str, str]) -> str:
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
