"""GitHub's API of the sandbox: every answer is one that GitHub's own description allows, and it keeps what is done."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from promotion.core.clock import StoppedClock
from promotion.sandbox.github import GitHub, Token
from promotion.sandbox.github.records import Alert
from promotion.sandbox.github.shop import APPROVER, LEAD, Planted, plant_shop
from tests.clients.github.description.description import check_answer, check_request

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
COMMIT, PREVIOUS = "c0ffee00" * 5, "0ddba110" * 5
DIGEST = "sha256:" + "ab" * 32
REPO = "/repos/example/shop"
PROVENANCE, SBOM = "https://slsa.dev/provenance/v1", "https://cyclonedx.org/bom"


class Asking:
    """Asks the API as somebody; whatever is asked and answered is held against GitHub's description."""

    def __init__(self, github: GitHub, token: str = "workflow") -> None:
        self._client = Client(github)
        self._token = token

    def ask(self, method: str, path: str, body: Any = None, expect: int = 200, **query: Any) -> Any:
        """Ask, and give the JSON of the answer."""
        return _json(self.answer(method, path, body, expect, **query))

    def answer(
        self, method: str, path: str, body: Any = None, expect: int = 200, *, headers: Any = None, **query: Any
    ) -> TestResponse:
        """Ask, and give the whole answer."""
        told = {"Authorization": f"Bearer {self._token}", "User-Agent": "test", **(headers or {})}
        given = {"json": body} if body is not None else {}
        answer = self._client.open(path, method=method, query_string=query, headers=told, **given)
        if expect < 400:
            check_request(method, path, query, body)
        if "raw" not in told.get("Accept", ""):
            check_answer(method, path, answer.status_code, _json(answer))
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer


def _json(answer: TestResponse) -> Any:
    return json.loads(answer.get_data()) if answer.get_data() else None


@pytest.fixture
def github() -> GitHub:
    """Know a workflow, its lead, its approver and an administrator."""
    tokens = {
        "workflow": Token(),
        "lead": Token(LEAD),
        "approver": Token(APPROVER),
        "admin": Token("administrator", is_admin=True),
    }
    return GitHub(tokens, clock=StoppedClock(NOW))


@pytest.fixture
def planted(github: GitHub) -> Planted:
    """Plant the healthy repository."""
    return plant_shop(github.repository, commit=COMMIT, previous_commit=PREVIOUS, now=NOW)


@pytest.fixture
def asking(github: GitHub, planted: Planted) -> Asking:
    """Ask as a workflow does."""
    return Asking(github)


def bundle(predicate_type: str) -> dict[str, Any]:
    """Write a bundle around a statement of that type."""
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": predicate_type, "predicate": {}}
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {},
        "dsseEnvelope": {"payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": []},
    }


# Health


def test_the_build_of_the_commit_succeeded(asking: Asking, planted: Planted) -> None:
    """The commit leads to one run of build.yml on main, at its first attempt, with all jobs successful."""
    listed = asking.ask("GET", f"{REPO}/actions/workflows/build.yml/runs", head_sha=COMMIT)
    assert listed["total_count"] == 1
    (run,) = listed["workflow_runs"]
    assert (run["id"], run["event"], run["head_branch"], run["run_attempt"], run["conclusion"]) == (
        planted.build.id,
        "push",
        "main",
        1,
        "success",
    )
    jobs = asking.ask("GET", f"{REPO}/actions/runs/{run['id']}/jobs", filter="latest")["jobs"]
    assert [(job["name"], job["conclusion"]) for job in jobs] == [
        (name, "success") for name in ("build", "test", "scan", "sign")
    ]


def test_the_promotion_is_in_progress(asking: Asking, planted: Planted) -> None:
    """The run that asks is running, and has no conclusion."""
    run = asking.ask("GET", f"{REPO}/actions/runs/{planted.promotion.id}")
    assert (run["status"], run["conclusion"]) == ("in_progress", None)


