"""What GitHub says of runs, jobs, commits, branches and files, as far as it is judged here. Pure.

Shapes are those of GitHub's REST API (docs.github.com/en/rest, version 2026-03-10), read without relying on fields that
its own examples leave out.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.github.fields import GitHubFields, malformed
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class WorkflowRun:
    """One attempt of a run of a workflow."""

    id: int
    attempt: int
    """1, and one more with each re-run; the same id stays."""
    repository: str
    """`owner/name`."""
    head_repository: str | None
    """Where the commit came from: the same, or a fork; None if that is gone."""
    workflow: str
    """Path of the workflow's file."""
    head_sha: str
    head_branch: str | None
    """Branch or tag, without `refs/…`."""
    event: str
    """What started it: `push`, `pull_request`, …"""
    status: str
    """`completed`, or something else while it is in progress; empty if GitHub does not say."""
    conclusion: str | None
    """`success`, `failure`, `cancelled`, …; None while it is in progress."""
    created: datetime
    started: datetime
    """When this attempt was started."""
    url: str
    """For people."""

    @property
    def ended(self) -> bool:
        """Whether it is over, and GitHub says how it ended."""
        return self.status == "completed" and self.conclusion is not None

    @property
    def succeeded(self) -> bool:
        """Whether it is over, and well."""
        return self.status == "completed" and self.conclusion == "success"

    def describe(self) -> str:
        """The run in a few words: `attempt 2 of run 5`."""
        return f"attempt {self.attempt} of run {self.id}"

    @classmethod
    def parse(cls, answer: object, what: str) -> "WorkflowRun":
        """Read a run. Raises Unknown, malformed."""
        fields = GitHubFields(answer, what)
        created = fields.instant("created_at")
        attempt = fields.number_if_any("run_attempt")
        return cls(
            id=fields.number("id"),
            attempt=1 if attempt is None else attempt,
            repository=fields.part("repository").text("full_name"),
            head_repository=fields.part("head_repository").text_if_any("full_name"),
            workflow=fields.text("path"),
            head_sha=fields.text("head_sha").lower(),
            head_branch=fields.text_if_any("head_branch"),
            event=fields.text("event"),
            status=fields.text_if_any("status") or "",
            conclusion=fields.text_if_any("conclusion"),
            created=created,
            started=fields.instant_if_any("run_started_at") or created,
            url=fields.text_if_any("html_url") or "",
        )


@dataclass(frozen=True)
class Job:
    """One execution of a job."""

    id: int
    name: str
    """As people see it, with the values of a matrix: `test (3.11)`."""
    attempt: int | None
    """The attempt of the run that executed it; None if GitHub does not say."""
    status: str
    conclusion: str | None

    @property
    def succeeded(self) -> bool:
        """Whether it is over, and well."""
        return self.status == "completed" and self.conclusion == "success"

    @classmethod
    def parse(cls, answer: object, what: str) -> "Job":
        """Read a job. Raises Unknown, malformed."""
        fields = GitHubFields(answer, what)
        return cls(
            id=fields.number("id"),
            name=fields.text("name"),
            attempt=fields.number_if_any("run_attempt"),
            status=fields.text("status"),
            conclusion=fields.text_if_any("conclusion"),
        )


@dataclass(frozen=True)
class Commit:
    """A commit."""

    sha: str
    committed: datetime
    signature_verified: bool
    """Whether GitHub could verify the signature of its author or committer."""

    @classmethod
    def parse(cls, answer: object, what: str) -> "Commit":
        """Read a commit. Raises Unknown, malformed."""
        fields = GitHubFields(answer, what)
        inner = fields.part("commit")
        return cls(
            sha=fields.text("sha").lower(),
            committed=inner.part("committer").instant("date"),
            signature_verified=inner.part("verification").flag("verified"),
        )


@dataclass(frozen=True)
class Branch:
    """A branch, and what keeps people from pushing to it as they please."""

    name: str
    head: str
    """Commit."""
    is_protected: bool
    """Whether it has branch protection; what that demands is told to administrators only."""
    rules: tuple[str, ...]
    """Types of the rules that rulesets lay on it: `pull_request`, `required_status_checks`, …"""

    @classmethod
    def parse(cls, answer: object, rules: list[object], what: str) -> "Branch":
        """Read a branch and its rules. Raises Unknown, malformed."""
        fields = GitHubFields(answer, what)
        types = {GitHubFields(rule, f"a rule of {what}").text("type") for rule in rules}
        return cls(
            name=fields.text("name"),
            head=fields.part("commit").text("sha").lower(),
            is_protected=fields.flag("protected"),
            rules=tuple(sorted(types)),
        )


@dataclass(frozen=True)
class Content:
    """A file at a commit."""

    path: str
    ref: str
    blob: str
    """Git's hash of it."""
    text: str

    @classmethod
    def parse(cls, answer: object, ref: str, what: str) -> "Content":
        """Read a file. Raises Unknown: not-supported for a folder or a file over 1 MB, malformed."""
        kind = "folder" if isinstance(answer, list) else GitHubFields(answer, what).text("type")
        if kind != "file":
            raise Unknown(Reason.NOT_SUPPORTED, f"{what} is a {kind[:40]!a}, expected a file: give the path of a file")
        fields = GitHubFields(answer, what)
        if fields.text_if_any("encoding") != "base64":
            raise Unknown(Reason.NOT_SUPPORTED, f"GitHub does not give {what} with its content: it is larger than 1 MB")
        try:
            raw = base64.b64decode("".join(fields.text("content").split()), validate=True)
            text = raw.decode("utf-8")
        except (binascii.Error, UnicodeError):
            raise malformed(what, "its content is not base64 of UTF-8 text") from None
        return cls(fields.text("path"), ref, fields.text("sha"), text)


@dataclass(frozen=True)
class StoredAttestation:
    """What somebody attested of a digest, as GitHub keeps it. Nothing in it is verified."""

    bundle: str
    """The sigstore bundle, JSON."""
