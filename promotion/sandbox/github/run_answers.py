"""What GitHub says of runs, jobs, artifacts, environments, reviews and deployments."""

from datetime import datetime, timedelta
from typing import Any

from promotion.sandbox.github.answers import node_id, repository, seconds, user
from promotion.sandbox.github.exchange import Ask
from promotion.sandbox.github.records import (
    Approval,
    Artifact,
    Attempt,
    Deployment,
    DeploymentStatus,
    Environment,
    Job,
    Run,
)

ARTIFACT_DAYS = 90
"""How long an artifact is kept, in days, where nobody says otherwise."""


def run(ask: Ask, found: Run, attempt: Attempt | None = None) -> dict[str, Any]:
    """Describe a run as its newest attempt has it, or as the given one had it."""
    shown = attempt or found.attempt
    url, html = f"{ask.url}/actions/runs/{found.id}", f"{ask.html}/actions/runs/{found.id}"
    workflow = ask.repository.workflows[found.workflow]
    built = ask.repository.commits.get(found.sha)
    person = {"name": built.author, "email": f"{built.author}@users.noreply.github.com"} if built else None
    message = built.message if built else ""
    head = {
        "id": found.sha,
        "tree_id": found.sha[::-1],
        "message": message,
        "timestamp": seconds(built.at if built else found.created),
        "author": person,
        "committer": person,
    }
    return {
        "id": found.id,
        "name": found.workflow.removesuffix(".yml"),
        "node_id": node_id("WFR", found.id),
        "check_suite_id": found.id + 1,
        "check_suite_node_id": node_id("CS", found.id + 1),
        "head_branch": found.branch,
        "head_sha": found.sha,
        "path": f".github/workflows/{found.workflow}",
        "run_number": found.number,
        "run_attempt": shown.number,
        "display_title": found.title or message.partition("\n")[0] or found.workflow,
        "event": found.event,
        "status": shown.status,
        "conclusion": shown.conclusion,
        "workflow_id": workflow,
        "url": url,
        "html_url": html,
        "pull_requests": [],
        "created_at": seconds(found.created),
        "updated_at": seconds(_end(shown.started, shown.seconds, over=shown.status == "completed", now=ask.now)),
        "run_started_at": seconds(shown.started),
        "actor": user(ask, found.attempts[0].actor),
        "triggering_actor": user(ask, shown.actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{ask.url}/check-suites/{found.id + 1}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{shown.number - 1}" if shown.number > 1 else None,
        "workflow_url": f"{ask.url}/actions/workflows/{workflow}",
        "referenced_workflows": [],
        "head_commit": head,
        "repository": repository(ask),
        "head_repository": repository(ask),
    }


def job(ask: Ask, of: Run, attempt: Attempt, found: Job) -> dict[str, Any]:
    """Describe a job; its steps are left out."""
    over = found.status == "completed"
    runs = found.status not in {"queued", "waiting"}
    return {
        "id": found.id,
        "run_id": of.id,
        "run_url": f"{ask.url}/actions/runs/{of.id}",
        "run_attempt": attempt.number,
        "node_id": node_id("CR", found.id),
        "head_sha": of.sha,
        "head_branch": of.branch,
        "workflow_name": of.workflow.removesuffix(".yml"),
        "url": f"{ask.url}/actions/jobs/{found.id}",
        "html_url": f"{ask.html}/actions/runs/{of.id}/job/{found.id}",
        "check_run_url": f"{ask.url}/check-runs/{found.id}",
        "name": found.name,
        "status": found.status,
        "conclusion": found.conclusion if over else None,
        "created_at": seconds(attempt.started),
        "started_at": seconds(found.started),
        "completed_at": seconds(_end(found.started, found.seconds, over=True, now=ask.now)) if over else None,
        "steps": [],
        "labels": ["ubuntu-latest"],
        "runner_id": 1 if runs else None,
        "runner_name": "GitHub Actions 1" if runs else None,
        "runner_group_id": 0 if runs else None,
        "runner_group_name": "GitHub Actions" if runs else None,
    }


def _end(started: datetime, lasted: float, *, over: bool, now: datetime) -> datetime:
    return min(started + timedelta(seconds=lasted), now) if over else now


def artifact(ask: Ask, of: Run, found: Artifact) -> dict[str, Any]:
    """Describe a file that a run left."""
    made = of.created
    url = f"{ask.url}/actions/artifacts/{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("A", found.id),
        "name": found.name,
        "size_in_bytes": found.size,
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": found.expired,
        "digest": found.digest,
        "created_at": seconds(made),
        "updated_at": seconds(made),
        "expires_at": seconds(made + timedelta(days=ARTIFACT_DAYS)),
        "workflow_run": {"id": of.id, "head_branch": of.branch, "head_sha": of.sha},
    }


