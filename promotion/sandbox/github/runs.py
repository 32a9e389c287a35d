"""Requests about workflow runs: list, look at, start, cancel, review."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from promotion.sandbox.github import run_answers
from promotion.sandbox.github.exchange import Ask, Problem, Reply, instant, invalid_field, missing
from promotion.sandbox.github.records import Approval, Run


def runs(ask: Ask, workflow: str | None = None) -> Reply:
    """List runs, newest first: of a workflow (file name or id), and as `head_sha`, `branch`, `status` … want it."""
    name = _workflow(ask, workflow) if workflow is not None else None
    for run in ask.repository.runs.values():
        run.settle(ask.now)
    given = {key: value for key in _FILTERS if (value := ask.query(key)) is not None}
    found = [
        run
        for run in ask.repository.runs.values()
        if name in {None, run.workflow} and all(_FILTERS[key](run, value) for key, value in given.items())
    ]
    found.sort(key=lambda run: (run.created, run.id), reverse=True)
    return ask.page(found, run_answers.run, "workflow_runs")


def run(ask: Ask, run_id: int) -> Reply:
    """Look at a run."""
    return Reply(run_answers.run(ask, _run(ask, run_id)))


def attempt(ask: Ask, run_id: int, number: int) -> Reply:
    """Look at one attempt of a run."""
    found = _run(ask, run_id)
    if not 1 <= number <= len(found.attempts):
        raise missing()
    return Reply(run_answers.run(ask, found, found.attempts[number - 1]))


def jobs(ask: Ask, run_id: int, number: int | None = None) -> Reply:
    """List the jobs of the newest attempt, of all (`filter=all`), or of the one with that number."""
    found = _run(ask, run_id)
    if number is not None and not 1 <= number <= len(found.attempts):
        raise missing()
    attempts = found.attempts[-1:] if ask.query("filter") != "all" else found.attempts
    attempts = attempts if number is None else [found.attempts[number - 1]]
    listed = [partial(run_answers.job, ask, found, part, job) for part in attempts for job in part.jobs]
    return ask.page(listed, lambda _, describe: describe(), "jobs")


def artifacts(ask: Ask, run_id: int) -> Reply:
    """List what a run left, by `name` if one is given."""
    found = _run(ask, run_id)
    name = ask.query("name")
    listed = [artifact for artifact in found.artifacts if name in {None, artifact.name}]
    return ask.page(listed, lambda ask, artifact: run_answers.artifact(ask, found, artifact), "artifacts")


def cancel(ask: Ask, run_id: int, *, force: bool = False) -> Reply:
    """Cancel a run: 409 if it is over. It may take a while; a run that does not heed it goes on, unless it is forced."""
    found = _run(ask, run_id)
    if found.attempt.status == "completed":
        raise Problem(409, "Cannot cancel a workflow run that is completed.")
    if force or found.heeds_cancel:
        found.cancelled = found.cancelled or ask.now
        found.settle(ask.now)
    return Reply({}, 202)


def dispatch(ask: Ask, workflow: str) -> Reply:
    """Start a workflow on a branch: 204, or 200 with the run if `return_run_details` is asked for."""
    name = _workflow(ask, workflow)
    given = ask.body("WorkflowDispatch", "ref")
    branch = str(given["ref"]).removeprefix("refs/heads/")
    commit = ask.repository.resolve(branch)
    if commit is None:
        raise Problem(422, f"No ref found for: {given['ref']}")
    inputs = given.get("inputs", {})
    started = ask.repository.add_run(
        name,
        commit.sha,
        ask.now,
        status="queued",
        conclusion=None,
        branch=branch,
        event="workflow_dispatch",
        inputs=inputs,
    )
    started.attempt.actor = ask.login
    if not given.get("return_run_details"):
        return Reply(status=204)
    described = run_answers.run(ask, started)
    return Reply({"workflow_run_id": started.id, "run_url": described["url"], "html_url": described["html_url"]})


def approvals(ask: Ask, run_id: int) -> Reply:
    """List who reviewed the environments of a run."""
    return Reply([run_answers.approval(ask, approval) for approval in _run(ask, run_id).approvals])


def pending(ask: Ask, run_id: int) -> Reply:
    """List the environments that wait for a review."""
    found = _run(ask, run_id)
    waiting = [ask.repository.environments[name] for name in found.pending]
    return Reply([run_answers.pending(ask, found, environment) for environment in waiting])


def review(ask: Ask, run_id: int) -> Reply:
    """Approve or reject environments: only a required reviewer may, and not the one who started the run."""
    found = _run(ask, run_id)
    given = ask.body("PendingDeployment", "environment_ids", "state", "comment")
    if not isinstance(given["environment_ids"], list):
        raise invalid_field("PendingDeployment", "environment_ids")
    there = ask.repository.environments.values()
    chosen = [next((e for e in there if e.id == number), None) for number in given["environment_ids"]]
    made: list[dict[str, Any]] = []
    if given["state"] not in {"approved", "rejected"}:
        raise invalid_field("PendingDeployment", "state")
    for environment in chosen:
        if environment is None or environment.name not in found.pending:
            raise Problem(422, "No pending deployment requests to approve or reject")
        if not run_answers.may_review(ask, found, environment):
            raise Problem(403, "Resource not accessible by integration")
    for environment in filter(None, chosen):
        found.pending.remove(environment.name)
        found.approvals.append(Approval(environment.name, ask.login, given["state"], given["comment"]))
        deployment = ask.repository.deploy(environment.name, found.sha, ask.now, ask.login)
        made.append(run_answers.deployment(ask, deployment))
    if given["state"] == "rejected":
        found.end("failure")
    elif not found.pending:
        found.go_on()
    return Reply(made)


_FILTERS: dict[str, Callable[[Run, str], bool]] = {
    "head_sha": lambda run, sha: run.sha == sha,
    "branch": lambda run, branch: run.branch == branch,
    "event": lambda run, event: run.event == event,
    "actor": lambda run, login: run.attempts[0].actor == login,
    "status": lambda run, state: state in {run.attempt.status, run.attempt.conclusion},
    "check_suite_id": lambda run, suite: str(run.id + 1) == suite,
    "created": lambda run, range_: _in_range(run.created, range_),
}


def _run(ask: Ask, run_id: int) -> Run:
    found = ask.repository.runs.get(run_id)
    if found is None:
        raise missing()
    found.settle(ask.now)
    return found


def _workflow(ask: Ask, workflow: str) -> str:
    for name, number in ask.repository.workflows.items():
        if workflow in {name, str(number)}:
            return name
    raise missing()


def _in_range(moment: datetime, text: str) -> bool:
    """Judge by a range of GitHub's search syntax: `>=A`, `<A`, `A..B` (`*` is open), or a day."""
    if ".." in text:
        first, _, last = text.partition("..")
        return (first == "*" or moment >= instant(first)) and (last == "*" or moment <= instant(last))
    for sign, judge in ((">=", moment.__ge__), ("<=", moment.__le__), (">", moment.__gt__), ("<", moment.__lt__)):
        if text.startswith(sign):
            return bool(judge(instant(text.removeprefix(sign))))
    return moment.date() == instant(text).date()
