"""From the digest to the run, through the API: what happens to a repository, and what the gate says of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from promotion.clients.github import code, runs
from promotion.clients.github.answers import NotFound
from promotion.clients.github.build import BuildFindings, judge_build
from promotion.clients.github.claims import BuildClaim, Source, agree
from promotion.clients.github.client import GitHubClient
from promotion.sandbox.github import GitHub
from promotion.sandbox.github.shop import BUILD_JOBS, Planted
from promotion.settings.image import GitHub as Settings
from promotion.unknown import Reason

from .conftest import Checked
from .shop import COMMIT, NOW, PREVIOUS, claim, unknown

Look = Callable[..., BuildFindings]
LABEL = claim(Source.LABEL, run_id=None, attempt=None)


@pytest.fixture
def look(client: GitHubClient, planted: Planted, settings: Settings) -> Look:
    """Judge what the claims lead to."""

    def judged(*claims: BuildClaim) -> BuildFindings:
        basis = agree(claims or [claim(run_id=planted.build.id)])
        found = runs.find_build(client, basis, settings)
        return judge_build(basis, found, code.branch(client, settings.protected_branch), settings)

    return judged


def test_health(look: Look, planted: Planted) -> None:
    """By provenance, by the label alone, and by a run named beside the label."""
    number = planted.build.id
    assert look() == BuildFindings(
        (), (), f"attempt 1 of run {number} of .github/workflows/build.yml: success, by signed provenance"
    )
    assert look(LABEL).problems == ()
    assert look(LABEL, claim(Source.OPTION, commit=None, run_id=number, attempt=None)).problems == ()
    assert look(claim(commit=None, run_id=number, attempt=None)).problems == ()


def test_how_much_is_asked(look: Look, planted: Planted, checked: Checked) -> None:
    """Few requests: an hour's allowance is a thousand."""
    look()
    look(LABEL)
    assert len(checked.asked) == (4 + 2) + (2 + 2)


def test_a_build_that_failed(look: Look, github: GitHub, planted: Planted) -> None:
    """The run of the other commit failed on another branch: by provenance and by label it is found out."""
    failed = planted.failed
    problems = look(claim(commit=failed.sha, run_id=failed.id)).problems
    assert [
        word for word in ("faster-checkout", "'test'", "'sign'", "expected success") if word not in str(problems)
    ] == []
    assert "no run of build.yml on main" in look(claim(Source.LABEL, commit=failed.sha, run_id=None)).problems[0]


def test_a_commit_that_was_never_built(look: Look) -> None:
    """The label can name anything."""
    label = claim(Source.LABEL, commit="f" * 40, run_id=None)
    assert "no run of build.yml built the commit" in look(label).problems[0]


def test_a_run_that_is_not_there(look: Look) -> None:
    """Provenance that names a run GitHub does not know is unknown: it may have been deleted, or be hidden."""
    with pytest.raises(NotFound):
        look(claim(run_id=999))


def test_a_run_of_another_commit(look: Look, github: GitHub, planted: Planted) -> None:
    """The option names the build of last week."""
    older = github.repository.newest_run("build.yml", PREVIOUS)
    problems = look(LABEL, claim(Source.OPTION, commit=None, run_id=older.id, attempt=None)).problems
    assert any(f"built the commit {PREVIOUS}" in problem for problem in problems)


def test_the_promotion_is_no_build(look: Look, planted: Planted) -> None:
    """The run that asks is of the same commit, and of another workflow."""
    problems = look(claim(run_id=planted.promotion.id)).problems
    assert "promote.yml" in problems[0]


def test_a_re_run(look: Look, github: GitHub, planted: Planted) -> None:
    """Attempt 1 built the image; attempt 2 fails; attempt 3 succeeds. Each is judged as it was."""
    number = planted.build.id
    github.repository.rerun(planted.build, NOW - timedelta(hours=1), "failure")
    first = look()
    assert first.problems == ()
    assert "attempt 2 of the same run ended with 'failure'" in first.notes[0]
    assert "expected success" in look(claim(run_id=number, attempt=2)).problems[-1]
    assert "expected success" in look(claim(run_id=number, attempt=None)).problems[-1]
    assert "no run of build.yml on main" in look(LABEL).problems[0]
    github.repository.rerun(planted.build, NOW, "success")
    for claims in ([LABEL], [claim(run_id=number, attempt=3)], [claim(run_id=number)]):
        assert look(*claims).problems == ()
    assert "attempt 3 succeeded" in look(claim(run_id=number, attempt=2)).problems[-1]


def test_a_re_run_that_goes_on(look: Look, github: GitHub, planted: Planted) -> None:
    """What built the image has ended; for the label, it is not known whether that was this."""
    github.repository.rerun(planted.build, NOW, None)
    assert "attempt 2 of the same run is in_progress" in look().notes[0]
    unknown(lambda: look(LABEL), Reason.NOT_DUE)


def test_runs_that_supersede_it(look: Look, github: GitHub, planted: Planted) -> None:
    """A later run of the same commit failed: noted where the provenance decides, ambiguous where the label does."""
    github.repository.add_run("build.yml", COMMIT, NOW, jobs=BUILD_JOBS, conclusion="failure")
    decided = look()
    assert decided.problems == ()
    assert "started later by 'push', ended with 'failure'" in decided.notes[0]
    assert "the label alone does not say" in unknown(lambda: look(LABEL), Reason.NO_DATA)
    number = planted.build.id
    assert look(LABEL, claim(Source.OPTION, commit=None, run_id=number, attempt=None)).problems == ()


def test_a_pull_request_of_a_fork(look: Look, github: GitHub, planted: Planted) -> None:
    """A run of the same commit on a pull request is no build to promote."""
    run = github.repository.add_run("build.yml", COMMIT, NOW, jobs=BUILD_JOBS, event="pull_request", branch="patch-1")
    problems = look(claim(run_id=run.id)).problems
    assert any("'pull_request'" in problem for problem in problems)
    assert look(LABEL).problems == ()


def test_a_branch_without_protection(look: Look, github: GitHub) -> None:
    """Found by the branch and by its rules."""
    main = github.repository.branches["main"]
    main.protected, main.rules = False, []
    assert "not protected" in look().problems[0]


def test_a_job_that_was_left_out(look: Look, planted: Planted) -> None:
    """The run is green without it."""
    planted.build.attempt.jobs.pop()
    assert "has no job 'sign'" in look().problems[0]
