"""Look up runs of workflows. This module does I/O.

Every function raises what `GitHubClient.get` does: NotFound, or another Unknown.
"""

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from promotion.clients.github.build import FoundBuild, choose
from promotion.clients.github.claims import Basis
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.fields import malformed
from promotion.clients.github.models import Job, WorkflowRun
from promotion.core.parallel import in_parallel
from promotion.core.plausible import require_plausible
from promotion.settings.image import GitHub

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIONS = "actions: read"


def run(client: GitHubClient, run_id: int, attempt: int | None = None) -> WorkflowRun:
    """Look at a run as its newest attempt has it, or as that attempt had it."""
    of = "" if attempt is None else f", attempt {attempt},"
    what = f"run {run_id}{of} of {client.repository}"
    path = f"/actions/runs/{run_id}" + ("" if attempt is None else f"/attempts/{attempt}")
    found = WorkflowRun.parse(client.get(path, what, permission=ACTIONS), what)
    require_plausible(found.started, client.clock.now(), f"{what} was started")
    if found.id != run_id or attempt not in {None, found.attempt}:
        raise malformed(what, f"GitHub answered with {found.describe()}")
    return found


def jobs(client: GitHubClient, run_id: int) -> tuple[Job, ...]:
    """List every execution of every job of a run, of all its attempts.

    All, because a re-run of the failed jobs leaves the others where they were, and whether the listing of the newest
    attempt repeats those has changed before.
    """
    what = f"the jobs of run {run_id} of {client.repository}"
    path = f"/actions/runs/{run_id}/jobs"
    entries = client.listed(path, what, permission=ACTIONS, key="jobs", query={"filter": "all"})
    found = [Job.parse(entry, f"a job of run {run_id} of {client.repository}") for entry in entries]
    return tuple({job.id: job for job in found}.values())


def runs_of_commit(client: GitHubClient, workflow: str, commit: str) -> tuple[WorkflowRun, ...]:
    """List the runs of a workflow (its file's name) for a commit (40 hex digits), newest first."""
    what = f"the runs of {workflow} for {commit} in {client.repository}"
    path = f"/actions/workflows/{quote(workflow, safe='')}/runs"
    entries = client.listed(path, what, permission=ACTIONS, key="workflow_runs", query={"head_sha": commit})
    found = [WorkflowRun.parse(entry, f"one of {what}") for entry in entries]
    for one in found:
        # An unknown query parameter is ignored in silence, and then these would be everybody's runs.
        if one.head_sha != commit:
            raise malformed(what, f"run {one.id} in it is of {one.head_sha[:64]!a}")
    newest = sorted(found, key=lambda one: (one.id, one.attempt))
    return tuple(sorted({one.id: one for one in newest}.values(), key=lambda one: (one.started, one.id), reverse=True))


def find_build(client: GitHubClient, basis: Basis, settings: GitHub) -> FoundBuild:
    """Look up the run that the claims name, or the one that built the commit they name, with all that is judged of it.

    Raises Unknown, no-data or not-due, also when the commit alone does not tell which of several runs built the image.
    """
    workflow = settings.build_workflow
    if basis.run_id is None:
        of_commit = runs_of_commit(client, workflow, basis.commit or "")
        chosen = choose(of_commit, basis, settings)
        if chosen is None:
            return FoundBuild(None, None, (), of_commit)
        return FoundBuild(chosen, chosen, jobs(client, chosen.id), _without(of_commit, chosen))
    looks: list[Callable[[], Any]] = [partial(run, client, basis.run_id), partial(jobs, client, basis.run_id)]
    if basis.attempt is not None:
        looks.append(partial(run, client, basis.run_id, basis.attempt))
    newest, executed, *named = in_parallel(lambda look: look(), looks)
    built: WorkflowRun = named[0] if named else newest
    return FoundBuild(built, newest, executed, _without(runs_of_commit(client, workflow, built.head_sha), built))


def _without(runs: tuple[WorkflowRun, ...], built: WorkflowRun) -> tuple[WorkflowRun, ...]:
    return tuple(one for one in runs if one.id != built.id)
