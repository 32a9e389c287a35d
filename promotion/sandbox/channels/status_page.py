"""A page of Atlassian Statuspage, as far as its API tells of scheduled maintenance: https://developer.statuspage.io."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Maintenance:
    """Scheduled maintenance."""

    id: str
    name: str
    start: datetime
    end: datetime
    status: str = "scheduled"
    components: list[str] = field(default_factory=list)


class StatusPage:
    """The API of one page."""

    def __init__(self, page: str, token: str, components: list[str]) -> None:
        self.page = page
        self.token = token
        self.components = components
        """Ids of the components there are."""
        self.maintenances: list[Maintenance] = []
        self.planned: Callable[[], list[Maintenance]] = list
        """What people have scheduled for the window of the promotion, wherever that is now."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        """Answer one request."""
        status, tree = self._answer(environ)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(tree).encode()]

    def _answer(self, environ: "WSGIEnvironment") -> tuple[str, Any]:
        if environ.get("HTTP_AUTHORIZATION") != f"OAuth {self.token}":
            return "401 Unauthorized", {"error": "Could not authenticate"}
        method, home = environ["REQUEST_METHOD"], f"/pages/{self.page}/incidents"
        known = [*self.planned(), *self.maintenances]
        match method, environ["PATH_INFO"]:
            case "GET", path if path == f"{home}/scheduled":
                return "200 OK", [self._shown(one) for one in known if one.status == "scheduled"]
            case "GET", path if path == f"{home}/active_maintenance":
                return "200 OK", [self._shown(one) for one in known if one.status in ("in_progress", "verifying")]
            case "POST", path if path == home:
                return self._schedule(json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))))
        return "404 Not Found", {"error": "Not found"}

    def _schedule(self, tree: Any) -> tuple[str, Any]:
        given = tree.get("incident", {}) if isinstance(tree, dict) else {}
        named = given.get("component_ids", [])
        if not given.get("name") or not {"scheduled_for", "scheduled_until"} <= given.keys():
            return "422 Unprocessable Entity", {"error": ["Name can't be blank", "Scheduled for can't be blank"]}
        if unknown := set(named) - set(self.components):
            return "422 Unprocessable Entity", {"error": [f"Component not found: {unknown.pop()}"]}
        start, end = (
            datetime.fromisoformat(given[name]).astimezone(UTC) for name in ("scheduled_for", "scheduled_until")
        )
        made = Maintenance(f"m{len(self.maintenances):07d}", given["name"], start, end, "scheduled", list(named))
        self.maintenances.append(made)
        return "201 Created", self._shown(made)

    def _shown(self, one: Maintenance) -> dict[str, Any]:
        return {
            "id": one.id,
            "name": one.name,
            "status": one.status,
            "scheduled_for": f"{one.start:%Y-%m-%dT%H:%M:%S}.000Z",
            "scheduled_until": f"{one.end:%Y-%m-%dT%H:%M:%S}.000Z",
            "components": [{"id": component, "name": component} for component in one.components],
            "shortlink": f"https://stspg.example/{one.id}",
            "page_id": self.page,
        }
