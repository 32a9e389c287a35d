"""Where the world's people are told: a Slack workspace, a Teams workflow, a status page, behind one port."""

from typing import TYPE_CHECKING

from promotion.sandbox.channels.slack import Slack
from promotion.sandbox.channels.status_page import StatusPage
from promotion.sandbox.channels.teams import Teams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Channels:
    """Sends each request to the service that its path begins with: `/slack`, `/teams`, `/statuspage`."""

    def __init__(self, slack: Slack, teams: Teams, status_page: StatusPage, digest: str) -> None:
        """`digest` is the image that people were told of."""
        self.slack = slack
        self.teams = teams
        self.status_page = status_page
        self.digest = digest

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answer one request."""
        apps: dict[str, WSGIApplication] = {
            "slack": self.slack,
            "teams": self.teams,
            "statuspage": self.status_page,
        }
        first, _, rest = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        if first not in apps:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"nothing here"]
        return apps[first]({**environ, "PATH_INFO": f"/{rest}"}, start_response)
