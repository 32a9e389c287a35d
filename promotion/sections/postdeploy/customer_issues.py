"""Issues that customers' reports have become. This module does I/O."""

from collections.abc import Iterable
from datetime import UTC, datetime

from promotion.clients.github.client import GitHubClient
from promotion.clients.github.fields import malformed
from promotion.core.clock import parse_stamp
from promotion.sections.postdeploy.events import CustomerIssue


def issues_since(github: GitHubClient, labels: Iterable[str], since: datetime) -> tuple[CustomerIssue, ...]:
    """Read the issues with one of these labels that were opened since then, oldest first.

    https://docs.github.com/en/rest/issues/issues#list-repository-issues. Raises what `GitHubClient.listed` does, and
    Unknown, malformed.
    """
    found: dict[str, CustomerIssue] = {}
    for label in labels:
        # `since` of the API is about the last change, which is never before an issue is opened.
        query = {"state": "all", "labels": label, "since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        for tree in github.listed("/issues", f"issues labelled {label}", permission="issues: read", query=query):
            issue = _issue(tree)
            if issue is not None and issue.at >= since:
                found[issue.link] = issue
    return tuple(sorted(found.values(), key=lambda issue: issue.at))


def _issue(tree: object) -> CustomerIssue | None:
    if not isinstance(tree, dict):
        raise malformed("an issue", "it is not an object")
    if "pull_request" in tree:
        return None
    try:
        at = parse_stamp(str(tree["created_at"]).replace("Z", "+00:00")).astimezone(UTC)
        return CustomerIssue(str(tree["title"]), at, str(tree["html_url"]))
    except (KeyError, ValueError):
        raise malformed("an issue", "it has no title or no URL, or does not say when it was opened") from None
