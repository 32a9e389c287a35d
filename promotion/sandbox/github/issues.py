"""Requests about issues and their comments."""

from datetime import datetime
from typing import Any

from promotion.sandbox.github.answers import node_id, number_of, seconds, user
from promotion.sandbox.github.exchange import Ask, Reply, instant, invalid_field, missing
from promotion.sandbox.github.records import Comment, Issue


def issues(ask: Ask) -> Reply:
    """List issues, newest first: open ones unless `state` says otherwise, with all `labels`, changed `since`."""
    state = ask.query("state") or "open"
    labels = {label for label in (ask.query("labels") or "").split(",") if label}
    since, creator, assignee = ask.query("since"), ask.query("creator"), ask.query("assignee")
    found = [
        issue
        for issue in ask.repository.issues.values()
        if state in {"all", issue.state}
        and labels <= {*issue.labels}
        and creator in {None, issue.author}
        and (assignee in {None, "*"} or assignee in issue.assignees)
        and (since is None or _changed(issue) >= instant(since))
    ]
    found.sort(key=lambda issue: (issue.at, issue.number), reverse=ask.query("direction") != "asc")
    return ask.page(found, _issue)


def issue(ask: Ask, number: int) -> Reply:
    """Look at an issue."""
    return Reply(_issue(ask, _found(ask, number)))


def open_issue(ask: Ask) -> Reply:
    """Open an issue."""
    given = ask.body("Issue", "title")
    if not isinstance(given["title"], str) or not given["title"].strip():
        raise invalid_field("Issue", "title")
    for name in ("labels", "assignees"):
        if not isinstance(given.get(name, []), list):
            raise invalid_field("Issue", name)
    names = [label["name"] if isinstance(label, dict) else label for label in given.get("labels", [])]
    made = ask.repository.add_issue(
        given["title"],
        ask.now,
        ask.login,
        body=given.get("body"),
        labels=tuple(names),
        assignees=tuple(given.get("assignees", [])),
    )
    return Reply(_issue(ask, made), 201, {"Location": f"{ask.url}/issues/{made.number}"})


def comments(ask: Ask, number: int) -> Reply:
    """List the comments on an issue, oldest first."""
    of = _found(ask, number)
    return ask.page(of.comments, lambda ask, comment: _comment(ask, of, comment))


def add_comment(ask: Ask, number: int) -> Reply:
    """Comment on an issue."""
    of = _found(ask, number)
    given = ask.body("IssueComment", "body")
    made = Comment(ask.repository.new_id(), str(given["body"]), ask.login, ask.now)
    of.comments.append(made)
    return Reply(_comment(ask, of, made), 201)


def _found(ask: Ask, number: int) -> Issue:
    found = ask.repository.issues.get(number)
    if found is None:
        raise missing()
    return found


def _changed(of: Issue) -> datetime:
    return max([of.at, *(comment.at for comment in of.comments), *([of.closed_at] if of.closed_at else [])])


def _issue(ask: Ask, found: Issue) -> dict[str, Any]:
    url = f"{ask.url}/issues/{found.number}"
    assignees = [user(ask, login) for login in found.assignees]
    labels = [
        {
            "id": number_of(name),
            "node_id": node_id("LA", name),
            "url": f"{ask.url}/labels/{name}",
            "name": name,
            "description": None,
            "color": "d73a4a",
            "default": False,
        }
        for name in found.labels
    ]
    return {
        "id": 3_000_000_000 + found.number,
        "node_id": node_id("I", found.number),
        "url": url,
        "repository_url": ask.url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{ask.html}/issues/{found.number}",
        "number": found.number,
        "state": found.state,
        "state_reason": found.closed_as if found.state == "closed" else None,
        "title": found.title,
        "body": found.body,
        "user": user(ask, found.author),
        "labels": labels,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": len(found.comments),
        "closed_at": seconds(found.closed_at) if found.closed_at else None,
        "created_at": seconds(found.at),
        "updated_at": seconds(_changed(found)),
        "author_association": "MEMBER",
    }


def _comment(ask: Ask, of: Issue, found: Comment) -> dict[str, Any]:
    return {
        "id": found.id,
        "node_id": node_id("IC", found.id),
        "url": f"{ask.url}/issues/comments/{found.id}",
        "html_url": f"{ask.html}/issues/{of.number}#issuecomment-{found.id}",
        "issue_url": f"{ask.url}/issues/{of.number}",
        "body": found.body,
        "user": user(ask, found.author),
        "created_at": seconds(found.at),
        "updated_at": seconds(found.at),
        "author_association": "MEMBER",
    }
