"""Issues of the repository as a channel: one a promotion, later messages are its comments. This module does I/O.

https://docs.github.com/en/rest/issues
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from promotion.clients.channels.message import SHORT, Message, key_at_its_end
from promotion.clients.channels.posted import PostedState, Told
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.fields import malformed
from promotion.clients.github.writing import write
from promotion.core.clock import parse_stamp, stamp
from promotion.core.markdown_text import plain
from promotion.core.visible_text import shown
from promotion.settings.channels import Issues

_READ, _WRITE = "issues: read", "issues: write"
_LINE = 2000
"""Characters of one line of a message."""


def find(
    client: GitHubClient, channel: Issues, message: Message | None, speaks: Callable[[str], bool], since: datetime
) -> Told:
    """Look for the message in issues and their comments. Raises Unknown as `GitHubClient.listed` does."""
    every = (said for issue in _issues(client, channel, since) for said in (issue, *_comments(client, issue)))
    if message is not None and message.series:
        ours = [said for said in every if message.same_series(key_at_its_end(_text(said)))]
        last = max(ours, key=_when, default=None)
        there = last is not None and key_at_its_end(_text(last)) == message.key
        return (
            _told(channel, last) if last is not None and there else Told(channel.name, channel.kind, PostedState.ABSENT)
        )
    for said in every:
        text = _text(said)
        ours_here = message is not None and f"[{message.key}]" in text
        if ours_here or ("[promotion:" not in text and speaks(text)):
            return _told(channel, said)
    return Told(channel.name, channel.kind, PostedState.ABSENT)


def post(client: GitHubClient, channel: Issues, message: Message, since: datetime) -> tuple[str, str, str]:
    """Comment on the promotion's issue, or open one; give its link, when that was, and what it is called."""
    mark = f"[promotion:{message.digest.removeprefix('sha256:')[:SHORT]}:"
    home = next((issue for issue in _issues(client, channel, since) if mark in _text(issue)), None)
    if home is not None:
        made = write(
            client,
            "POST",
            f"/issues/{home['number']}/comments",
            {"body": _markdown(message)},
            f"a comment on issue {home['number']}",
            permission=_WRITE,
        )
        return _link(made), _when(made), f"#{home['number']}"
    tree = {"title": shown(message.title)[:200], "body": _markdown(message), "labels": list(channel.labels)}
    made = write(client, "POST", "/issues", tree, "a new issue", permission=_WRITE)
    return _link(made), _when(made), f"#{made['number']}"


def _markdown(message: Message) -> str:
    """Write the message so that nothing in it is markup, but for its links. Two spaces end a line."""
    lines = [plain(line, _LINE) for line in (message.title, *message.lines)]
    links = [f"[{plain(words, _LINE)}](<{_address(address)}>)" for words, address in message.links]
    return "  \n".join((*lines, *links, f"[{message.key}]"))


def _address(address: str) -> str:
    return address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")


def _issues(client: GitHubClient, channel: Issues, since: datetime) -> list[Mapping[str, Any]]:
    query = {"state": "all", "labels": ",".join(channel.labels), "since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
    found = client.listed("/issues", f"issues of {channel.name}", permission=_READ, query=query)
    return [issue for issue in found if isinstance(issue, dict) and "pull_request" not in issue]


def _comments(client: GitHubClient, issue: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if not issue.get("comments"):
        return []
    path = f"/issues/{int(issue['number'])}/comments"
    return list(client.listed(path, f"comments on issue {issue['number']}", permission=_READ))


def _told(channel: Issues, said: Mapping[str, Any]) -> Told:
    author = said.get("user")
    login = str(author.get("login")) if isinstance(author, dict) else None
    return Told(channel.name, channel.kind, PostedState.THERE, _when(said), login, _link(said))


def _text(said: Mapping[str, Any]) -> str:
    return f"{said.get('title') or ''}\n{said.get('body') or ''}"


def _link(said: Mapping[str, Any]) -> str:
    if not isinstance(said.get("html_url"), str):
        raise malformed("an issue", "it has no URL")
    return str(said["html_url"])


def _when(said: Mapping[str, Any]) -> str:
    try:
        return stamp(parse_stamp(str(said["created_at"]).replace("Z", "+00:00")))
    except (KeyError, ValueError):
        raise malformed("an issue", "it does not say when it was created") from None
