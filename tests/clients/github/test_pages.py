"""Listings: every page of them, from GitHub alone, or nothing."""

import itertools
from typing import Any

import pytest

from promotion.clients.github import runs
from promotion.clients.github.client import GitHubClient, GitHubLimits
from promotion.unknown import Reason
from tests.clients.oci.hostile import Handler, Server

from .shop import COMMIT, JOBS_PATH, RUNS, TOKEN, Make, run_answer, says, unknown


@pytest.mark.parametrize(
    "target",
    [
        "{elsewhere}/next",
        "//{elsewhere_host}/next",
        "https://api.github.com/repositories/1/actions/runs?page=2",
        "http://user:password@{host}/next",
        "http://{host}@{elsewhere_host}/next",
        "ftp://{host}/next",
        "http://[/next",
        "http://127.0.0.1:99999/next",
    ],
)
def test_a_next_page_on_another_server(server: Server, elsewhere: Server, victim: Make, target: str) -> None:
    """It is not followed, and the token does not go there: half a list is not a list."""
    names = {"host": server.url[7:], "elsewhere": elsewhere.url, "elsewhere_host": elsewhere.url[7:]}
    page = says({"total_count": 2, "jobs": []}, Link=f'<{target.format(**names)}>; rel="next"')
    server.on(JOBS_PATH, page)
    assert "next page" in unknown(lambda: runs.jobs(victim(), 5), Reason.MALFORMED)
    assert elsewhere.asked == []
    assert len(server.asked) == 1


def test_a_next_page_without_encryption() -> None:
    """From https to http of the same host is another server."""
    client = GitHubClient("example/shop", lambda: TOKEN)
    unknown(lambda: client._here("https://api.github.com/a", "http://api.github.com/b", "it"), Reason.MALFORMED)
    assert client._here("https://api.github.com/a", "https://API.GitHub.com:443/b?page=2#x", "it") == (
        "https://api.github.com/b?page=2"
    )


@pytest.mark.parametrize(
    "circle", [(JOBS_PATH,), (f"{JOBS_PATH}?page=2", f"{JOBS_PATH}?page=3", f"{JOBS_PATH}?page=2")]
)
def test_pages_in_a_circle(server: Server, victim: Make, circle: tuple[str, ...]) -> None:
    """The same page twice is the end of it."""
    following = itertools.cycle(f"{target}{'&' if '?' in target else '?'}filter=all" for target in circle)

    def page(handler: Handler) -> None:
        says({"total_count": 0, "jobs": []}, Link=f'<{next(following)}>; rel="next"')(handler)

    server.on(JOBS_PATH, page)
    assert "form a loop" in unknown(lambda: runs.jobs(victim(), 5), Reason.MALFORMED)
    assert len(server.asked) <= 4


def test_pages_without_end(server: Server, victim: Make) -> None:
    """A million pages are not read: what is not listed whole is not known."""
    numbers = itertools.count(2)

    def page(handler: Handler) -> None:
        link = f'<{JOBS_PATH}?page={next(numbers)}>; rel="next", <{JOBS_PATH}?page=1000000>; rel="last"'
        says({"total_count": 100_000_000, "jobs": []}, Link=link)(handler)

    server.on(JOBS_PATH, page)
    assert "more than the 500" in unknown(
        lambda: runs.jobs(victim(limits=GitHubLimits(most_pages=5)), 5), Reason.TRUNCATED
    )
    assert len(server.asked) == 5


def test_links_to_other_pages(server: Server, victim: Make) -> None:
    """Only the next one is followed."""
    links = f'<{JOBS_PATH}?page=1>; rel="prev", <{JOBS_PATH}?page=9>; rel="last", <>; rel="next", junk'
    server.on(JOBS_PATH, says({"total_count": 0, "jobs": []}, Link=links))
    assert runs.jobs(victim(), 5) == ()
    assert len(server.asked) == 1


def test_less_than_announced(server: Server, victim: Make) -> None:
    """An answer that announces more entries than it lists is not whole."""
    server.on(RUNS, says({"total_count": 2, "workflow_runs": [run_answer()]}))
    assert "announces 2" in unknown(lambda: runs.runs_of_commit(victim(), "build.yml", COMMIT), Reason.TRUNCATED)


def test_the_same_run_twice(server: Server, victim: Make) -> None:
    """Pages shift while they are read: a run that is there twice counts once, as its newest attempt has it."""
    twice = [
        run_answer(run_attempt=2, conclusion="failure"),
        run_answer(),
        run_answer(run_attempt=2, conclusion="failure"),
    ]
    server.on(RUNS, says({"total_count": 3, "workflow_runs": twice}))
    (found,) = runs.runs_of_commit(victim(), "build.yml", COMMIT)
    assert (found.attempt, found.succeeded) == (2, False)


def test_a_filter_that_is_ignored(server: Server, victim: Make) -> None:
    """GitHub passes over query parameters it does not know: a run of another commit in the list is not taken."""
    server.on(RUNS, says({"total_count": 1, "workflow_runs": [run_answer(head_sha="f" * 40)]}))
    unknown(lambda: runs.runs_of_commit(victim(), "build.yml", COMMIT), Reason.MALFORMED)


@pytest.mark.parametrize(
    "document",
    [{"total_count": 1}, {"total_count": 1, "jobs": {}}, {"jobs": [5]}, [], "jobs", None],
    ids=["none", "an object", "of numbers", "bare", "a text", "null"],
)
def test_lists_that_are_none(server: Server, victim: Make, document: Any) -> None:
    """A page without its list is not an empty one."""
    server.on(JOBS_PATH, says(document))
    unknown(lambda: runs.jobs(victim(), 5), Reason.MALFORMED)
