"""Change something at GitHub: sent once, never again by itself. This module does I/O."""

import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from promotion.clients.github.answers import json_of, refusal
from promotion.clients.github.client import GitHubClient
from promotion.clients.http.reply import CertificateRejected
from promotion.clients.http.request import Request, public_url
from promotion.unknown import Reason, Unknown


def write(
    client: GitHubClient,
    method: str,
    path: str,
    tree: Mapping[str, Any],
    what: str,
    *,
    permission: str,
    done: Collection[int] = (200, 201, 202),
) -> Any:
    """Send JSON to `/repos/OWNER/NAME` and `path`, and give the JSON of the answer; None if it has no body.

    `what` and `permission` as in `GitHubClient.get`. Nothing is tried again: an act that may have been done is looked
    for by whoever asked for it. Raises NotFound; Unknown as `get` does.
    """
    from http.cookiejar import CookieJar

    from promotion.clients.http import exchange

    url = f"{client.api_url.rstrip('/')}/repos/{client.repository}{path}"
    limits = exchange.HttpLimits(
        client.limits.connect, client.limits.read, client.limits.total, client.limits.most_bytes
    )
    headers = {**client.headers(), "Content-Type": "application/json"}
    request = Request(method, url, public_url(url), headers, json.dumps(tree).encode())
    started, received = client.clock.now(), None
    try:
        received = exchange.send(request, limits, client.context, CookieJar())
    finally:
        if client.on_call is not None:
            answered = None if received is None or isinstance(received, CertificateRejected) else received
            client.on_call(
                method=method,
                url=request.shown,
                status=answered.status if answered else None,
                started=started,
                request_id=answered.headers.get("x-github-request-id", "")[:100] or None if answered else None,
            )
    if isinstance(received, CertificateRejected):
        raise Unknown(
            Reason.UNREACHABLE,
            f"{urlsplit(url).netloc} was not requested, because its certificate is not accepted: {received.flaw}",
        )
    if received.status not in done:
        raise refusal(received, what, permission, {404}, client.clock.now())
    return json_of(received, what) if received.body.strip() else None