def environment(ask: Ask, found: Environment) -> dict[str, Any]:
    """Describe an environment with its protection rules."""
    rules: list[dict[str, Any]] = []
    if found.wait_minutes:
        rules.append({"type": "wait_timer", "wait_timer": found.wait_minutes})
    if found.reviewers:
        people = [{"type": "User", "reviewer": user(ask, login)} for login in found.reviewers]
        rules.append(
            {"type": "required_reviewers", "prevent_self_review": found.prevent_self_review, "reviewers": people}
        )
    policy = None
    if found.protected_branches_only:
        rules.append({"type": "branch_policy"})
        policy = {"protected_branches": True, "custom_branch_policies": False}
    numbered = [
        {"id": 10 * found.id + place, "node_id": node_id("GA", 10 * found.id + place), **rule}
        for place, rule in enumerate(rules)
    ]
    return {**_environment(ask, found), "protection_rules": numbered, "deployment_branch_policy": policy}


def approval(ask: Ask, found: Approval) -> dict[str, Any]:
    """Describe a review. The times in it are those of the environment."""
    reviewed = ask.repository.environments[found.environment]
    return {
        "state": found.state,
        "comment": found.comment,
        "environments": [_environment(ask, reviewed)],
        "user": user(ask, found.user),
    }


def pending(ask: Ask, of: Run, found: Environment) -> dict[str, Any]:
    """Describe a review that is waited for."""
    described = _environment(ask, found)
    people = [{"type": "User", "reviewer": user(ask, login)} for login in found.reviewers]
    return {
        "environment": {key: described[key] for key in ("id", "node_id", "name", "url", "html_url")},
        "wait_timer": found.wait_minutes,
        "wait_timer_started_at": None,
        "current_user_can_approve": may_review(ask, of, found),
        "reviewers": people,
    }


def may_review(ask: Ask, of: Run, found: Environment) -> bool:
    """Tell whether who asks is a required reviewer, and not the one who started the run where that is prevented."""
    return ask.login in found.reviewers and not (found.prevent_self_review and ask.login == of.attempt.actor)


def _environment(ask: Ask, found: Environment) -> dict[str, Any]:
    return {
        "id": found.id,
        "node_id": node_id("EN", found.id),
        "name": found.name,
        "url": f"{ask.url}/environments/{found.name}",
        "html_url": f"{ask.html}/deployments/activity_log?environments_filter={found.name}",
        "created_at": seconds(found.created),
        "updated_at": seconds(found.created),
    }


def deployment(ask: Ask, found: Deployment) -> dict[str, Any]:
    """Describe a deployment."""
    url = f"{ask.url}/deployments/{found.id}"
    changed = found.statuses[-1].at if found.statuses else found.at
    return {
        "url": url,
        "id": found.id,
        "node_id": node_id("DE", found.id),
        "sha": found.sha,
        "ref": found.ref,
        "task": "deploy",
        "payload": found.payload,
        "original_environment": found.environment,
        "environment": found.environment,
        "description": found.description,
        "creator": user(ask, found.creator),
        "created_at": seconds(found.at),
        "updated_at": seconds(changed),
        "statuses_url": f"{url}/statuses",
        "repository_url": ask.url,
        "transient_environment": False,
        "production_environment": found.environment == "prod",
    }


def deployment_status(ask: Ask, of: Deployment, found: DeploymentStatus) -> dict[str, Any]:
    """Describe what was said of a deployment."""
    url = f"{ask.url}/deployments/{of.id}"
    return {
        "url": f"{url}/statuses/{found.id}",
        "id": found.id,
        "node_id": node_id("DES", found.id),
        "state": found.state,
        "creator": user(ask, found.creator),
        "description": found.description,
        "environment": of.environment,
        "target_url": found.log_url,
        "log_url": found.log_url,
        "environment_url": "",
        "created_at": seconds(found.at),
        "updated_at": seconds(found.at),
        "deployment_url": url,
        "repository_url": ask.url,
    }