def test_everything_there_is_to_read(asking: Asking, github: GitHub, planted: Planted) -> None:
    """All that can be looked at is in the form of GitHub's description."""
    repository = github.repository
    for state in ("open", "dismissed"):
        repository.alerts.append(Alert(len(repository.alerts) + 1, "CVE-2026-1", "critical", COMMIT, NOW, state=state))
    planted.promotion.pending.append("prod")
    build, promotion = planted.build.id, planted.promotion.id
    deployment = asking.ask("GET", f"{REPO}/deployments", environment="dev", sha=COMMIT)[0]["id"]
    for path in (
        "actions/runs",
        f"actions/runs/{build}/attempts/1",
        f"actions/runs/{build}/attempts/1/jobs",
        f"actions/runs/{build}/artifacts",
        f"actions/runs/{planted.failed.id}/jobs",
        f"actions/runs/{promotion}/approvals",
        f"actions/runs/{promotion}/pending_deployments",
        "environments",
        f"deployments/{deployment}",
        f"deployments/{deployment}/statuses",
        "issues",
        "issues/1",
        "branches/main",
        "branches/faster-checkout",
        "rules/branches/main",
        "rules/branches/none",
        "contents/docs",
        "contents/docs/rollback.md",
        "commits",
        "commits/main",
        f"commits/{PREVIOUS[:7]}",
        "code-scanning/alerts",
    ):
        asking.ask("GET", f"{REPO}/{path}")
    asking.ask("GET", "/rate_limit")


def test_the_environments_are_protected(asking: Asking) -> None:
    """A person must approve, and not the one who started it; only protected branches may deploy."""
    for name in ("dev", "prod"):
        environment = asking.ask("GET", f"{REPO}/environments/{name}")
        (reviewers,) = [rule for rule in environment["protection_rules"] if rule["type"] == "required_reviewers"]
        assert reviewers["prevent_self_review"]
        assert len(reviewers["reviewers"]) == 2
        assert environment["deployment_branch_policy"]["protected_branches"]


def test_main_is_protected(asking: Asking, github: GitHub) -> None:
    """The rules are there for every reader, the protection for administrators only."""
    rules = asking.ask("GET", f"{REPO}/rules/branches/main")
    assert [rule["type"] for rule in rules] == [
        "deletion",
        "non_fast_forward",
        "pull_request",
        "required_status_checks",
    ]
    assert asking.ask("GET", f"{REPO}/branches/main")["protected"]
    asking.ask("GET", f"{REPO}/branches/main/protection", expect=403)
    admin = Asking(github, "admin")
    assert admin.ask("GET", f"{REPO}/branches/main/protection")["enabled"]
    admin.ask("GET", f"{REPO}/branches/faster-checkout/protection", expect=404)


def test_the_rollback_plan_is_at_the_commit(asking: Asking) -> None:
    """The document is read as base64 or raw, at a commit, and is absent where it was not written yet."""
    got = asking.ask("GET", f"{REPO}/contents/docs/rollback.md", ref=COMMIT)
    text = base64.b64decode(got["content"]).decode()
    assert "Owner: release-lead" in text
    assert got["size"] == len(text.encode())
    raw = asking.answer(
        "GET", f"{REPO}/contents/docs/rollback.md", ref=COMMIT, headers={"Accept": "application/vnd.github.raw+json"}
    )
    assert raw.get_data(as_text=True) == text
    asking.ask("GET", f"{REPO}/contents/docs/none.md", expect=404)
    asking.ask("GET", f"{REPO}/contents/docs/rollback.md", ref="f" * 40, expect=404)


# Finding


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 5),
        ({"head_sha": COMMIT}, 2),
        ({"head_sha": COMMIT[:7]}, 0),
        ({"status": "failure"}, 1),
        ({"status": "in_progress"}, 1),
        ({"event": "push", "branch": "main"}, 2),
        ({"created": ">=2026-03-01T12:00:00Z"}, 2),
        ({"created": "2026-03-01..*"}, 3),
        ({"created": "<2026-02-25"}, 2),
        ({"created": "2026-03-02"}, 2),
        ({"actor": "nobody"}, 0),
    ],
)
def test_runs_are_filtered(asking: Asking, query: dict[str, Any], number: int) -> None:
    """Each filter leaves the runs it means, the newest first."""
    runs = asking.ask("GET", f"{REPO}/actions/runs", **query)["workflow_runs"]
    assert len(runs) == number
    assert [run["created_at"] for run in runs] == sorted((run["created_at"] for run in runs), reverse=True)


