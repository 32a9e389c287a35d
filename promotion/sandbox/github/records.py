"""What a GitHub repository consists of: commits, runs, environments, deployments, issues, alerts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Conclusion = Literal[
    "success", "failure", "cancelled", "skipped", "timed_out", "action_required", "neutral", "stale", "startup_failure"
]
Status = Literal["queued", "in_progress", "waiting", "requested", "pending", "completed"]


@dataclass
class Commit:
    """A commit with its whole tree."""

    sha: str
    message: str
    author: str
    """Login."""
    at: datetime
    files: dict[str, bytes] = field(default_factory=dict)
    """Path to content."""
    changed: tuple[str, ...] = ()
    """Paths this commit changed."""
    parents: tuple[str, ...] = ()
    verified: bool = True


@dataclass
class Branch:
    """A branch, and the rules that hold for it."""

    name: str
    head: str
    """Commit."""
    protected: bool = False
    rules: list[dict[str, Any]] = field(default_factory=list)
    """Rules of the rulesets in force: `type`, `parameters`."""
    approving_reviews: int = 1
    checks: tuple[str, ...] = ()
    """Names of the checks the protection demands."""


@dataclass
class Job:
    """A job of an attempt."""

    id: int
    name: str
    started: datetime
    status: Status = "completed"
    conclusion: Conclusion | None = "success"
    seconds: float = 60
    """How long it took, if it is over."""


@dataclass
class Attempt:
    """One attempt of a run."""

    number: int
    started: datetime
    status: Status = "completed"
    conclusion: Conclusion | None = "success"
    jobs: list[Job] = field(default_factory=list)
    actor: str = "release-lead"
    """Login of who started this attempt."""
    seconds: float = 300
    """How long it took, if it is over."""


@dataclass
class Artifact:
    """A file that a run left."""

    id: int
    name: str
    size: int
    """Bytes."""
    digest: str | None = None
    expired: bool = False


@dataclass
class Approval:
    """A review of an environment by a person. GitHub does not tell when."""

    environment: str
    user: str
    state: Literal["approved", "rejected", "pending"] = "approved"
    comment: str = ""


@dataclass
class Run:
    """A run of a workflow. Status and conclusion are those of the newest attempt."""

    id: int
    workflow: str
    """File name: `build.yml`."""
    sha: str
    number: int
    created: datetime
    attempts: list[Attempt]
    branch: str | None = "main"
    event: str = "push"
    title: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    artifacts: list[Artifact] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    """Environments that wait for a review."""
    heeds_cancel: bool = True
    """Whether a cancellation stops it; if not, only a forced one does."""
    stops_within: float = 0
    """How long it takes to stop once it was cancelled, in seconds."""
    cancelled: datetime | None = None
    """When it was cancelled, if it heeded that."""

    @property
    def attempt(self) -> Attempt:
        """The newest attempt."""
        return self.attempts[-1]

    def go_on(self) -> None:
        """Let what waits for a review run."""
        parts: list[Attempt | Job] = [self.attempt, *self.attempt.jobs]
        for part in parts:
            if part.status == "waiting":
                part.status = "in_progress"

    def settle(self, now: datetime) -> None:
        """Let a cancelled run have stopped, if it had the time."""
        if self.cancelled and (now - self.cancelled).total_seconds() >= self.stops_within:
            self.end("cancelled")

    def end(self, conclusion: Conclusion) -> None:
        """End the newest attempt, with every job that is not over."""
        parts: list[Attempt | Job] = [self.attempt, *self.attempt.jobs]
        for part in parts:
            if part.status != "completed":
                part.status, part.conclusion = "completed", conclusion
        self.pending.clear()


@dataclass
class Environment:
    """A deployment environment with its protection."""

    id: int
    name: str
    created: datetime
    reviewers: tuple[str, ...] = ()
    """Logins; one of them must approve."""
    prevent_self_review: bool = True
    wait_minutes: int = 0
    protected_branches_only: bool = True


@dataclass
class DeploymentStatus:
    """What was said of a deployment."""

    id: int
    state: str
    at: datetime
    creator: str
    description: str = ""
    log_url: str = ""


@dataclass
class Deployment:
    """A deployment to an environment, as GitHub records it."""

    id: int
    environment: str
    sha: str
    ref: str
    creator: str
    at: datetime
    description: str | None = None
    payload: Any = field(default_factory=dict)
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass
class Comment:
    """A comment on an issue."""

    id: int
    body: str
    author: str
    at: datetime


@dataclass
class Issue:
    """An issue."""

    number: int
    title: str
    author: str
    at: datetime
    body: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    closed_as: Literal["completed", "not_planned", "duplicate"] = "completed"
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Alert:
    """A finding of a code scanner."""

    number: int
    rule: str
    severity: Literal["low", "medium", "high", "critical"]
    sha: str
    at: datetime
    tool: str = "Trivy"
    state: Literal["open", "dismissed", "fixed"] = "open"
    ref: str = "refs/heads/main"
    path: str = "Dockerfile"
