"""What is wrong with a build, judged from what was found."""

from collections.abc import Callable
from typing import Any

import pytest

from promotion.clients.github.build import BuildFindings, FoundBuild, judge_build
from promotion.clients.github.claims import BuildClaim, Source, agree
from promotion.clients.github.models import Branch, Job, WorkflowRun
from promotion.settings.image import GitHub
from promotion.unknown import Reason

from .shop import COMMIT, MAIN, PREVIOUS, a_run, claim, some_jobs, unknown

Judge = Callable[..., BuildFindings]


@pytest.fixture
def judged(settings: GitHub) -> Judge:
    """Judge run 5 as the claims and the answers have it; everything is well unless something else is said."""

    def judged_so(
        *claims: BuildClaim,
        run: WorkflowRun | None = None,
        newest: WorkflowRun | None = None,
        jobs: tuple[Job, ...] | None = None,
        others: tuple[WorkflowRun, ...] = (),
        branch: Branch = MAIN,
        **wanted: Any,
    ) -> BuildFindings:
        run = run or a_run()
        found = FoundBuild(run, newest or run, some_jobs(run.attempt) if jobs is None else jobs, others)
        return judge_build(agree(claims or [claim()]), found, branch, settings.model_copy(update=wanted))

    return judged_so


def test_a_healthy_build(judged: Judge) -> None:
    """Nothing is wrong, nothing is to be noted, and it is told how the build is known."""
    found = judged()
    assert (found.problems, found.notes) == ((), ())
    assert found.summary == "attempt 1 of run 5 of .github/workflows/build.yml: success, by signed provenance"


@pytest.mark.parametrize(
    "conclusion", ["failure", "cancelled", "timed_out", "skipped", "neutral", "stale", "startup_failure"]
)
def test_a_run_that_did_not_succeed(judged: Judge, conclusion: str) -> None:
    """Every end but success is a failure of the build."""
    (problem,) = judged(run=a_run(conclusion=conclusion)).problems
    assert f"ended with '{conclusion}', expected success" in problem
    assert problem.endswith("promote the image that it builds then")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"repository": {"full_name": "example/other"}}, "is of 'example/other', expected example/shop"),
        ({"head_repository": {"full_name": "evil/shop"}}, "built the code of 'evil/shop', expected example/shop"),
        ({"head_repository": None}, "a deleted repository"),
        ({"path": ".github/workflows/promote.yml"}, "is of the workflow '.github/workflows/promote.yml'"),
        ({"path": "build.yml"}, "is of the workflow 'build.yml'"),
        ({"path": ".github/workflows/build.yml@refs/heads/feature"}, "took its workflow from 'refs/heads/feature'"),
        ({"path": ".github/workflows/build.yml@refs/pull/7/merge"}, "took its workflow from 'refs/pull/7/merge'"),
        ({"path": ".github/workflows/build.yml@refs/tags/main"}, "took its workflow from 'refs/tags/main'"),
        ({"path": ".github/workflows/build.yml@"}, "took its workflow from ''"),
        ({"head_branch": "faster-checkout"}, "built 'faster-checkout', expected main"),
        ({"head_branch": None}, "built 'None', expected main"),
        ({"event": "pull_request"}, "was started by 'pull_request', expected push or workflow_dispatch or schedule"),
        ({"event": "pull_request_target"}, "was started by 'pull_request_target'"),
        ({"head_sha": PREVIOUS}, f"built the commit {PREVIOUS}, but the image claims to be built from {COMMIT}"),
    ],
    ids=[
        "repository",
        "fork",
        "gone",
        "workflow",
        "bare",
        "other-ref",
        "merge-ref",
        "tag",
        "no-ref",
        "branch",
        "none",
        "event",
        "target",
        "commit",
    ],
)
def test_another_build_than_wanted(judged: Judge, changes: dict[str, Any], said: str) -> None:
    """Each is one problem, and says what was there and what was expected."""
    (problem,) = judged(run=a_run(**changes)).problems
    assert said in problem


@pytest.mark.parametrize(
    "changes",
    [
        {"path": ".github/workflows/build.yml@main"},
        {"path": ".github/workflows/build.yml@refs/heads/main"},
        {"repository": {"full_name": "Example/Shop"}, "head_repository": {"full_name": "Example/Shop"}},
        {"event": "workflow_dispatch"},
    ],
    ids=["a reference", "a full reference", "case", "by hand"],
)
def test_what_is_the_same(judged: Judge, changes: dict[str, Any]) -> None:
    """Other ways of writing it are no problem."""
    assert judged(run=a_run(**changes)).problems == ()


def test_a_pull_request_of_a_fork(judged: Judge) -> None:
    """Its branch may well be called main: the fork and the event give it away."""
    run = a_run(event="pull_request", head_repository={"full_name": "evil/shop"})
    assert len(judged(run=run).problems) == 2


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (claim(workflow_path=".github/workflows/other.yml"), "names the workflow '.github/workflows/other.yml'"),
        (claim(ref="refs/heads/faster"), "says that 'refs/heads/faster' was built, expected refs/heads/main"),
        (claim(ref="refs/tags/main"), "says that 'refs/tags/main' was built"),
        (claim(repository="evil/shop"), "is about 'evil/shop'"),
    ],
    ids=["workflow", "branch", "a tag called main", "repository"],
)
def test_provenance_of_another_build(judged: Judge, made: BuildClaim, said: str) -> None:
    """What the provenance says of workflow and reference counts beside what GitHub says of the run."""
    (problem,) = judged(made).problems
    assert said in problem


