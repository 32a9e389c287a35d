"""JSON over HTTP to where people are told. This module does I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlsplit

from promotion.clients.http.answer import NO_JSON, json_body
from promotion.clients.http.client import HttpClient
from promotion.clients.http.reply import CertificateRejected, Reply
from promotion.clients.http.request import Request
from promotion.unknown import Reason, Unknown

_PATIENCE_MS = 10_000


@dataclass(frozen=True)
class ChannelTransport:
    """Sends a request once. Tokens are in headers or, with webhooks, in the address: neither is ever shown."""

    client: HttpClient
    name: str
    """What people call the place: it is in every sentence."""

    def ask(
        self, method: str, url: str, *, shown: str, headers: Mapping[str, str], tree: Mapping[str, Any] | None = None
    ) -> Reply:
        """Send, and give the answer of status 2xx. `shown` is the address as it may be written down.

        Raises Unknown: access-denied (401, 403), throttled (429), unreachable (5xx, no answer, certificate), no-data
        (404, 410), error (any other status); and what the exchange itself raises.
        """
        body = None if tree is None else json.dumps(tree).encode()
        kind = {} if tree is None else {"content-type": "application/json; charset=utf-8"}
        every = {"user-agent": self.client.user_agent, "accept": "application/json", "accept-encoding": "gzip, deflate"}
        request = Request(method, url, shown, {**every, **kind, **headers}, body)
        reply = self.client.exchange(request, _PATIENCE_MS, CookieJar())
        if isinstance(reply, CertificateRejected):
            raise Unknown(
                Reason.UNREACHABLE, f"{self.name} was not requested: its certificate is not accepted, {reply.flaw}"
            )
        if 200 <= reply.status < 300:
            return reply
        raise self._refusal(reply, shown)

    def json(self, reply: Reply) -> dict[str, Any]:
        """Read an answer. Raises Unknown, truncated or malformed, unless it is a whole JSON object."""
        if not reply.whole:
            raise Unknown(
                Reason.TRUNCATED,
                f"{self.name} answers with more than this run reads: run again, or lower channels.max_age_days",
            )
        tree = json_body(reply)
        if tree is NO_JSON or not isinstance(tree, dict):
            raise Unknown(
                Reason.MALFORMED, f"{self.name} answers with something other than a JSON object: does a proxy answer?"
            )
        return tree

    def _refusal(self, reply: Reply, shown: str) -> Unknown:
        host = urlsplit(shown).netloc
        said = f"{self.name} answers {reply.status}"
        if reply.status in (401, 403):
            return Unknown(Reason.ACCESS_DENIED, f"{said}: check its token and the token's permissions")
        if reply.status == 429:
            wait = reply.headers.get("retry-after", "")
            return Unknown(Reason.THROTTLED, f"{said}: run again in {wait if wait.isdecimal() else 'some'} seconds")
        if reply.status in (404, 410):
            return Unknown(Reason.NO_DATA, f"{said}: {host} does not have what promotion.toml names")
        if reply.status >= 500:
            return Unknown(Reason.UNREACHABLE, f"{said}: check the status of {host}, and run again")
        return Unknown(Reason.ERROR, f"{said}, expected 200")
