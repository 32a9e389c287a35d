"""Look up what is in the repository: a commit, a branch with its rules, a file. This module does I/O.

Every function raises what `GitHubClient.get` does: NotFound, or another Unknown.
"""

from urllib.parse import quote

from promotion.clients.github.client import GitHubClient
from promotion.clients.github.fields import malformed
from promotion.clients.github.models import Branch, Commit, Content

CONTENTS = "contents: read"
METADATA = "metadata: read"


def commit(client: GitHubClient, sha: str) -> Commit:
    """Look at a commit by its whole hash."""
    what = f"the commit {sha} in {client.repository}"
    # 409 is said of an empty repository, 422 of a hash that is not there.
    answer = client.get(f"/commits/{quote(sha, safe='')}", what, permission=CONTENTS, absent={404, 409, 422})
    found = Commit.parse(answer, what)
    if found.sha != sha.lower():
        raise malformed(what, f"GitHub answered with the commit {found.sha[:64]!a}")
    return found


def branch(client: GitHubClient, name: str) -> Branch:
    """Look at a branch, and at the rules that hold for it."""
    what = f"the branch {name} of {client.repository}"
    at = quote(name, safe="")
    answer = client.get(f"/branches/{at}", what, permission=CONTENTS)
    rules = client.listed(f"/rules/branches/{at}", f"the rules of {what}", permission=METADATA)
    return Branch.parse(answer, rules, what)


def content(client: GitHubClient, path: str, ref: str) -> Content:
    """Read a text file at a commit or branch."""
    what = f"the file {path} at {ref} in {client.repository}"
    answer = client.get(f"/contents/{quote(path.strip('/'))}", what, permission=CONTENTS, query={"ref": ref})
    return Content.parse(answer, ref, what)


def last_change(client: GitHubClient, path: str, ref: str) -> Commit:
    """Look at the newest commit, up to this one, that changed a file. Raises Unknown, malformed, if none did."""
    what = f"the last change of {path} up to {ref} in {client.repository}"
    asked = {"path": path.strip("/"), "sha": ref, "per_page": "1"}
    answer = client.get("/commits", what, permission=CONTENTS, query=asked)
    if not isinstance(answer, list) or not answer:
        raise malformed(what, "the answer contains no commit")
    return Commit.parse(answer[0], what)
