"""A client for services that other people run. This module does I/O."""

from datetime import datetime
from urllib.parse import urlsplit

from promotion.clients.http.client import HttpClient
from promotion.core.api_calls import note_call
from promotion.core.clock import Clock
from promotion.core.environment_secrets import Secrecy
from promotion.settings.model import LookupSettings


def public_client(looking: LookupSettings, secrecy: Secrecy, clock: Clock, *, within: float = 30) -> HttpClient:
    """Give a client whose requests take this many seconds in all: certificates are checked by the system's authorities."""
    return HttpClient(
        secrecy=secrecy,
        connect_timeout=looking.connect_timeout,
        read_timeout=looking.read_timeout,
        total_timeout=within,
        clock=clock,
        on_call=note_request,
    )


def note_request(*, method: str, url: str, status: int | None, started: datetime, request_id: str | None) -> None:
    """Write a request down under the look-up that makes it."""
    del started  # a call is dated by its answer, like those of AWS
    parts = urlsplit(url)
    note_call(parts.netloc, f"{method} {parts.path}", request_id, "ok" if status is not None else "no answer")
