"""Read the rollback plan at the commit that the image was built from. This module does I/O."""

from promotion.clients.github import code
from promotion.clients.github.answers import NotFound
from promotion.clients.github.client import GitHubClient
from promotion.sections.rollback.plan_document import PlanDocument
from promotion.unknown import Reason, Unknown

_LARGEST = 256 * 1024


def plan_document(github: GitHubClient, path: str, commit: str | None) -> PlanDocument:
    """Read a document of the repository at a commit. Raises Unknown: no-data without a commit, truncated, and as GitHub's."""
    if commit is None:
        raise Unknown(
            Reason.NO_DATA,
            "which commit the image was built from is not known, so its rollback plan cannot be read: see build-workflow",
        )
    try:
        content = code.content(github, path, commit)
    except NotFound:
        # A commit or a repository that may not be seen looks the same.
        code.commit(github, commit)
        return PlanDocument(path, commit, None, None)
    if len(content.text) > _LARGEST:
        raise Unknown(
            Reason.TRUNCATED, f"{path} is longer than the {_LARGEST:,} characters that this run reads: split it"
        )
    changed = code.last_change(github, path, commit)
    return PlanDocument(path, commit, content.text, changed.committed)
