"""Which run built the image, where its label is all that is known."""

import pytest

from promotion.clients.github.build import FoundBuild, choose, judge_build
from promotion.clients.github.claims import Basis, Source, agree
from promotion.clients.github.models import WorkflowRun
from promotion.settings.image import GitHub
from promotion.unknown import Reason

from .shop import COMMIT, MAIN, a_run, claim, some_jobs, unknown

LABEL = agree([claim(Source.LABEL, run_id=None, attempt=None)])


def test_the_label_leads_to_the_run_that_succeeded(settings: GitHub) -> None:
    """Of several the last; pull requests, other branches and other workflows do not count."""
    runs = (
        a_run(id=9, event="pull_request", head_branch="feature", conclusion="failure"),
        a_run(id=8, head_branch="feature", conclusion="failure"),
        a_run(id=7, run_started_at="2026-03-02T09:00:00Z"),
        a_run(id=6, run_started_at="2026-03-02T08:30:00Z"),
        a_run(id=5, conclusion="failure"),
    )
    chosen = choose(runs, LABEL, settings)
    assert chosen is not None
    assert chosen.id == 7


@pytest.mark.parametrize(
    "runs",
    [
        (),
        (a_run(conclusion="failure"),),
        (a_run(conclusion="cancelled", run_attempt=2),),
        (a_run(event="pull_request"),),
        (a_run(head_repository={"full_name": "evil/shop"}),),
        (a_run(path=".github/workflows/promote.yml"),),
    ],
    ids=["none", "failed", "cancelled", "pull request", "fork", "workflow"],
)
def test_no_run_of_the_commit_succeeded(settings: GitHub, runs: tuple[WorkflowRun, ...]) -> None:
    """Then the build failed, or was made elsewhere: a problem that says what is there."""
    assert choose(runs, LABEL, settings) is None
    found = judge_build(LABEL, FoundBuild(None, None, (), runs), MAIN, settings)
    (problem,) = found.problems
    assert COMMIT in problem
    assert ("it was built elsewhere" in problem) is not bool(runs)
    for run in runs:
        assert f"run 5 ('{run.event}' of 'main') is {run.conclusion}; build again" in problem


def test_an_image_of_another_repository(settings: GitHub) -> None:
    """That every claim names another repository is all there is to say."""
    basis = Basis("example/shop", None, None, None, (), ("it was built elsewhere",))
    found = judge_build(basis, FoundBuild(None, None, (), ()), MAIN, settings)
    assert found.problems == ("it was built elsewhere",)


def test_a_later_run_that_failed(settings: GitHub) -> None:
    """The label is the same in what both built: nobody can tell which it was."""
    later = a_run(id=6, run_started_at="2026-03-02T09:00:00Z", conclusion="failure")
    said = unknown(lambda: choose((later, a_run()), LABEL, settings), Reason.NO_DATA)
    assert "run 5" in said
    assert "run 6" in said


@pytest.mark.parametrize("before", [(), (a_run(),)], ids=["alone", "after a success"])
def test_a_run_of_the_commit_that_goes_on(settings: GitHub, before: tuple[WorkflowRun, ...]) -> None:
    """It is waited for."""
    later = a_run(id=6, run_started_at="2026-03-02T09:00:00Z", status="in_progress", conclusion=None)
    unknown(lambda: choose((later, *before), LABEL, settings), Reason.NOT_DUE)


def test_a_build_known_by_its_label_says_so(settings: GitHub) -> None:
    """Whoever reads the report knows that nobody signed it."""
    found = judge_build(LABEL, FoundBuild(a_run(), a_run(), some_jobs(), ()), MAIN, settings)
    assert found.problems == ()
    assert "only from the image's label" in found.notes[0]
    assert found.summary.endswith("by image label")
