"""From a declared call to the request that is sent."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from promotion.core.environment_secrets import Secrecy
from promotion.core.templates import fill_path, fill_text, fill_tree
from promotion.settings.endpoints import EndpointCall
from promotion.unknown import Reason, Unknown

_LINE_BREAK = re.compile(r"[\r\n\0]")


@dataclass(frozen=True)
class Request:
    """A request with its secrets in it: sent, never recorded."""

    method: str
    url: str = field(repr=False)
    shown: str
    """The URL as it may be written down."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def build(base: str, call: EndpointCall, values: Mapping[str, Any], user_agent: str, secrecy: Secrecy) -> Request:
    """Build the request that a call stands for, at a target's URL.

    Raises Unknown, not-declared, if an environment variable is not set, and Unknown, error, if a header cannot carry
    its value. ValueError if a captured value cannot be in the path.
    """
    url = base.rstrip("/") + fill_path(call.path, values)
    _hide_userinfo(base, secrecy)
    headers = {"user-agent": user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
    body = None
    if call.json_ is not None:
        body = json.dumps(fill_tree(call.json_, values, secrecy), ensure_ascii=False).encode("utf-8", "replace")
        headers["content-type"] = "application/json"
    elif call.body is not None:
        body = fill_text(call.body, values, secrecy).encode("utf-8", "replace")
    for name, template in call.headers.items():
        headers[name.lower()] = _carried(name, fill_text(template, values, secrecy), secrecy.redact(template))
    return Request(call.method, url, secrecy.clean(public_url(url)), headers, body)


def public_url(url: str) -> str:
    """Give the URL as it may be written down: no user and password, no fragment, and of a query only the names."""
    try:
        parts = urlsplit(url)
        query = "&".join(_query_name(pair) for pair in parts.query.split("&")) if parts.query else ""
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))
    except ValueError:
        return "an invalid URL"


def _query_name(pair: str) -> str:
    name, sign, _ = pair.partition("=")
    return f"{name}=…" if sign else "…"


def _carried(name: str, value: str, template: str) -> str:
    """Give the value back if a header can carry it (RFC 9110, 5.5). Otherwise the reason must not show it."""
    if _LINE_BREAK.search(value):
        flaw = "has a line break"
    elif value != value.strip():
        flaw = "starts or ends with a space"
    elif not value.isascii():
        flaw = "has characters outside ASCII"
    else:
        return value
    raise Unknown(
        Reason.ERROR,
        f"the header {name} (declared as {template!r}) {flaw} once its values are filled in, so it cannot be sent: "
        "correct the variable",
    )


def _hide_userinfo(base: str, secrecy: Secrecy) -> None:
    try:
        password = urlsplit(base).password
    except ValueError:
        return
    if password:
        secrecy.hide(password)
        secrecy.hide(unquote(password))