def test_attempts_are_told_apart(asking: Asking, github: GitHub, planted: Planted) -> None:
    """The newest attempt decides; the earlier one keeps its own conclusion and jobs."""
    github.repository.rerun(planted.failed, NOW - timedelta(hours=1), "success")
    path = f"{REPO}/actions/runs/{planted.failed.id}"
    assert asking.ask("GET", path)["conclusion"] == "success"
    assert asking.ask("GET", f"{path}/attempts/1")["conclusion"] == "failure"
    newest, every = (asking.ask("GET", f"{path}/jobs", filter=which)["jobs"] for which in ("latest", "all"))
    assert ({job["run_attempt"] for job in newest}, len(newest), len(every)) == ({2}, 4, 8)
    asking.ask("GET", f"{path}/attempts/3", expect=404)


def test_pages_are_linked_on_the_same_host(asking: Asking, planted: Planted) -> None:
    """Following `next` gives each run once; no link leads to another host."""
    seen: list[int] = []
    for page in ("1", "2", "3"):
        answer = asking.answer("GET", f"{REPO}/actions/runs", per_page="2", page=page)
        seen += [run["id"] for run in _json(answer)["workflow_runs"]]
        assert 'rel="next"' in answer.headers["Link"] or page == "3"
        assert all(link.strip().startswith("<http://localhost/repos/") for link in answer.headers["Link"].split(","))
    assert len(set(seen)) == len(seen) == 5


def test_attestations_of_a_digest(asking: Asking, github: GitHub) -> None:
    """By type, newest first, page by page between cursors; none at all is a 404."""
    path = f"{REPO}/attestations/{DIGEST}"
    asking.ask("GET", path, expect=404)
    for predicate_type in (PROVENANCE, SBOM, PROVENANCE):
        github.repository.attest(DIGEST, bundle(predicate_type))
    assert len(asking.ask("GET", path)["attestations"]) == 3
    assert len(asking.ask("GET", path, predicate_type="provenance")["attestations"]) == 2
    assert len(asking.ask("GET", path, predicate_type=SBOM)["attestations"]) == 1
    asking.ask("GET", path, predicate_type="https://example.com/other", expect=404)
    first = asking.answer("GET", path, per_page="2")
    assert len(_json(first)["attestations"]) == 2
    after = first.headers["Link"].partition("after=")[2].partition(">")[0]
    second = asking.answer("GET", path, per_page="2", after=after)
    assert len(_json(second)["attestations"]) == 1
    before = second.headers["Link"].partition("before=")[2].partition(">")[0]
    assert _json(asking.answer("GET", path, per_page="2", before=before)) == _json(first)


def test_alerts_by_tool_and_state(asking: Asking, github: GitHub) -> None:
    """Only the scanner and the state that were asked for."""
    github.repository.alerts.append(Alert(2, "CVE-2026-1", "critical", COMMIT, NOW))
    alerts = asking.ask("GET", f"{REPO}/code-scanning/alerts", tool_name="Trivy", state="open")
    assert [(alert["rule"]["id"], alert["rule"]["security_severity_level"]) for alert in alerts] == [
        ("CVE-2026-1", "critical")
    ]
    assert asking.ask("GET", f"{REPO}/code-scanning/alerts", tool_name="CodeQL") == []


# Doing


def test_a_run_is_cancelled(asking: Asking, planted: Planted) -> None:
    """Accepted while it runs, a conflict once it is over, and seen afterwards in the run and its jobs."""
    path = f"{REPO}/actions/runs/{planted.promotion.id}"
    asking.ask("POST", f"{path}/cancel", expect=202)
    run, jobs = asking.ask("GET", path), asking.ask("GET", f"{path}/jobs")["jobs"]
    assert {(part["status"], part["conclusion"]) for part in (run, *jobs)} == {("completed", "cancelled")}
    asking.ask("POST", f"{path}/cancel", expect=409)


