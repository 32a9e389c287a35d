"""What an answer of GitHub means: its JSON, its next page, or the reason why there is neither. Pure.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import json
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from promotion.clients.github.fields import malformed
from promotion.clients.http.reply import Reply
from promotion.unknown import Reason, Unknown

ABSENT = frozenset({404})
"""Statuses that say that there is no such thing."""

_PERMISSIONS = re.compile(r"[a-z_]+=[a-z]+(?:[,;] ?[a-z_]+=[a-z]+)*")


class NotFound(Unknown):
    """GitHub says that there is no such thing. A private repository that the token may not see looks the same."""


def json_of(reply: Reply, what: str) -> Any:
    """Read the JSON of an answer. Raises Unknown, truncated or malformed."""
    if not reply.whole:
        size = f"{len(reply.body):,}"
        raise Unknown(
            Reason.TRUNCATED, f"GitHub's answer about {what} is longer than the {size} bytes that this run reads"
        )
    kind = reply.headers.get("content-type", "nothing").partition(";")[0]
    if "json" not in kind:
        raise malformed(
            f"the answer about {what}",
            f"it says it is {kind[:60]!a}, expected JSON: does a proxy or a login answer?",
        )
    try:
        return json.loads(reply.body.decode("utf-8"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
            raise Unknown(Reason.TRUNCATED, f"GitHub's answer about {what} is incomplete: run again") from None
        raise malformed(f"the answer about {what}", f"it is not JSON at character {error.pos}") from None
    except RecursionError:
        raise malformed(f"the answer about {what}", "it is nested too deeply") from None
    except ValueError:
        raise malformed(f"the answer about {what}", "it is not JSON in UTF-8") from None


def refusal(reply: Reply, what: str, permission: str, absent: Collection[int], now: datetime) -> Unknown:
    """Give what to raise for an answer that is not 200. `permission` is what the token needs: `actions: read`."""
    said = _message(reply)
    status = reply.status
    if status in {403, 429} and _is_throttled(reply, said):
        return Unknown(Reason.THROTTLED, f"GitHub throttled the request for {what} ({status}); {_when(reply, now)}")
    if status == 401:
        return Unknown(
            Reason.ACCESS_DENIED,
            f"GitHub refused {what} (401): the token is missing, wrong or expired; give the gate a token with "
            f"{permission}",
        )
    if status == 403:
        asked = reply.headers.get("x-accepted-github-permissions", "")
        wanted = f" (GitHub asks for {asked})" if _PERMISSIONS.fullmatch(asked) else ""
        return Unknown(
            Reason.ACCESS_DENIED, f"GitHub refused {what} (403): grant the token the permission {permission}{wanted}"
        )
    if status in absent and said is not None:
        return NotFound(
            Reason.NO_DATA,
            f"GitHub does not find {what} ({status}), or the token may not read it (GitHub answers both alike): "
            f"check the name, and that the token has {permission}",
        )
    if status >= 500:
        return Unknown(
            Reason.UNREACHABLE,
            f"GitHub is not available for {what} ({status}): run again later, and check its status page",
        )
    return Unknown(
        Reason.ERROR, f"GitHub's API answered {status} about {what}, expected 200: check `github.api_url` and the names"
    )


def next_page(reply: Reply) -> str | None:
    """Read where `Link` with rel="next" (RFC 8288) points, as it stands there."""
    from requests.utils import parse_header_links

    for link in parse_header_links(reply.headers.get("link", "")):
        if "next" in link.get("rel", "").split() and link.get("url"):
            return str(link["url"])
    return None


def _message(reply: Reply) -> str | None:
    """Read the message of an error; None if GitHub itself did not write it."""
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    message = told.get("message") if isinstance(told, dict) else None
    return message if isinstance(message, str) else None


def _is_throttled(reply: Reply, said: str | None) -> bool:
    headers = reply.headers
    exhausted = headers.get("x-ratelimit-remaining", "").strip() == "0" or "retry-after" in headers
    # The secondary limits need not come with a header of either kind.
    return reply.status == 429 or exhausted or "rate limit" in (said or "").lower()


def _when(reply: Reply, now: datetime) -> str:
    """Say from when on GitHub answers again, in UTC."""
    after = reply.headers.get("retry-after", "").strip()
    reset = reply.headers.get("x-ratelimit-reset", "").strip()
    moment = None
    try:
        if re.fullmatch("[0-9]{1,9}", after):
            moment = now + timedelta(seconds=int(after))
        elif after:
            moment = parsedate_to_datetime(after)
        elif re.fullmatch("[0-9]{1,12}", reset):
            moment = datetime.fromtimestamp(int(reset), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    if moment is None:
        return "it does not say for how long: run again in a few minutes"
    return f"run again from {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC on"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
