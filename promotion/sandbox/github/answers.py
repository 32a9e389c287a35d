"""What GitHub says of people, repositories, commits, files, branches, issues and alerts."""

import base64
import hashlib
import zlib
from datetime import datetime
from typing import Any

from promotion.sandbox.github.exchange import Ask
from promotion.sandbox.github.records import Branch, Commit

_USER_URLS = (
    "followers",
    "following{/other_user}",
    "gists{/gist_id}",
    "starred{/owner}{/repo}",
    "subscriptions",
    "orgs",
    "repos",
    "events{/privacy}",
    "received_events",
)
_USER_NAMES = {"orgs": "organizations"}
_REPOSITORY_URLS = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "contributors_url": "contributors",
    "deployments_url": "deployments",
    "downloads_url": "downloads",
    "events_url": "events",
    "forks_url": "forks",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "hooks_url": "hooks",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "languages_url": "languages",
    "merges_url": "merges",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "stargazers_url": "stargazers",
    "statuses_url": "statuses/{sha}",
    "subscribers_url": "subscribers",
    "subscription_url": "subscription",
    "tags_url": "tags",
    "teams_url": "teams",
    "trees_url": "git/trees{/sha}",
}


def seconds(moment: datetime) -> str:
    """Write an instant as GitHub does: UTC, whole seconds, `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def number_of(name: str) -> int:
    """Give the same number for the same name, always."""
    return zlib.crc32(name.encode()) % 90_000_000 + 1_000_000


def node_id(kind: str, number: int | str) -> str:
    """Write GitHub's global id, which nobody should read anything into."""
    return base64.urlsafe_b64encode(f"{kind}{number}".encode()).decode().rstrip("=")


def user(ask: Ask, login: str) -> dict[str, Any]:
    """Describe a person, a bot (`…[bot]`) or the owner of the repository."""
    number, url = number_of(login), f"{ask.api}/users/{login}"
    links = {}
    for path in _USER_URLS:
        name = path.partition("{")[0]
        links[f"{_USER_NAMES.get(name, name)}_url"] = f"{url}/{path}"
    kind = "Bot" if login.endswith("[bot]") else "User"
    if login == ask.repository.full_name.partition("/")[0]:
        kind = "Organization"
    return {
        "login": login,
        "id": number,
        "node_id": node_id("U", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
        **links,
        "type": kind,
        "site_admin": False,
    }


def repository(ask: Ask) -> dict[str, Any]:
    """Describe the repository, in short."""
    owner, _, name = ask.repository.full_name.partition("/")
    number = number_of(ask.repository.full_name)
    return {
        "id": number,
        "node_id": node_id("R", number),
        "name": name,
        "full_name": ask.repository.full_name,
        "private": True,
        "owner": user(ask, owner),
        "html_url": ask.html,
        "description": None,
        "fork": False,
        "url": ask.url,
        **{key: f"{ask.url}/{path}" for key, path in _REPOSITORY_URLS.items()},
    }


def commit(ask: Ask, found: Commit) -> dict[str, Any]:
    """Describe a commit with the files it changed."""
    url, html = f"{ask.url}/commits/{found.sha}", f"{ask.html}/commit/{found.sha}"
    person = {"name": found.author, "email": f"{found.author}@users.noreply.github.com", "date": seconds(found.at)}
    reason = "valid" if found.verified else "unsigned"
    tree = hashlib.sha1(f"tree {found.sha}".encode()).hexdigest()
    files = [
        {
            "sha": blob_hash(found.files[path]) if path in found.files else None,
            "filename": path,
            "status": "modified" if path in found.files else "removed",
            "additions": 1,
            "deletions": 1,
            "changes": 2,
            "blob_url": f"{ask.html}/blob/{found.sha}/{path}",
            "raw_url": f"{ask.html}/raw/{found.sha}/{path}",
            "contents_url": f"{ask.url}/contents/{path}?ref={found.sha}",
        }
        for path in found.changed
    ]
    return {
        "sha": found.sha,
        "node_id": node_id("C", found.sha),
        "commit": {
            "author": person,
            "committer": person,
            "message": found.message,
            "tree": {"sha": tree, "url": f"{ask.url}/git/trees/{tree}"},
            "url": f"{ask.url}/git/commits/{found.sha}",
            "comment_count": 0,
            "verification": {
                "verified": found.verified,
                "reason": reason,
                "signature": None,
                "payload": None,
                "verified_at": seconds(found.at) if found.verified else None,
            },
        },
        "url": url,
        "html_url": html,
        "comments_url": f"{url}/comments",
        "author": user(ask, found.author),
        "committer": user(ask, found.author),
        "parents": [{"sha": sha, "url": f"{ask.url}/commits/{sha}"} for sha in found.parents],
        "stats": {"total": 2 * len(files), "additions": len(files), "deletions": len(files)},
        "files": files,
    }


def blob_hash(content: bytes) -> str:
    """Hash a file as git does."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def entry(ask: Ask, ref: str, path: str, content: bytes | None) -> dict[str, Any]:
    """Describe a file, or a folder (`content` None), as a listing does."""
    sha = blob_hash(content) if content is not None else hashlib.sha1(path.encode()).hexdigest()
    kind = "file" if content is not None else "dir"
    url = f"{ask.url}/contents/{path}?ref={ref}"
    git = f"{ask.url}/git/{'blobs' if content is not None else 'trees'}/{sha}"
    html = f"{ask.html}/{'blob' if content is not None else 'tree'}/{ref}/{path}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content or b""),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{ask.html}/raw/{ref}/{path}" if content is not None else None,
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }


def file(ask: Ask, ref: str, path: str, content: bytes) -> dict[str, Any]:
    """Describe a file with its content: base64 in lines of 60 letters, as GitHub breaks them."""
    text = base64.b64encode(content).decode()
    lines = "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
    return {**entry(ask, ref, path, content), "content": lines, "encoding": "base64"}


def protection(ask: Ask, found: Branch) -> dict[str, Any]:
    """Describe the protection of a branch, as an administrator sees it."""
    url = f"{ask.url}/branches/{found.name}/protection"
    checks = {
        "url": f"{url}/required_status_checks",
        "strict": True,
        "contexts": [*found.checks],
        "contexts_url": f"{url}/required_status_checks/contexts",
        "checks": [{"context": name, "app_id": None} for name in found.checks],
    }
    reviews = {
        "url": f"{url}/required_pull_request_reviews",
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": False,
        "required_approving_review_count": found.approving_reviews,
        "require_last_push_approval": True,
    }
    return {
        "url": url,
        "enabled": found.protected,
        "required_status_checks": checks,
        "required_pull_request_reviews": reviews,
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": True},
        **{name: {"enabled": False} for name in ("allow_force_pushes", "allow_deletions")},
    }