def test_a_run_that_heeds_no_cancellation(asking: Asking, planted: Planted) -> None:
    """It is accepted and nothing happens; only the forced one ends it."""
    planted.promotion.heeds_cancel = False
    path = f"{REPO}/actions/runs/{planted.promotion.id}"
    asking.ask("POST", f"{path}/cancel", expect=202)
    assert asking.ask("GET", path)["status"] == "in_progress"
    asking.ask("POST", f"{path}/force-cancel", expect=202)
    assert asking.ask("GET", path)["conclusion"] == "cancelled"


def test_a_workflow_is_started(asking: Asking) -> None:
    """With details if they are asked for; not on a branch or in a workflow that is not there."""
    path = f"{REPO}/actions/workflows/promote.yml/dispatches"
    body = {"ref": "main", "inputs": {"digest": DIGEST}}
    asking.ask("POST", path, body, expect=204)
    started = asking.ask("POST", path, {**body, "return_run_details": True})
    run = asking.ask("GET", f"{REPO}/actions/runs/{started['workflow_run_id']}")
    assert (run["status"], run["head_sha"], run["event"]) == ("queued", COMMIT, "workflow_dispatch")
    asking.ask("POST", path, {"ref": "none"}, expect=422)
    asking.ask("POST", path, {}, expect=422)
    asking.ask("POST", f"{REPO}/actions/workflows/none.yml/dispatches", body, expect=404)


@pytest.mark.parametrize(("state", "status"), [("approved", "in_progress"), ("rejected", "completed")])
def test_a_reviewer_decides(github: GitHub, asking: Asking, planted: Planted, state: str, status: str) -> None:
    """Only a required reviewer may; then the approval has a name, and the run goes on or ends."""
    promotion = planted.promotion
    promotion.pending.append("prod")
    promotion.attempt.status = "waiting"
    path = f"{REPO}/actions/runs/{promotion.id}"
    number = github.repository.environments["prod"].id
    body = {"environment_ids": [number], "state": state, "comment": "read"}
    asking.ask("POST", f"{path}/pending_deployments", body, expect=403)
    approver = Asking(github, "approver")
    (waiting,) = approver.ask("GET", f"{path}/pending_deployments")
    assert waiting["current_user_can_approve"]
    approver.ask("POST", f"{path}/pending_deployments", body)
    (approval,) = asking.ask("GET", f"{path}/approvals")
    assert (approval["state"], approval["user"]["login"], approval["comment"]) == (state, APPROVER, "read")
    assert asking.ask("GET", path)["status"] == status
    approver.ask("POST", f"{path}/pending_deployments", body, expect=422)


def test_nobody_reviews_a_run_of_their_own(github: GitHub, planted: Planted) -> None:
    """With self-review prevented, a reviewer who started the run may not approve it."""
    planted.promotion.pending.append("dev")
    body = {"environment_ids": [github.repository.environments["dev"].id], "state": "approved", "comment": ""}
    path = f"{REPO}/actions/runs/{planted.promotion.id}/pending_deployments"
    lead = Asking(github, "lead")
    assert not lead.ask("GET", path)[0]["current_user_can_approve"]
    lead.ask("POST", path, body, expect=403)
    github.repository.environments["dev"].prevent_self_review = False
    lead.ask("POST", path, body)


def test_an_incident_is_opened_and_found(asking: Asking) -> None:
    """An issue is there after it was opened, by label and state and time; without a title it is refused."""
    body = {"title": "Rollback of shop", "body": "<!-- d-1 -->", "labels": ["incident"], "assignees": [LEAD]}
    made = asking.ask("POST", f"{REPO}/issues", body, expect=201)
    for refused in ({"body": "no title"}, {"title": "x", "labels": "incident"}, {"title": ["x"]}):
        asking.ask("POST", f"{REPO}/issues", refused, expect=422)
    incidents = asking.ask("GET", f"{REPO}/issues", labels="incident", state="all")
    assert [issue["number"] for issue in incidents] == [made["number"], 2]
    since = asking.ask("GET", f"{REPO}/issues", labels="incident", since="2026-03-02T09:00:00Z")
    assert [issue["body"] for issue in since] == ["<!-- d-1 -->"]
    path = f"{REPO}/issues/{made['number']}"
    asking.ask("POST", f"{path}/comments", {"body": "Back on the previous version."}, expect=201)
    assert asking.ask("GET", path)["comments"] == 1
    assert asking.ask("GET", f"{path}/comments")[0]["body"].startswith("Back")
    asking.ask("GET", f"{REPO}/issues/999", expect=404)