def test_claims_that_contradict_each_other(judged: Judge) -> None:
    """The contradiction is a problem though the run itself is well; also while it goes on."""
    both = (claim(), claim(Source.LABEL, commit=PREVIOUS, run_id=None))
    assert "image label" in judged(*both).problems[0]
    assert "image label" in judged(*both, run=a_run(status="in_progress", conclusion=None)).problems[0]


@pytest.mark.parametrize(
    ("branch", "said"),
    [
        (Branch("main", COMMIT, is_protected=False, rules=()), "the branch 'main' is not protected"),
        (Branch("main", COMMIT, is_protected=False, rules=("commit_message_pattern", "deletion")), "is not protected"),
        (Branch("trunk", COMMIT, is_protected=True, rules=()), "the branch main is now 'trunk'"),
    ],
    ids=["open", "rules of another kind", "renamed"],
)
def test_a_branch_that_protects_nothing(judged: Judge, branch: Branch, said: str) -> None:
    """A build of a branch that anybody may push to is a build of anything."""
    (problem,) = judged(branch=branch).problems
    assert said in problem


@pytest.mark.parametrize(
    "branch",
    [
        Branch("main", COMMIT, is_protected=True, rules=()),
        Branch("main", COMMIT, is_protected=False, rules=("update",)),
    ],
    ids=["protection", "ruleset"],
)
def test_either_kind_of_protection_will_do(judged: Judge, branch: Branch) -> None:
    """Branch protection and rulesets are two ways to the same end."""
    assert judged(branch=branch).problems == ()


# Time


@pytest.mark.parametrize("status", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_a_build_that_goes_on(judged: Judge, status: str) -> None:
    """It is neither right nor wrong yet."""
    run = a_run(status=status, conclusion=None)
    assert f"is '{status}'" in unknown(lambda: judged(run=run, jobs=some_jobs(test=None)), Reason.NOT_DUE)
    unknown(lambda: judged(run=run, jobs=()), Reason.NOT_DUE)


def test_a_build_that_goes_on_and_is_wrong_already(judged: Judge) -> None:
    """A job that failed does not become good by waiting."""
    run = a_run(status="in_progress", conclusion=None)
    (problem,) = judged(run=run, jobs=some_jobs(test="failure", sign=None)).problems
    assert "the job 'test'" in problem


@pytest.mark.parametrize("changes", [{"status": None}, {"conclusion": None}, {"status": None, "conclusion": None}])
def test_an_end_that_github_does_not_tell(judged: Judge, changes: dict[str, Any]) -> None:
    """No status, or an end without a conclusion, is not success."""
    unknown(lambda: judged(run=a_run(**changes)), Reason.NO_DATA)


# Attempts and other runs


def test_the_attempt_that_built_it_decides(judged: Judge) -> None:
    """A later attempt that failed is said, and changes nothing; one that goes on likewise."""
    later = a_run(run_attempt=2, conclusion="failure")
    jobs = (*some_jobs(1), *some_jobs(2, test="failure"))
    found = judged(newest=later, jobs=jobs)
    assert found.problems == ()
    assert found.notes == ("attempt 2 of the same run ended with 'failure', after attempt 1 had built this image",)
    assert judged(newest=a_run(run_attempt=2), jobs=jobs).notes == ()
    going_on = a_run(run_attempt=2, status="in_progress", conclusion=None)
    assert "attempt 2 of the same run is in_progress" in judged(newest=going_on, jobs=jobs).notes[0]


def test_an_attempt_that_failed_and_was_repeated(judged: Judge) -> None:
    """What attempt 1 built did not pass because attempt 2 did: that may have built another image."""
    first, second = a_run(conclusion="failure"), a_run(run_attempt=2)
    found = judged(run=first, newest=second, jobs=(*some_jobs(1, test="failure"), *some_jobs(2)))
    assert len(found.problems) == 2
    assert "attempt 2 succeeded, but it is not the attempt that built this image" in found.problems[1]
    assert found.notes == ()
    again = judged(run=first, newest=a_run(run_attempt=2, conclusion="failure"), jobs=some_jobs())
    assert again.problems[0].endswith("promote the image that it builds then")


def test_other_runs_of_the_commit_are_said(judged: Judge) -> None:
    """What became of them decides nothing where the provenance names the run."""
    others = (
        a_run(id=7, run_started_at="2026-03-02T09:00:00Z", conclusion="failure", event="schedule"),
        a_run(id=6, run_started_at="2026-03-02T09:30:00Z", status="queued", conclusion=None),
        a_run(id=4, run_started_at="2026-03-02T07:00:00Z", conclusion="cancelled"),
        a_run(id=3, run_started_at="2026-03-02T06:00:00Z"),
        a_run(id=2, head_branch="feature", event="pull_request"),
    )
    found = judged(others=others)
    assert found.problems == ()
    assert found.notes == (
        "run 7 of the same commit, started later by 'schedule', ended with 'failure'",
        "run 6 of the same commit, started later by 'push', is queued",
        "run 4 of the same commit, started before by 'push', ended with 'cancelled'",
        "run 3 built the same commit too",
    )
