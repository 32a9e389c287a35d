"""One GitHub repository: how its records are planted and found. All of it may be changed in place."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from promotion.sandbox.github.records import (
    Alert,
    Attempt,
    Branch,
    Commit,
    Conclusion,
    Deployment,
    Environment,
    Issue,
    Job,
    Run,
    Status,
)


@dataclass
class Repository:
    """One repository."""

    full_name: str = "example/shop"
    default_branch: str = "main"
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    workflows: dict[str, int] = field(default_factory=lambda: {"build.yml": 9001, "promote.yml": 9002})
    """File name to id."""
    runs: dict[int, Run] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    attestations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Digest of the subject to sigstore bundles, oldest first."""
    issues: dict[int, Issue] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(70_001), repr=False)

    def new_id(self) -> int:
        """Give a number that nothing else has."""
        return next(self._ids)

    def add_commit(self, commit: Commit, branch: str | None = None) -> Commit:
        """Keep a commit, as the new head of a branch if one is named."""
        self.commits[commit.sha] = commit
        if branch is not None:
            self.branches.setdefault(branch, Branch(branch, commit.sha)).head = commit.sha
        return commit

    def add_run(
        self,
        workflow: str,
        sha: str,
        started: datetime,
        *,
        jobs: Mapping[str, Conclusion | None] | Sequence[str] = (),
        status: Status = "completed",
        conclusion: Conclusion | None = "success",
        **more: Any,
    ) -> Run:
        """Keep a run with one attempt.

        `jobs` are names, or names and conclusions (None: it is running); they start 10 seconds after one another.
        `more` are fields of `Run`.
        """
        ends = jobs if isinstance(jobs, Mapping) else dict.fromkeys(jobs, conclusion)
        kept = [
            Job(
                self.new_id(),
                name,
                started + timedelta(seconds=10 * place),
                "completed" if end else "in_progress",
                end,
            )
            for place, (name, end) in enumerate(ends.items())
        ]
        number = 1 + sum(run.workflow == workflow for run in self.runs.values())
        attempt = Attempt(1, started, status, conclusion, kept)
        run = Run(24_000_000_000 + self.new_id(), workflow, sha, number, started, [attempt], **more)
        self.workflows.setdefault(workflow, 9000 + len(self.workflows) + 1)
        self.runs[run.id] = run
        return run

    def rerun(self, run: Run, started: datetime, conclusion: Conclusion | None, actor: str = "release-lead") -> Attempt:
        """Add an attempt with the same jobs; without a conclusion it is in progress."""
        status: Status = "completed" if conclusion else "in_progress"
        jobs = [Job(self.new_id(), job.name, started, status, conclusion) for job in run.attempt.jobs]
        run.attempts.append(Attempt(len(run.attempts) + 1, started, status, conclusion, jobs, actor))
        return run.attempt

    def newest_run(self, workflow: str, sha: str | None = None) -> Run:
        """Find the newest run of a workflow, of a commit if one is named.

        Raises ValueError if there is none.
        """
        runs = [run for run in self.runs.values() if run.workflow == workflow and sha in {None, run.sha}]
        return max(runs, key=lambda run: run.created)

    def add_issue(self, title: str, at: datetime, author: str = "release-lead", **more: Any) -> Issue:
        """Keep an issue; `more` are fields of `Issue`."""
        issue = Issue(max(self.issues, default=0) + 1, title, author, at, **more)
        self.issues[issue.number] = issue
        return issue

    def attest(self, digest: str, bundle: dict[str, Any]) -> None:
        """Keep an attestation: a sigstore bundle whose statement has this digest as its subject."""
        self.attestations.setdefault(digest, []).append(bundle)

    def deploy(self, environment: str, sha: str, at: datetime, creator: str, **more: Any) -> Deployment:
        """Keep a deployment; `more` are fields of `Deployment`."""
        deployment = Deployment(
            self.new_id(), environment, sha, more.pop("ref", self.default_branch), creator, at, **more
        )
        self.deployments[deployment.id] = deployment
        return deployment

    def resolve(self, ref: str) -> Commit | None:
        """Find the commit of a branch, of `refs/heads/…`, of a whole hash or of at least seven digits of it."""
        name = ref.removeprefix("refs/").removeprefix("heads/")
        if name in self.branches:
            return self.commits.get(self.branches[name].head)
        found = [sha for sha in self.commits if len(ref) >= 7 and sha.startswith(ref)]
        return self.commits[found[0]] if len(found) == 1 else None
