"""Answers that GitHub does not give: none of them is read as one."""

import gzip
from typing import Any

import pytest

from promotion.clients.github import code, runs
from promotion.clients.github.client import GitHubLimits
from promotion.unknown import Reason
from tests.clients.oci.hostile import Act, Server, answer, hang, hang_up, raw

from .shop import COMMIT, JOBS_PATH, REPO, RUN, Make, body, run_answer, says, unknown


@pytest.mark.parametrize("changes", [{"id": 6}, {"run_attempt": 2}], ids=["id", "attempt"])
def test_another_run_than_was_asked_for(server: Server, victim: Make, changes: dict[str, Any]) -> None:
    """An answer about something else is not an answer."""
    server.on(f"{RUN}/attempts/1", says(run_answer(**changes)))
    unknown(lambda: runs.run(victim(), 5, 1), Reason.MALFORMED)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (answer(b"<html>Sign in</html>", Content_Type="text/html"), Reason.MALFORMED),
        (answer(body(run_answer()), Content_Type="text/plain"), Reason.MALFORMED),
        (answer(b"", Content_Type="application/json"), Reason.TRUNCATED),
        (answer(body(run_answer())[:-20], Content_Type="application/json"), Reason.TRUNCATED),
        (answer(body(run_answer())[:-1], Content_Type="application/json"), Reason.TRUNCATED),
        (answer(b'{"id": 5} {"id": 6}', Content_Type="application/json"), Reason.MALFORMED),
        (answer(b'{"id": NaN}', Content_Type="application/json"), Reason.MALFORMED),
        (answer(b'{"id": "\xff"}', Content_Type="application/json"), Reason.MALFORMED),
        (answer(b"[" * 100_000, Content_Type="application/json"), Reason.MALFORMED),
        (answer(b'{"id": ' + b"9" * 5000 + b"}", Content_Type="application/json"), Reason.MALFORMED),
        (answer(b"not gzip", Content_Type="application/json", Content_Encoding="gzip"), Reason.MALFORMED),
        (raw("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 900\n\n", b'{"id'), Reason.TRUNCATED),
        (raw("HTTP/1.1 200 OK\nContent-Type: application/json\n\n", b'{"id": 5, "na'), Reason.TRUNCATED),
        (raw("HTTP/1.1 200 OK\nContent-Type: appl"), Reason.TRUNCATED),
        (answer(b"", 204), Reason.ERROR),
        (answer(b"", 302), Reason.ERROR),
        (hang, Reason.TIMEOUT),
        (hang_up, Reason.UNREACHABLE),
    ],
    ids=[
        "a login page",
        "another media type",
        "nothing",
        "cut in the middle",
        "cut at the end",
        "two documents",
        "NaN",
        "no UTF-8",
        "too deep",
        "a huge number",
        "no gzip",
        "less than announced",
        "cut without a length",
        "a head that breaks off",
        "204",
        "a redirect to nowhere",
        "silence",
        "hung up",
    ],
)
def test_what_is_no_answer(server: Server, victim: Make, act: Act, reason: Reason) -> None:
    """A login page, cut or nested JSON, another encoding, silence: each is said for what it is."""
    server.on(RUN, act)
    unknown(lambda: runs.run(victim(), 5), reason)


def test_more_than_is_read(server: Server, victim: Make) -> None:
    """A body is read up to a limit, counted after decompression."""
    large = gzip.compress(body({**run_answer(), "padding": "x" * 100_000}))
    server.on(RUN, answer(large, Content_Type="application/json", Content_Encoding="gzip"))
    unknown(lambda: runs.run(victim(limits=GitHubLimits(most_bytes=50_000)), 5), Reason.TRUNCATED)
    server.on(RUN, answer(body(run_answer()) + b" " * 100_000 + b"x", Content_Type="application/json"))
    unknown(lambda: runs.run(victim(limits=GitHubLimits(most_bytes=50_000)), 5), Reason.TRUNCATED)


@pytest.mark.parametrize(
    "document",
    [
        [],
        None,
        "run",
        {},
        {"message": "Not Found"},
        run_answer(id="5"),
        run_answer(id=True),
        run_answer(id=5.0),
        run_answer(head_sha=None),
        run_answer(created_at="yesterday"),
        run_answer(created_at="2026-03-02T08:00:00"),
        run_answer(repository="example/shop"),
        run_answer(repository={}),
        run_answer(status=3),
        run_answer(conclusion=["success"]),
    ],
    ids=[
        "a list",
        "null",
        "a text",
        "empty",
        "an error",
        "id a text",
        "id a boolean",
        "id a fraction",
        "no commit",
        "no date",
        "no zone",
        "repository a text",
        "repository empty",
        "status a number",
        "conclusion a list",
    ],
)
def test_fields_of_another_type(server: Server, victim: Make, document: Any) -> None:
    """What is judged must be there, and be what it is by GitHub's description."""
    server.on(RUN, says(document))
    unknown(lambda: runs.run(victim(), 5), Reason.MALFORMED)


def test_a_branch_that_is_neither_protected_nor_not(server: Server, victim: Make) -> None:
    """True and false are words of JSON; a text is neither. Where nothing is said it is not protected."""
    server.on(f"{REPO}/rules/branches/main", says([]))
    main = {"name": "main", "commit": {"sha": COMMIT}}
    for said in ("true", 1, []):
        server.on(f"{REPO}/branches/main", says({**main, "protected": said}))
        unknown(lambda: code.branch(victim(), "main"), Reason.MALFORMED)
    server.on(f"{REPO}/branches/main", says(main))
    assert code.branch(victim(), "main").is_protected is False
    server.on(f"{REPO}/branches/main", says({**main, "protected": True}))
    assert code.branch(victim(), "main").is_protected is True


def test_fields_that_may_be_missing(server: Server, victim: Make) -> None:
    """GitHub's own examples leave out some that its description demands, and the description does not demand all."""
    few = run_answer()
    for name in ("run_attempt", "run_started_at", "html_url"):
        del few[name]
    server.on(RUN, says({**few, "conclusion": None, "status": None, "head_branch": None, "head_repository": None}))
    found = runs.run(victim(), 5)
    assert (found.attempt, found.started, found.status, found.ended) == (1, found.created, "", False)
    assert found.head_branch is found.head_repository is found.conclusion is None
    job = {"id": 1, "name": "build \ud800", "status": "completed", "conclusion": "success"}
    server.on(JOBS_PATH, says({"total_count": 1, "jobs": [job]}))
    (found_job,) = runs.jobs(victim(), 5)
    assert (found_job.name, found_job.attempt, found_job.succeeded) == ("build ?", None, True)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([{"type": "file"}], Reason.NOT_SUPPORTED),
        ({"type": "symlink"}, Reason.NOT_SUPPORTED),
        ({"type": "file", "encoding": "none", "content": ""}, Reason.NOT_SUPPORTED),
        ({"type": "file", "encoding": "base64", "content": "!!"}, Reason.MALFORMED),
        ({"type": "file", "encoding": "base64", "content": "/w=="}, Reason.MALFORMED),
        ({"type": "file", "encoding": "base64", "content": "eA=="}, Reason.MALFORMED),
    ],
    ids=["a folder", "a link", "large", "no base64", "no text", "no path"],
)
def test_files_that_are_none(server: Server, victim: Make, document: Any, reason: Reason) -> None:
    """A folder, a link, a large file, a file that is no text."""
    server.on(f"{REPO}/contents/docs/rollback.md", says(document))
    unknown(lambda: code.content(victim(), "docs/rollback.md", COMMIT), reason)
