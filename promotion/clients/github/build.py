"""Whether the workflow that built the image succeeded. Pure: the claims, and what GitHub says, are given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promotion.clients.github.claims import Basis
from promotion.clients.github.jobs import job_problems
from promotion.clients.github.models import Branch, Job, WorkflowRun
from promotion.settings.image import GitHub
from promotion.signing.errors import shown
from promotion.unknown import Reason, Unknown

_GUARDS = frozenset({"merge_queue", "pull_request", "required_status_checks", "update", "workflows"})
"""Types of rules that keep people from pushing straight to a branch. Others are about names, messages and sizes."""


@dataclass(frozen=True)
class FoundBuild:
    """What GitHub says of the build."""

    run: WorkflowRun | None
    """The attempt that built the image; None if no run of the commit may have."""
    newest: WorkflowRun | None
    """The newest attempt of the same run."""
    jobs: tuple[Job, ...]
    """Every execution of every job of the run."""
    others: tuple[WorkflowRun, ...]
    """Other runs of the workflow for the commit, newest first."""


@dataclass(frozen=True)
class BuildFindings:
    """What is wrong with a build, and what else there is to say of it, a sentence each."""

    problems: tuple[str, ...]
    notes: tuple[str, ...]
    summary: str
    """The build in a few words, and how it is known."""


def judge_build(basis: Basis, found: FoundBuild, branch: Branch, settings: GitHub) -> BuildFindings:
    """Judge the build that the claims lead to.

    Raises Unknown: not-due while the build is in progress and nothing is wrong yet, malformed or no-data where GitHub does not
    say what it must.
    """
    problems = [*basis.problems, *_claimed_otherwise(basis, settings), *_unprotected(branch, settings)]
    run, newest = found.run, found.newest
    if run is None or newest is None:
        if basis.commit is not None or not problems:
            problems.append(_no_build(basis, found.others, settings))
        return BuildFindings(tuple(problems), basis.notes, "no run that built this image")
    summary = f"{run.describe()} of {run.workflow}: {run.conclusion or run.status or 'no status'}, by {basis.known_by}"
    problems += misfits(run, settings)
    if basis.commit not in {None, run.head_sha}:
        problems.append(
            f"{run.describe()} built the commit {run.head_sha}, but the image claims to be built from "
            f"{basis.commit}: find out which run built it"
        )
    problems += job_problems(run, newest, found.jobs, settings.required_jobs)
    if run.ended and not run.succeeded:
        problems.append(
            f"{run.describe()} of {run.workflow} ended with {shown(run.conclusion)}, expected success: fix the "
            f"build, and promote the image that it builds then{_made_good(run, newest)}"
        )
    if not run.ended and not problems:
        _wait(run)
    return BuildFindings(tuple(problems), (*basis.notes, *_afterwards(run, newest, found.others)), summary)


def choose(runs: Sequence[WorkflowRun], basis: Basis, settings: GitHub) -> WorkflowRun | None:
    """Find the run that built a commit, where nothing but the commit is known; None if none of them succeeded.

    The one that started last of those on the protected branch that succeeded, by its newest attempt. Raises Unknown,
    no-data or not-due, if one that started later did not succeed: it may have built the image as well.
    """
    fitting = [run for run in runs if not any(misfits(run, settings))]
    fitting.sort(key=lambda run: (run.started, run.id), reverse=True)
    good = next((run for run in fitting if run.succeeded), None)
    later = fitting if good is None else fitting[: fitting.index(good)]
    for run in later:
        if not run.ended:
            _wait(run)
    if good is None or not later:
        return good
    raise Unknown(
        Reason.NO_DATA,
        f"{good.describe()} built {basis.commit} with success, and {later[0].describe()} built it later and ended "
        f"with {shown(later[0].conclusion)}: the label alone does not say which of them built this image; attest "
        "provenance in the build, or name the run with --build-run-id",
    )


def misfits(run: WorkflowRun, settings: GitHub) -> Iterator[str]:
    """Say what about a run is not as the settings want it, whatever came of it."""
    who, ours = run.describe(), settings.repository.lower()
    if run.repository.lower() != ours:
        yield f"{who} is of {shown(run.repository)}, expected {settings.repository}: check whether it was renamed"
    if (run.head_repository or "").lower() != ours:
        fork = "a deleted repository" if run.head_repository is None else shown(run.head_repository)
        yield (
            f"{who} built the code of {fork}, expected {settings.repository}: images built from a fork are not promoted"
        )
    workflow = f".github/workflows/{settings.build_workflow}"
    # GitHub's own example has a reference behind it: `…/build.yml@main`.
    path, at, ref = run.workflow.partition("@")
    if path != workflow:
        yield f"{who} is of the workflow {shown(run.workflow)}, expected {workflow}: correct `github.build_workflow`"
    elif at and ref.removeprefix("refs/heads/") != settings.protected_branch:
        yield (
            f"{who} took its workflow from {shown(ref)}, expected {settings.protected_branch}: promote an image that the "
            "protected branch's workflow built"
        )
    if run.head_branch != settings.protected_branch:
        expected = settings.protected_branch
        yield f"{who} built {shown(run.head_branch)}, expected {expected}: merge, and promote the image built then"
    if run.event not in settings.allowed_events:
        expected = " or ".join(settings.allowed_events)
        yield (
            f"{who} was started by {shown(run.event)}, expected {expected}: promote an image built from a "
            "reviewed change"
        )


def _claimed_otherwise(basis: Basis, settings: GitHub) -> Iterator[str]:
    workflow, ref = f".github/workflows/{settings.build_workflow}", f"refs/heads/{settings.protected_branch}"
    for claim in basis.claims:
        if claim.repository.lower() != settings.repository.lower():
            yield f"the {claim.source} is about {shown(claim.repository)}, expected {settings.repository}"
        if claim.workflow_path not in {None, workflow}:
            yield f"the {claim.source} names the workflow {shown(claim.workflow_path)}, expected {workflow}"
        if claim.ref not in {None, ref}:
            yield (
                f"the {claim.source} says that {shown(claim.ref)} was built, expected {ref}: merge, and promote what "
                "that builds"
            )


def _unprotected(branch: Branch, settings: GitHub) -> Iterator[str]:
    if branch.name != settings.protected_branch:
        yield f"the branch {settings.protected_branch} is now {shown(branch.name)}: correct `github.protected_branch`"
    if not (branch.is_protected or _GUARDS & {*branch.rules}):
        yield (
            f"the branch {shown(branch.name)} is not protected, so anyone with push access can have it built: "
            f"protect {settings.protected_branch}, or correct `github.protected_branch`"
        )


def _no_build(basis: Basis, runs: Sequence[WorkflowRun], settings: GitHub) -> str:
    what = f"{settings.build_workflow} on {settings.protected_branch}"
    if not runs:
        return (
            f"no run of {settings.build_workflow} built the commit {basis.commit}: it was built elsewhere, or "
            "GitHub no longer keeps the run; build again"
        )
    there = "; ".join(
        f"run {run.id} ({shown(run.event)} of {shown(run.head_branch)}) is {run.conclusion or run.status or 'unknown'}"
        for run in runs[:3]
    )
    return f"no run of {what} built the commit {basis.commit} with success: {there}; build again"


def _wait(run: WorkflowRun) -> None:
    if run.status in {"", "completed"}:
        raise Unknown(Reason.NO_DATA, f"GitHub does not say how {run.describe()} ended: run again, and check {run.url}")
    raise Unknown(
        Reason.NOT_DUE, f"{run.describe()} is {shown(run.status)}: run again when it has ended, see {run.url}"
    )


def _made_good(run: WorkflowRun, newest: WorkflowRun) -> str:
    if newest.attempt == run.attempt or not newest.succeeded:
        return ""
    return f"; attempt {newest.attempt} succeeded, but it is not the attempt that built this image"


def _afterwards(run: WorkflowRun, newest: WorkflowRun, others: Sequence[WorkflowRun]) -> Iterator[str]:
    """Say what went wrong after the attempt that built the image, which decides nothing about it."""
    if newest.attempt != run.attempt and not newest.succeeded:
        what = f"ended with {shown(newest.conclusion)}" if newest.ended else f"is {newest.status or 'unknown'}"
        yield f"attempt {newest.attempt} of the same run {what}, after attempt {run.attempt} had built this image"
    for other in others:
        if not other.succeeded:
            when = "later" if other.started > run.started else "before"
            what = f"ended with {shown(other.conclusion)}" if other.ended else f"is {other.status or 'unknown'}"
            yield f"run {other.id} of the same commit, started {when} by {shown(other.event)}, {what}"
        elif other.head_branch == run.head_branch:
            yield f"run {other.id} built the same commit too"
