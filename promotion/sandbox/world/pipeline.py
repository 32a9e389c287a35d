"""The GitHub repository of the service: commits, builds, environments and what was deployed from it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.github import GitHub, Repository, Token
from promotion.sandbox.github.records import Branch, Commit, DeploymentStatus, Environment
from promotion.sandbox.world.names import BRANCH, GITHUB_REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promotion.sandbox.world.image import Release

TOKEN = "ghs_sandbox"
"""The token of the workflow that promotes."""
BUILD_JOBS = ("test", "build", "scan", "sign")
LEAD, APPROVER, DEVELOPER = "release-lead", "release-approver", "developer"
ON_CALL = "on-call-engineer"
ROLLBACK_PLAN = """# Rollback plan of shop

Owner: release-lead

## Lambda
Stop the deployment in CodeDeploy with rollback; the alias `live` goes back to the version before.

## EC2
Stop the deployment in CodeDeploy with rollback; the instances before are registered again.
"""


def plant(releases: "Sequence[Release]", now: datetime) -> GitHub:
    """Make the repository with a commit and a build for each release; `now` is UTC without a zone."""
    moment = now.replace(tzinfo=UTC)
    repository = Repository(GITHUB_REPOSITORY, BRANCH)
    before: tuple[str, ...] = ()
    for age, release in reversed(list(enumerate(reversed(releases)))):
        at = moment - timedelta(days=2 * age, hours=3)
        files = {
            "README.md": f"# shop {release.version}\n".encode(),
            "docs/rollback.md": ROLLBACK_PLAN.encode(),
            ".github/workflows/build.yml": b"name: build\n",
            ".github/workflows/promote.yml": b"name: promote\n",
        }
        message = f"Release {release.version}"
        repository.add_commit(Commit(release.commit, message, DEVELOPER, at, files, ("README.md",), before), BRANCH)
        before = (release.commit,)
        repository.add_run("build.yml", release.commit, at + timedelta(minutes=1), jobs=BUILD_JOBS, title=message)
    head = repository.branches[BRANCH].head
    rules = [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}]
    repository.branches[BRANCH] = Branch(BRANCH, head, protected=True, rules=rules, checks=BUILD_JOBS[:2])
    for name, reviewers in (("dev", ()), ("prod", (LEAD, APPROVER))):
        created = moment - timedelta(days=200)
        repository.environments[name] = Environment(repository.new_id(), name, created, reviewers)
    for name, release, at in (
        ("prod", releases[-2], moment - timedelta(days=2, hours=3)),
        ("dev", releases[-1], moment - timedelta(minutes=40)),
    ):
        status = DeploymentStatus(repository.new_id(), "success", at + timedelta(minutes=9), LEAD)
        repository.deploy(name, release.commit, at, LEAD, statuses=[status])
    return GitHub({TOKEN: Token()}, repository)
