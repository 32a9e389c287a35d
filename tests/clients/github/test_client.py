"""How the client asks."""

import ast
import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from promotion.clients.github import runs
from promotion.clients.github.answers import NotFound
from promotion.clients.github.client import GitHubClient
from promotion.sandbox.github import GitHub
from promotion.sandbox.github.shop import Planted
from promotion.unknown import Reason
from tests.clients.oci.hostile import Server, answer

from .conftest import Checked
from .shop import COMMIT, NOW, REPO, REPOSITORY, TOKEN, Make, body, run_answer, unknown


def test_every_request_says_who_asks_and_in_which_version(
    client: GitHubClient, checked: Checked, planted: Planted
) -> None:
    """GitHub wants a user agent and a version; its description knows the second of the media types only."""
    runs.run(client, planted.build.id)
    (headers,) = checked.headers
    assert headers["HTTP_X_GITHUB_API_VERSION"] == "2026-03-10"
    assert headers["HTTP_ACCEPT"] == "application/vnd.github+json, application/json;q=0.9"
    assert headers["HTTP_AUTHORIZATION"] == f"Bearer {TOKEN}"
    assert headers["HTTP_USER_AGENT"]
    assert checked.asked == [f"{REPO}/actions/runs/{planted.build.id}"]


def test_a_token_is_asked_for_each_time(server: Server, victim: Make) -> None:
    """A token that lives an hour is renewed under a run that lasts longer; without one nothing is sent."""
    server.on(f"{REPO}/actions/runs/5", answer(body(run_answer()), Content_Type="application/json"))
    tokens = iter(["first", "second"])
    renewing = victim(token=lambda: next(tokens))
    runs.run(renewing, 5)
    runs.run(renewing, 5)
    runs.run(victim(token=None), 5)
    assert [one.authorization for one in server.asked] == ["Bearer first", "Bearer second", None]


@pytest.mark.parametrize("token", ["", f"{TOKEN}\n", f"{TOKEN}\r\nX-Evil: 1", "tök€n", "two words"])
def test_a_token_that_no_header_carries(server: Server, victim: Make, token: str) -> None:
    """It is told without being shown, and nothing is asked."""
    said = unknown(lambda: runs.run(victim(token=lambda: token), 5), Reason.NOT_DECLARED)
    assert not token or token.strip() not in said
    assert server.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"api_url": "http://api.github.com"},
        {"api_url": "ftp://127.0.0.1"},
        {"api_url": "https://"},
        {"api_url": "https://user:secret@api.github.com"},
        {"api_url": "https://api.github.com?x=1"},
        {"repository": "shop"},
        {"repository": "example/shop/../other"},
        {"repository": "example/shop?x"},
    ],
    ids=["in the clear", "no HTTP", "no host", "a password", "a query", "no owner", "a path", "a query behind"],
)
def test_addresses_that_are_none(changes: dict[str, str]) -> None:
    """A token is not sent in the clear, nor anywhere by accident."""
    with pytest.raises(ValueError, match=r"repository|api_url"):
        GitHubClient(**{"repository": REPOSITORY, **changes})


def test_an_enterprise_server(server: Server, victim: Make) -> None:
    """Its API has a path."""
    path = f"/api/v3{REPO}/actions/runs/5"
    server.on(path, answer(body(run_answer()), Content_Type="application/json"))
    runs.run(victim(api_url=f"{server.url}/api/v3/"), 5)
    assert server.paths() == [path]


def test_every_call_is_told(server: Server, victim: Make, calls: list[dict[str, Any]]) -> None:
    """With GitHub's own name for it, also when the answer is a refusal or does not come."""
    path = f"{REPO}/actions/runs/5"
    refused = answer(body({"message": "Not Found"}), 404, X_GitHub_Request_Id="C0DE:1", Content_Type="application/json")
    server.on(path, refused)
    with pytest.raises(NotFound):
        runs.run(victim(), 5)
    server.on(path, lambda handler: setattr(handler, "close_connection", True))
    unknown(lambda: runs.run(victim(), 5), Reason.UNREACHABLE)
    assert [(call["method"], call["url"], call["status"], call["request_id"]) for call in calls] == [
        ("GET", f"{server.url}{path}", 404, "C0DE:1"),
        ("GET", f"{server.url}{path}", None, None),
        ("GET", f"{server.url}{path}", None, None),
    ]
    assert all(call["started"] == NOW for call in calls)


def test_the_token_is_nowhere(
    server: Server, victim: Make, calls: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in a representation, nor in logs of any level, nor in what is told of calls, nor in a failure."""
    caplog.set_level(logging.DEBUG)
    client = victim()
    server.on(f"{REPO}/actions/runs/5", answer(b"<html>", 500))
    unknown(lambda: runs.run(client, 5), Reason.UNREACHABLE)
    assert TOKEN not in f"{client!r} {client} {calls} {caplog.text}"
    assert server.asked[0].authorization == f"Bearer {TOKEN}"


def test_listings_are_read_to_their_end(client: GitHubClient, github: GitHub, checked: Checked) -> None:
    """More than a page of runs of one commit is listed whole, newest first."""
    for number in range(120):
        github.repository.add_run("build.yml", COMMIT, NOW + timedelta(seconds=number))
    found = runs.runs_of_commit(client, "build.yml", COMMIT)
    assert len(found) == 121
    assert list(found) == sorted(found, key=lambda run: run.started, reverse=True)
    assert [query.partition("?")[2] for query in checked.asked] == [
        f"head_sha={COMMIT}&per_page=100",
        f"head_sha={COMMIT}&per_page=100&page=2",
    ]


def test_a_renamed_repository_is_followed(server: Server, victim: Make) -> None:
    """GitHub redirects from the old name to the number, on the same server: the token goes along."""
    path = f"{REPO}/actions/runs/5"
    server.on(path, answer(b"", 301, Location="/repositories/1/actions/runs/5"))
    server.on("/repositories/1/actions/runs/5", answer(body(run_answer()), Content_Type="application/json"))
    assert runs.run(victim(), 5).id == 5
    assert [one.authorization for one in server.asked] == [f"Bearer {TOKEN}"] * 2


def test_server_errors_are_tried_again(server: Server, victim: Make) -> None:
    """One that passes does not hold up a release; one that stays is unreachable."""
    path, good = f"{REPO}/actions/runs/5", answer(body(run_answer()), Content_Type="application/json")
    for hiccup in (answer(b"", 502), lambda handler: setattr(handler, "close_connection", True)):
        server.on(path, hiccup, good)
        assert runs.run(victim(), 5).succeeded
    server.on(path, answer(b"<html>Unicorn!</html>", 503))
    assert "(503)" in unknown(lambda: runs.run(victim(), 5), Reason.UNREACHABLE)
    assert len(server.asked) == 6


def test_nothing_heavy_is_imported() -> None:
    """Judging and replaying do without requests, and without the cryptography of signatures."""
    modules = "build, claims, client, code, attestations, provenance, runs"
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; from promotion.clients.github import {modules}; print(sorted(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    ).stdout
    assert not {"requests", "urllib3", "cryptography", "boto3"} & set(ast.literal_eval(told))
