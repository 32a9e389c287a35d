"""An answer, and what of it is not as declared. Pure."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from promotion.clients.http.reply import Reply, cut
from promotion.clients.http.request import public_url
from promotion.core.environment_secrets import Secrecy
from promotion.settings.endpoints import Expect
from promotion.settings.expressions import evaluate, same

_EXCERPT = 300
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_PRIVATE = frozenset({"set-cookie", "authorization", "x-amz-security-token"})
NO_JSON = object()
"""What `json_body` gives when the body is not JSON: null is JSON."""


@dataclass(frozen=True)
class HttpAnswer:
    """What came back for one declared request, without secrets, and what of it is not as declared."""

    url: str
    """Without user, password and fragment; of a query only the names."""
    method: str
    status: int | None
    """None if the certificate was refused, so that nothing was sent."""
    elapsed_ms: float | None
    """Milliseconds from sending the request to the last byte, to a tenth."""
    connect_ms: float | None
    """Milliseconds that name look-up, connection and TLS handshake took before that; not held against `max_ms`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """content-type, location and those with an expectation, by name in small letters."""
    location: str | None = None
    """Where a redirect leads. It was not followed."""
    tls_error: str | None = None
    """What is wrong with the certificate, in words."""
    found: Mapping[str, Any] = field(default_factory=dict)
    """Declared JMESPath expression to the value it gave."""
    excerpt: str = ""
    """The beginning of the body, at most 300 characters, if something is not as declared."""
    problems: tuple[str, ...] = ()
    """One sentence for each expectation that does not hold."""

    @property
    def passed(self) -> bool:
        """Whether everything is as declared."""
        return not self.problems


def judge_answer(
    method: str, url: str, reply: Reply, expect: Expect, secrecy: Secrecy, *, timed: bool = True
) -> HttpAnswer:
    """Compare what came back with every expectation, but for the time it took unless `timed`. `url` is recorded as given.

    Raises Unknown, truncated, when the body is longer than what is read and nothing else is wrong: neither its
    content nor the time to its last byte is known.
    """
    found: dict[str, Any] = {}
    problems = [
        *_status(reply, expect, secrecy),
        *_headers(reply, expect, secrecy),
        *_json(reply, expect, secrecy, found),
        *_texts(reply, expect, secrecy),
        *(_time(reply, expect) if timed else ()),
    ]
    if not reply.whole and not problems:
        raise cut(f"{method} {url}", f"its body is longer than the {len(reply.body):,} bytes that this run reads")
    kept = {"content-type", "location", *(name.lower() for name in expect.headers)}
    return HttpAnswer(
        url=url,
        method=method,
        status=reply.status,
        elapsed_ms=reply.elapsed_ms,
        connect_ms=reply.connect_ms,
        headers={name: _header(name, reply, secrecy) for name in sorted(kept) if name in reply.headers},
        location=_header("location", reply, secrecy) if _redirects(reply) else None,
        found={expression: secrecy.clean_value(value) for expression, value in found.items()},
        excerpt=secrecy.clean(_text(reply), _EXCERPT) if problems else "",
        problems=tuple(problems),
    )


def refused(method: str, url: str, flaw: str) -> HttpAnswer:
    """Give the answer of a server whose certificate is not to be believed: looked at, and wrong."""
    sentence = f"the certificate is not accepted: {flaw}, so the request was not sent"
    return HttpAnswer(url, method, None, None, None, tls_error=flaw, problems=(sentence,))


def json_body(reply: Reply) -> Any:
    """Read the body as JSON (RFC 8259), or give NO_JSON."""
    try:
        return json.loads(reply.body, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        return NO_JSON


def _status(reply: Reply, expect: Expect, secrecy: Secrecy) -> Iterator[str]:
    if reply.status == expect.status:
        return
    where = f" to {_header('location', reply, secrecy)}, which was not followed" if _redirects(reply) else ""
    yield f"the status is {_named(reply.status)}{where}, expected {_named(expect.status)}"


def _headers(reply: Reply, expect: Expect, secrecy: Secrecy) -> Iterator[str]:
    for name, pattern in expect.headers.items():
        value = reply.headers.get(name.lower())
        if value is None:
            yield f"the header {name} is missing, expected {secrecy.show(pattern)}"
        elif not fnmatchcase(value, pattern):
            shown = secrecy.show(_header(name.lower(), reply, secrecy))
            yield f"the header {name} is {shown}, expected {secrecy.show(pattern)}"


def _json(reply: Reply, expect: Expect, secrecy: Secrecy, found: dict[str, Any]) -> Iterator[str]:
    if not expect.json_ or not reply.whole:
        return
    document = json_body(reply)
    if document is NO_JSON:
        kind = reply.headers.get("content-type")
        described = f"of content-type {secrecy.show(kind)}" if kind else "without a content-type"
        what = f"is not JSON (it is {described})" if reply.body.strip() else "is empty"
        yield f"the body {what}, expected JSON with {_listed(expect.json_)}"
        return
    for expression, expected in expect.json_.items():
        try:
            value = found[expression] = evaluate(expression, document)
        except ValueError as mistake:
            yield f"{mistake}, expected {secrecy.show(expected)}"
            continue
        if not same(expected, value):
            there = "null or missing" if value is None else secrecy.show(value)
            yield f"`{expression}` is {there}, expected {secrecy.show(expected)}"


def _texts(reply: Reply, expect: Expect, secrecy: Secrecy) -> Iterator[str]:
    if not expect.body_contains or not reply.whole:
        return
    text = _text(reply)
    for wanted in expect.body_contains:
        if wanted not in text:
            yield f"the body ({len(reply.body):,} bytes) does not contain {secrecy.show(wanted)}"


def _time(reply: Reply, expect: Expect) -> Iterator[str]:
    if reply.elapsed_ms > expect.max_ms:
        more = "" if reply.whole else "more than "
        yield f"it took {more}{reply.elapsed_ms:.1f} ms, expected at most {expect.max_ms} ms"


def _header(name: str, reply: Reply, secrecy: Secrecy) -> str:
    value = reply.headers.get(name, "")
    if name in _PRIVATE:
        return "set; its value is not recorded"
    return secrecy.clean(public_url(value) if name == "location" else value, 200)


def _redirects(reply: Reply) -> bool:
    return 300 <= reply.status < 400 and "location" in reply.headers


def _text(reply: Reply) -> str:
    """Decode the body in its declared charset; as UTF-8 when it declares none, or one that does not exist."""
    declared = _CHARSET.search(reply.headers.get("content-type", ""))
    if declared:
        try:
            if codecs.lookup(declared[1]).name not in ("idna", "punycode", "unicode_escape", "raw_unicode_escape"):
                return reply.body.decode(declared[1], "replace")
        except (LookupError, ValueError):
            pass
    return reply.body.decode("utf-8", "replace")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _listed(expectations: Mapping[str, Any]) -> str:
    return ", ".join(f"`{expression}`" for expression in expectations)


def _not_a_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
