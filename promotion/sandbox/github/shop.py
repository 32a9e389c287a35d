"""The repository example/shop in good health: what there is when an image has been built and waits to be promoted."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.sandbox.github.records import (
    Alert,
    Approval,
    Artifact,
    Branch,
    Commit,
    DeploymentStatus,
    Environment,
    Run,
)
from promotion.sandbox.github.repository import Repository

BUILD_JOBS = ("build", "test", "scan", "sign")
LEAD, APPROVER, ON_CALL, AUTHOR = "release-lead", "release-approver", "on-call-engineer", "service-developer"

ROLLBACK_PLAN = """\
# Rollback plan of the service shop

Owner: release-lead
Reviewed: {reviewed}

## lambda: the function shop-api behind API Gateway

1. Stop the CodeDeploy deployment of shop-lambda with rollback; the alias `live` goes back to the previous version.
2. Invoke the alias and look at its version.

## ec2: the instances behind the load balancer

1. Stop the CodeDeploy deployment of shop-ec2 with rollback; the listener goes back to the previous target group.
2. Look at target health and `/version`.
"""

RULES = (
    {"type": "deletion"},
    {"type": "non_fast_forward"},
    {
        "type": "pull_request",
        "parameters": {
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": False,
            "require_last_push_approval": True,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": True,
        },
    },
    {
        "type": "required_status_checks",
        "parameters": {
            "strict_required_status_checks_policy": True,
            "required_status_checks": [{"context": name} for name in BUILD_JOBS],
        },
    },
)


@dataclass(frozen=True)
class Planted:
    """The runs that matter."""

    build: Run
    """Built the image."""
    promotion: Run
    """Promotes it: in progress."""
    failed: Run
    """A build of another commit, which failed."""


def plant_shop(repository: Repository, *, commit: str, previous_commit: str, now: datetime) -> Planted:
    """Plant example/shop: `commit` was built two hours before `now`; `previous_commit`, a week before, runs in prod."""
    built, last_week = now - timedelta(hours=2), now - timedelta(days=7)
    _plant_code(repository, commit, previous_commit, now)
    older = repository.add_run("build.yml", previous_commit, last_week, jobs=BUILD_JOBS)
    broken = _hash(f"broken {commit}")
    failed = repository.add_run(
        "build.yml",
        broken,
        now - timedelta(days=1),
        jobs={"build": "success", "test": "failure", "scan": "success", "sign": "skipped"},
        conclusion="failure",
        branch="faster-checkout",
    )
    build = repository.add_run("build.yml", commit, built, jobs=BUILD_JOBS)
    for run in (older, build):
        run.artifacts += [Artifact(repository.new_id(), name, 48_211) for name in ("trivy-report", "sbom")]
    before = repository.add_run(
        "promote.yml",
        previous_commit,
        last_week + timedelta(hours=3),
        jobs=("verify", "deploy"),
        event="workflow_dispatch",
    )
    promotion = repository.add_run(
        "promote.yml",
        commit,
        now - timedelta(minutes=5),
        jobs={"verify": None},
        status="in_progress",
        conclusion=None,
        event="workflow_dispatch",
    )
    _plant_environments(repository, now - timedelta(days=200))
    before.approvals.append(Approval("prod", APPROVER, comment="Checklist read."))
    for environment, sha, at in (
        ("prod", previous_commit, last_week + timedelta(hours=3)),
        ("dev", commit, built + timedelta(minutes=20)),
    ):
        deployment = repository.deploy(environment, sha, at, LEAD)
        for minutes, state in ((0, "in_progress"), (9, "success")):
            said = DeploymentStatus(repository.new_id(), state, at + timedelta(minutes=minutes), "github-actions[bot]")
            deployment.statuses.append(said)
    repository.add_issue("Show the delivery date", now - timedelta(days=12), AUTHOR, labels=("enhancement",))
    repository.add_issue(
        "Checkout slow after a promotion",
        now - timedelta(days=40),
        ON_CALL,
        labels=("incident",),
        state="closed",
        closed_at=now - timedelta(days=38),
    )
    repository.alerts.append(Alert(1, "CVE-2025-4802", "medium", previous_commit, last_week, state="fixed"))
    return Planted(build, promotion, failed)


def _plant_code(repository: Repository, commit: str, previous_commit: str, now: datetime) -> None:
    """Plant three commits, the last of them at the head of the protected default branch."""
    built, last_week = now - timedelta(hours=2), now - timedelta(days=7)
    files = {
        "Dockerfile": b"FROM debian:12-slim\nCOPY shop /srv/shop\n",
        "README.md": b"# shop\n",
        "docs/rollback.md": ROLLBACK_PLAN.format(reviewed=last_week.date().isoformat()).encode(),
        ".github/workflows/build.yml": b"name: build\n",
        ".github/workflows/promote.yml": b"name: promote\n",
    }
    repository.add_commit(
        Commit(
            previous_commit,
            "Review the rollback plan",
            LEAD,
            last_week - timedelta(minutes=10),
            files,
            changed=("docs/rollback.md",),
        )
    )
    broken = _hash(f"broken {commit}")
    repository.add_commit(
        Commit(broken, "Try a faster checkout", AUTHOR, now - timedelta(days=1, minutes=5), dict(files)),
        "faster-checkout",
    )
    repository.add_commit(
        Commit(
            commit,
            "Show the total with tax",
            AUTHOR,
            built - timedelta(minutes=10),
            dict(files),
            changed=("README.md",),
            parents=(previous_commit,),
        ),
        repository.default_branch,
    )
    main = repository.branches[repository.default_branch]
    main.protected, main.checks, main.rules = True, BUILD_JOBS, [dict(rule) for rule in RULES]
    repository.branches["faster-checkout"] = Branch("faster-checkout", broken)


def _plant_environments(repository: Repository, created: datetime) -> None:
    for name, reviewers in (("dev", (LEAD, ON_CALL)), ("prod", (APPROVER, ON_CALL))):
        repository.environments[name] = Environment(repository.new_id(), name, created, reviewers)


def _hash(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()
