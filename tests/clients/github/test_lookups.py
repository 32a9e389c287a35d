"""What is looked up in the healthy repository; requests and answers are valid by GitHub's description."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from promotion.clients.github import attestations, code, runs
from promotion.clients.github.answers import NotFound
from promotion.clients.github.build import FoundBuild
from promotion.clients.github.claims import Basis
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.models import Branch, Commit, Content, Job, WorkflowRun
from promotion.sandbox.github import GitHub
from promotion.sandbox.github.shop import Planted
from promotion.unknown import Reason

from .conftest import Checked
from .shop import COMMIT, DIGEST, NOW, PREVIOUS, REPOSITORY, claim, unknown


def survives(kind: Any, value: Any) -> None:
    """Evidence is written as JSON, and judged after it was read back."""
    adapter = TypeAdapter(kind)
    assert adapter.validate_json(adapter.dump_json(value)) == value


def test_a_run_and_its_attempts(client: GitHubClient, github: GitHub, planted: Planted) -> None:
    """A run is told as its newest attempt has it; an earlier attempt is asked for by number."""
    first = runs.run(client, planted.build.id)
    assert first == WorkflowRun(
        id=planted.build.id,
        attempt=1,
        repository=REPOSITORY,
        head_repository=REPOSITORY,
        workflow=".github/workflows/build.yml",
        head_sha=COMMIT,
        head_branch="main",
        event="push",
        status="completed",
        conclusion="success",
        created=NOW - timedelta(hours=2),
        started=NOW - timedelta(hours=2),
        url=f"https://github.com/example/shop/actions/runs/{planted.build.id}",
    )
    survives(WorkflowRun, first)
    github.repository.rerun(planted.build, NOW, "failure")
    assert runs.run(client, planted.build.id).conclusion == "failure"
    assert runs.run(client, planted.build.id, 1) == first


def test_the_jobs_of_every_attempt(client: GitHubClient, github: GitHub, planted: Planted, checked: Checked) -> None:
    """They are listed once, with the attempt that executed each."""
    github.repository.rerun(planted.build, NOW, "failure")
    found = runs.jobs(client, planted.build.id)
    assert [(job.attempt, job.name, job.succeeded) for job in found] == [
        (attempt, name, attempt == 1) for attempt in (1, 2) for name in ("build", "test", "scan", "sign")
    ]
    survives(tuple[Job, ...], found)
    assert checked.asked[0].endswith("/jobs?filter=all&per_page=100")


def test_what_is_not_there(client: GitHubClient, planted: Planted) -> None:
    """A run, an attempt, a workflow, a branch, a file, a commit: each is told apart from a failure to look."""
    for look in (
        lambda: runs.run(client, 1),
        lambda: runs.run(client, planted.build.id, 2),
        lambda: runs.jobs(client, 1),
        lambda: runs.runs_of_commit(client, "biuld.yml", COMMIT),
        lambda: code.branch(client, "none"),
        lambda: code.content(client, "docs/none.md", COMMIT),
        lambda: code.commit(client, "f" * 40),
    ):
        with pytest.raises(NotFound) as caught:
            look()
        assert caught.value.reason == Reason.NO_DATA
    assert runs.runs_of_commit(client, "build.yml", "f" * 40) == ()


def test_who_may_not_look(client: GitHubClient, github: GitHub, planted: Planted) -> None:
    """A token that is unknown, and one whose allowance is used up."""
    stranger = dataclasses.replace(client, token=lambda: "ghs_stranger")
    unknown(lambda: runs.run(stranger, planted.build.id), Reason.ACCESS_DENIED)
    (known,) = github.tokens.values()
    known.limit = known.used
    assert "from 2026-03-02 11:00:00 UTC on" in unknown(lambda: runs.run(client, planted.build.id), Reason.THROTTLED)


def test_commit_branch_and_file(client: GitHubClient, github: GitHub, planted: Planted) -> None:
    """A commit with its date, a branch with what protects it, a text as it is at a commit."""
    found = code.commit(client, COMMIT)
    assert found == Commit(COMMIT, NOW - timedelta(hours=2, minutes=10), signature_verified=True)
    survives(Commit, found)
    main = code.branch(client, "main")
    rules = ("deletion", "non_fast_forward", "pull_request", "required_status_checks")
    assert main == Branch("main", COMMIT, is_protected=True, rules=rules)
    survives(Branch, main)
    assert code.branch(client, "faster-checkout").rules == ()
    plan = code.content(client, "docs/rollback.md", PREVIOUS)
    assert plan.text.startswith("# Rollback plan")
    assert plan.ref == PREVIOUS
    survives(Content, plan)


def test_when_a_file_was_last_changed(client: GitHubClient, github: GitHub, planted: Planted, checked: Checked) -> None:
    """The newest commit up to the one asked about that changed it, and none of a file that there never was."""
    assert code.last_change(client, "docs/rollback.md", COMMIT).sha == PREVIOUS
    assert code.last_change(client, "/README.md", COMMIT).committed == github.repository.commits[PREVIOUS].at
    assert checked.asked[0].endswith(f"/commits?path=docs%2Frollback.md&sha={COMMIT}&per_page=1")
    unknown(lambda: code.last_change(client, "docs/none.md", COMMIT), Reason.MALFORMED)


def test_names_with_slashes_and_blanks(
    client: GitHubClient, github: GitHub, planted: Planted, checked: Checked
) -> None:
    """What stands in a path is quoted: nothing in a name leads elsewhere."""
    built = github.repository.commits[COMMIT]
    github.repository.add_commit(built, "release/1.2 §")
    built.files["docs/the plan?.md"] = b"# Plan\n"
    assert code.branch(client, "release/1.2 §").head == COMMIT
    assert code.content(client, "docs/the plan?.md", "release/1.2 §").text == "# Plan\n"
    with pytest.raises(NotFound):
        runs.runs_of_commit(client, "../runs", COMMIT)
    assert "/actions/workflows/..%2Fruns/runs" in checked.asked[-1]


def test_attestations_are_listed_by_type(client: GitHubClient, github: GitHub, planted: Planted) -> None:
    """Those of the type, newest first; none where GitHub says 404."""
    from .test_attestation_claims import bundle

    assert attestations.attestations(client, DIGEST) == ()
    for kind in ("https://slsa.dev/provenance/v1", "https://cyclonedx.org/bom", "https://slsa.dev/provenance/v0.2"):
        github.repository.attest(DIGEST, bundle(kind, {"n": kind}))
    assert len(attestations.attestations(client, DIGEST)) == 2
    assert len(attestations.attestations(client, DIGEST, "sbom")) == 1


def test_everything_about_a_build(client: GitHubClient, planted: Planted, settings: Any) -> None:
    """What is found is evidence: it survives being written down."""
    basis = Basis(REPOSITORY, COMMIT, planted.build.id, 1, (claim(run_id=planted.build.id),))
    survives(Basis, basis)
    survives(FoundBuild, runs.find_build(client, basis, settings))