def test_a_deployment_is_recorded(asking: Asking) -> None:
    """A deployment and what is said of it are there afterwards; an unknown state is refused."""
    made = asking.ask(
        "POST", f"{REPO}/deployments", {"ref": COMMIT, "environment": "prod", "payload": {"digest": DIGEST}}, expect=201
    )
    path = f"{REPO}/deployments/{made['id']}/statuses"
    asking.ask("POST", path, {"state": "success", "description": "done"}, expect=201)
    asking.ask("POST", path, {"state": "splendid"}, expect=422)
    assert [status["state"] for status in asking.ask("GET", path)] == ["success"]
    assert asking.ask("GET", f"{REPO}/deployments", environment="prod", sha=COMMIT)[0]["payload"] == {"digest": DIGEST}
    asking.ask("POST", f"{REPO}/deployments", {"ref": "none"}, expect=422)


# Manners


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"User-Agent": ""}, 403),
        ({"X-GitHub-Api-Version": "1999-01-01"}, 400),
        ({"X-GitHub-Api-Version": "2022-11-28"}, 200),
        ({"Authorization": "token workflow"}, 200),
    ],
)
def test_who_asks_how(asking: Asking, headers: dict[str, str], status: int) -> None:
    """Without a known token nobody gets an answer; a version must be one that there is."""
    asking.answer("GET", f"{REPO}/issues", headers=headers, expect=status)


def test_other_repositories_are_not_there(asking: Asking) -> None:
    """What a token may not see looks as if it did not exist."""
    asking.ask("GET", "/repos/example/other/issues", expect=404)


def test_the_allowance_is_counted(asking: Asking, github: GitHub) -> None:
    """Each answer says what is left, `/rate_limit` costs nothing, and then nothing more is answered."""
    github.tokens["workflow"].limit = 2
    left = [asking.answer("GET", f"{REPO}/issues").headers["X-RateLimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    refused = asking.answer("GET", f"{REPO}/issues", expect=403)
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) == int(NOW.timestamp()) + 3600
    assert asking.ask("GET", "/rate_limit")["resources"]["core"]["used"] == 2


def test_what_has_not_changed_costs_nothing(asking: Asking, github: GitHub, planted: Planted) -> None:
    """A matching ETag is answered with 304 for free; it is worth nothing with another token or after a change."""
    path = f"{REPO}/actions/runs/{planted.build.id}"
    tag = asking.answer("GET", path).headers["ETag"]
    told = {"If-None-Match": tag}
    client = Client(github)

    def again(token: str) -> TestResponse:
        return client.get(path, headers={**told, "Authorization": f"Bearer {token}", "User-Agent": "test"})

    same = again("workflow")
    assert (same.status_code, same.get_data(), same.headers["X-RateLimit-Used"]) == (304, b"", "1")
    assert again("lead").status_code == 200
    planted.build.attempt.conclusion = "failure"
    assert again("workflow").status_code == 200


def test_followed_over_a_socket(github: GitHub, planted: Planted) -> None:
    """Requests finds its way from page to page, and many writers at once get a number each."""
    server = make_server("127.0.0.1", 0, github, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {"Authorization": "Bearer workflow"}
    api = f"http://127.0.0.1:{server.server_port}{REPO}"
    try:
        with ThreadPoolExecutor(8) as pool:
            made = pool.map(
                lambda n: requests.post(f"{api}/issues", json={"title": f"{n}"}, headers=told, timeout=5).json(),
                range(16),
            )
            assert {issue["number"] for issue in made} == {*range(3, 19)}
        seen, url = [], f"{api}/issues?per_page=7"
        while url:
            answer = requests.get(url, headers=told, timeout=5)
            seen += [issue["title"] for issue in answer.json()]
            url = answer.links.get("next", {}).get("url", "")
        assert len(seen) == 17
    finally:
        server.shutdown()
        server.server_close()
