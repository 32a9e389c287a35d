"""A Slack workspace, as far as its Web API tells of messages: https://docs.slack.dev/reference/methods."""

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOST = 999
"""The largest page that conversations.history gives."""


@dataclass
class Message:
    """What was said in a channel."""

    at: datetime
    """UTC."""
    text: str
    user: str
    metadata: dict[str, Any] | None = None

    @property
    def ts(self) -> str:
        """Its time stamp, by which Slack knows it."""
        return f"{self.at.timestamp():.6f}"


@dataclass
class Channel:
    """A channel, and what the app may do there."""

    id: str
    messages: list[Message] = field(default_factory=list)
    member: bool = True
    """Whether the app was invited."""


class Slack:
    """The Web API of one workspace, for one app."""

    def __init__(self, token: str, channels: Iterable[Channel], app: str = "B0PROMOTION") -> None:
        self.token = token
        self.channels = {channel.id: channel for channel in channels}
        self.scopes = {"channels:history", "chat:write", "metadata.message:read"}
        self.page: int = MOST
        """The most messages of a page, however many were asked for."""
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        """Answer one request: always 200, refusals too."""
        methods = {"conversations.history": self._history, "chat.postMessage": self._post}
        scopes = {"conversations.history": "channels:history", "chat.postMessage": "chat:write"}
        method = environ["PATH_INFO"].strip("/")
        with self._lock:
            if method not in methods:
                answer: dict[str, Any] = {"ok": False, "error": "unknown_method", "req_method": method}
            elif environ.get("HTTP_AUTHORIZATION") != f"Bearer {self.token}":
                answer = {"ok": False, "error": "invalid_auth" if "HTTP_AUTHORIZATION" in environ else "not_authed"}
            elif scopes[method] not in self.scopes:
                provided = ",".join(sorted(self.scopes))
                answer = {"ok": False, "error": "missing_scope", "needed": scopes[method], "provided": provided}
            else:
                answer = methods[method](_arguments(environ))
        body = json.dumps(answer).encode()
        start_response(f"200 {HTTPStatus.OK.phrase}", [("Content-Type", "application/json; charset=utf-8")])
        return [body]

    def _history(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(str(given.get("channel")))
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if not channel.member:
            return {"ok": False, "error": "not_in_channel"}
        limit = min(int(given.get("limit", 100)), self.page, MOST)
        oldest, start = float(given.get("oldest", 0)), int(given.get("cursor") or 0)
        newest_first = sorted(channel.messages, key=lambda said: said.at, reverse=True)
        found = [said for said in newest_first if float(said.ts) > oldest]
        more = len(found) > start + limit
        with_metadata = str(given.get("include_all_metadata", "")).lower() in ("true", "1")
        return {
            "ok": True,
            "messages": [_message(said, with_metadata=with_metadata) for said in found[start : start + limit]],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _post(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(str(given.get("channel")))
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if not channel.member:
            return {"ok": False, "error": "not_in_channel"}
        if not given.get("text"):
            return {"ok": False, "error": "no_text"}
        said = Message(datetime.now(UTC), str(given["text"]), self._app, given.get("metadata"))
        channel.messages.append(said)
        return {"ok": True, "channel": channel.id, "ts": said.ts, "message": _message(said, with_metadata=True)}


def _message(said: Message, *, with_metadata: bool) -> dict[str, Any]:
    tree: dict[str, Any] = {"type": "message", "ts": said.ts, "text": said.text, "user": said.user}
    return {**tree, "metadata": said.metadata} if with_metadata and said.metadata else tree


def _arguments(environ: "WSGIEnvironment") -> dict[str, Any]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("CONTENT_TYPE", "").startswith("application/json"):
        tree = json.loads(body)
        return tree if isinstance(tree, dict) else {}
    return dict(parse_qsl(environ.get("QUERY_STRING", ""))) | dict(parse_qsl(body.decode()))
