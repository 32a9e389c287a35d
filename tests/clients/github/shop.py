"""The shop as these tests know it: who it is, and answers about it written by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from promotion.clients.github.claims import BuildClaim, Source
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.models import Branch, Job, WorkflowRun
from promotion.unknown import Reason, Unknown
from tests.clients.oci.hostile import Act, answer

Make = Callable[..., GitHubClient]
"""What the fixture `victim` gives."""
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
REPOSITORY = "example/shop"
COMMIT, PREVIOUS = "c0ffee00" * 5, "0ddba110" * 5
DIGEST = "sha256:" + "ab" * 32
TOKEN = "ghs_" + "s3cr3t" * 6
REPO = f"/repos/{REPOSITORY}"
RUN = f"{REPO}/actions/runs/5"
JOBS_PATH = f"{RUN}/jobs"
RUNS = f"{REPO}/actions/workflows/build.yml/runs"
JOBS = ("build", "test", "scan", "sign")
MAIN = Branch("main", COMMIT, is_protected=True, rules=("pull_request",))


def run_answer(**changes: Any) -> dict[str, Any]:
    """Write a run as GitHub does, with the fields that are read."""
    return {
        "id": 5,
        "run_attempt": 1,
        "path": ".github/workflows/build.yml",
        "head_sha": COMMIT,
        "head_branch": "main",
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "created_at": "2026-03-02T08:00:00Z",
        "run_started_at": "2026-03-02T08:00:00Z",
        "html_url": "https://github.com/example/shop/actions/runs/5",
        "repository": {"full_name": REPOSITORY},
        "head_repository": {"full_name": REPOSITORY},
        **changes,
    }


def a_run(**changes: Any) -> WorkflowRun:
    """Give a run that succeeded."""
    return WorkflowRun.parse(run_answer(**changes), "a run")


def some_jobs(attempt: int | None = 1, /, **ends: str | None) -> tuple[Job, ...]:
    """Give the four jobs of the build; `test="failure"` for how one ended, None while it goes on."""
    return only_jobs(attempt, **{**dict.fromkeys(JOBS, "success"), **ends})


def only_jobs(attempt: int | None = 1, /, **ended: str | None) -> tuple[Job, ...]:
    """Give jobs by name, as they ended."""
    return tuple(
        Job(number + 100 * (attempt or 0), name, attempt, "completed" if end else "in_progress", end)
        for number, (name, end) in enumerate(ended.items())
    )


def claim(source: Source = Source.PROVENANCE, **changes: Any) -> BuildClaim:
    """Give a claim that run 5 built the commit."""
    return BuildClaim(source, **{"repository": REPOSITORY, "commit": COMMIT, "run_id": 5, "attempt": 1, **changes})


def body(document: Any) -> bytes:
    """Write JSON."""
    return json.dumps(document).encode()


def unknown(look: Callable[[], Any], reason: Reason) -> str:
    """Give the message of the Unknown that a look ends with. It is one sentence, and has no secret in it."""
    with pytest.raises(Unknown) as caught:
        look()
    assert caught.value.reason == reason, caught.value
    assert TOKEN not in f"{caught.value!r} {caught.value}"
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 500
    return caught.value.message


def says(document: Any, status: int = 200, **headers: str) -> Act:
    """Answer with JSON."""
    return answer(body(document), status, **{"Content_Type": "application/json; charset=utf-8", **headers})


def refuses(status: int, message: str = "Something", **headers: str) -> Act:
    """Refuse as GitHub does."""
    return says({"message": message, "documentation_url": "https://docs.github.com/rest"}, status, **headers)
