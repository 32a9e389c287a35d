"""GitHub's description, cut down, finds the mistakes that a client or a fake can make."""

import json
from typing import Any

import pytest

from tests.clients.github.description.description import CONTRADICTED, SUBSET, check_answer, check_request
from tests.clients.github.description.subset import subset

RUNS = "/repos/example/shop/actions/runs"
ISSUES = "/repos/example/shop/issues"


def test_the_subset_is_what_the_script_makes() -> None:
    """Cutting it again changes nothing: it has just what is wanted, and whatever that refers to."""
    kept = json.loads(SUBSET.read_text(encoding="utf-8"))
    assert subset(kept) == kept
    assert SUBSET.stat().st_size < 600_000


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", RUNS, {"head_sha": "c0ffee", "per_page": "100"}, None),
        ("GET", RUNS, {"created": ">=2026-03-01"}, None),
        ("GET", "/repos/example/shop/contents/docs/rollback.md", {"ref": "main"}, None),
        ("GET", "/repos/example/shop/commits/feature/x", {}, None),
        ("POST", f"{RUNS}/1/cancel", {}, None),
        ("POST", ISSUES, {}, {"title": "Rollback of shop", "labels": ["incident"]}),
    ],
)
def test_requests_that_github_takes(method: str, path: str, query: dict[str, str], body: Any) -> None:
    """A request as the description has it passes."""
    check_request(method, path, query, body)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "said"),
    [
        ("GET", RUNS, {"head_shaa": "c0ffee"}, None, "no query parameter 'head_shaa'"),
        ("GET", RUNS, {"status": "done"}, None, "status: .*'done' is not one of"),
        ("GET", f"{RUNS}/latest", {}, None, "run_id: .*'latest' is not of type 'integer'"),
        ("GET", f"{RUNS}/1/logs", {}, None, "not in the subset"),
        ("DELETE", f"{RUNS}/1", {}, None, "does not take DELETE"),
        ("POST", ISSUES, {}, None, "the request has no body"),
        ("POST", ISSUES, {}, {"body": "x"}, "'title' is a required property"),
        ("POST", ISSUES, {}, {"title": "x", "label": ["incident"]}, "'label' was unexpected"),
        ("POST", f"{RUNS}/1/cancel", {}, {}, "has a body, and GitHub knows none"),
    ],
)
def test_requests_that_github_does_not_take(
    method: str, path: str, query: dict[str, str], body: Any, said: str
) -> None:
    """A wrong name, type or value is told, also where GitHub itself would pass over it in silence."""
    with pytest.raises(AssertionError, match=said):
        check_request(method, path, query, body)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"total_count": 0}, "'workflow_runs' is a required property"),
        (200, {"total_count": "0", "workflow_runs": []}, "'0' is not of type 'integer'"),
        (200, {"total_count": 0, "workflow_runs": [], "next": 2}, "'next' was unexpected"),
        (200, None, "None is not of type 'object'"),
        (201, {}, "does not answer with 201"),
        (401, {"messag": "Bad credentials"}, "'messag' was unexpected"),
    ],
)
def test_answers_that_github_does_not_give(status: int, body: Any, said: str) -> None:
    """A property that is missing, unknown or of another type is told; so is a status that is not declared."""
    with pytest.raises(AssertionError, match=said):
        check_answer("GET", RUNS, status, body)


def test_contradictions_are_about_what_is_there() -> None:
    """Every exception names a property that the description demands: an old one falls away."""
    schemas = json.loads(SUBSET.read_text(encoding="utf-8"))["components"]["schemas"]
    assert all(names <= {*schemas[component]["required"]} for component, names in CONTRADICTED.items())
