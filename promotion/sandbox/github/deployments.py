"""Requests about environments and deployments."""

from promotion.sandbox.github import run_answers
from promotion.sandbox.github.exchange import Ask, Problem, Reply, invalid_field, missing
from promotion.sandbox.github.records import Deployment, DeploymentStatus

STATES = {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}


def environments(ask: Ask) -> Reply:
    """List the environments."""
    return ask.page([*ask.repository.environments.values()], run_answers.environment, "environments")


def environment(ask: Ask, name: str) -> Reply:
    """Look at an environment."""
    found = ask.repository.environments.get(name)
    if found is None:
        raise missing()
    return Reply(run_answers.environment(ask, found))


def deployments(ask: Ask) -> Reply:
    """List deployments, newest first, as `sha`, `ref` and `environment` want it."""
    given = {key: value for key in ("sha", "ref", "environment") if (value := ask.query(key)) is not None}
    found = [
        deployment
        for deployment in ask.repository.deployments.values()
        if all(getattr(deployment, key) == value for key, value in given.items())
    ]
    return ask.page(found[::-1], run_answers.deployment)


def deploy(ask: Ask) -> Reply:
    """Record a deployment of a ref."""
    given = ask.body("Deployment", "ref")
    commit = ask.repository.resolve(str(given["ref"]))
    if commit is None:
        raise Problem(422, f"No ref found for: {given['ref']}")
    made = ask.repository.deploy(
        given.get("environment", "production"),
        commit.sha,
        ask.now,
        ask.login,
        ref=given["ref"],
        description=given.get("description"),
        payload=given.get("payload", {}),
    )
    return Reply(run_answers.deployment(ask, made), 201)


def deployment(ask: Ask, number: int) -> Reply:
    """Look at a deployment."""
    return Reply(run_answers.deployment(ask, _deployment(ask, number)))


def statuses(ask: Ask, number: int) -> Reply:
    """List what was said of a deployment, newest first."""
    of = _deployment(ask, number)
    return ask.page(of.statuses[::-1], lambda ask, status: run_answers.deployment_status(ask, of, status))


def add_status(ask: Ask, number: int) -> Reply:
    """Say how a deployment does."""
    of = _deployment(ask, number)
    given = ask.body("DeploymentStatus", "state")
    if given["state"] not in STATES:
        raise invalid_field("DeploymentStatus", "state")
    said = DeploymentStatus(
        ask.repository.new_id(),
        given["state"],
        ask.now,
        ask.login,
        given.get("description", ""),
        given.get("log_url", ""),
    )
    of.statuses.append(said)
    return Reply(run_answers.deployment_status(ask, of, said), 201)


def _deployment(ask: Ask, number: int) -> Deployment:
    found = ask.repository.deployments.get(number)
    if found is None:
        raise missing()
    return found
