"""Scheduled maintenance on a page of Atlassian Statuspage. This module does I/O.

https://developer.statuspage.io/#tag/incidents: at most one request a second is taken; two are made at most.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promotion.clients.channels.message import Message
from promotion.clients.channels.transport import ChannelTransport
from promotion.clients.http.answer import NO_JSON, json_body
from promotion.clients.http.client import HttpClient
from promotion.core.clock import parse_stamp, stamp
from promotion.record.receipt import Receipt
from promotion.settings.channels import StatusPage
from promotion.unknown import Reason, Unknown

NAME = "the status page"
_OVER = frozenset({"completed", "resolved", "postmortem"})
PAGE = 100


@dataclass(frozen=True)
class Maintenance:
    """One scheduled maintenance."""

    id: str
    name: str
    status: str
    start: str
    """UTC, as in the record."""
    end: str
    components: tuple[str, ...] = ()
    link: str | None = None

    @property
    def over(self) -> bool:
        """Whether it has been completed or cancelled."""
        return self.status in _OVER

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether it lasts from before `start` until after `end`."""
        return parse_stamp(self.start) <= start and end <= parse_stamp(self.end)


@dataclass(frozen=True)
class StatusPageLook:
    """What the status page has announced."""

    maintenances: tuple[Maintenance, ...] = ()
    receipt: Receipt | None = None


def scheduled(client: HttpClient, page: StatusPage) -> tuple[Maintenance, ...]:
    """Read what is scheduled or under way. Raises Unknown as the wire does; malformed; truncated."""
    wire, headers = ChannelTransport(client, NAME), _headers(client, page)
    found: list[Maintenance] = []
    for which in ("scheduled", "active_maintenance"):
        url = f"{page.api_url.rstrip('/')}/pages/{page.page}/incidents/{which}"
        reply = wire.ask("GET", f"{url}?per_page={PAGE}", shown=url, headers=headers)
        tree = json_body(reply) if reply.whole else NO_JSON
        if not isinstance(tree, list):
            raise Unknown(Reason.MALFORMED, f"{NAME} does not answer with a list of incidents: run again")
        if len(tree) >= PAGE:
            raise Unknown(Reason.TRUNCATED, f"{NAME} has {PAGE} maintenances or more: complete those that have ended")
        found += [_maintenance(one) for one in tree]
    return tuple({one.id: one for one in found}.values())


def announce(client: HttpClient, page: StatusPage, message: Message, start: datetime, end: datetime) -> Maintenance:
    """Schedule maintenance from `start` to `end`. Raises Unknown as `scheduled` does."""
    incident: dict[str, Any] = {
        "name": message.title,
        "status": "scheduled",
        "body": message.text,
        "scheduled_for": stamp(start),
        "scheduled_until": stamp(end),
        "scheduled_auto_in_progress": True,
        "scheduled_auto_completed": True,
        "deliver_notifications": True,
    }
    if page.components:
        incident["component_ids"] = list(page.components)
    url, wire = f"{page.api_url.rstrip('/')}/pages/{page.page}/incidents", ChannelTransport(client, NAME)
    reply = wire.ask("POST", url, shown=url, headers=_headers(client, page), tree={"incident": incident})
    return _maintenance(wire.json(reply))


def _headers(client: HttpClient, page: StatusPage) -> dict[str, str]:
    return {"authorization": f"OAuth {client.secrecy.variable(page.token[2:-1])}"}


def _maintenance(tree: Any) -> Maintenance:
    try:
        return Maintenance(
            id=str(tree["id"]),
            name=str(tree["name"]),
            status=str(tree["status"]),
            start=stamp(datetime.fromisoformat(tree["scheduled_for"])),
            end=stamp(datetime.fromisoformat(tree["scheduled_until"])),
            components=tuple(str(one["id"]) for one in tree.get("components") or ()),
            link=str(tree["shortlink"]) if tree.get("shortlink") else None,
        )
    except (KeyError, TypeError, ValueError):
        raise Unknown(
            Reason.MALFORMED, f"{NAME} has a maintenance without a name, a status or a valid time: correct it"
        ) from None
