"""Whether what a person points to is there. This module does I/O."""

import re
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from promotion.clients.github.answers import NotFound
from promotion.clients.github.client import GitHubClient
from promotion.clients.http.client import HttpClient
from promotion.clients.http.inner_addresses import Reach, reach_of
from promotion.clients.http.reply import CertificateRejected
from promotion.clients.http.request import Request, public_url
from promotion.people.attestations import ProofCheck, ProofOutcome
from promotion.unknown import Reason, Unknown

_MOST_REDIRECTS = 5
_MAX_MS = 10_000
_ABSENT = frozenset({404, 409, 410, 422})
"""What GitHub answers of what is not there, or is there no more: 422 of a commit, 410 of an issue."""
_LOGIN = re.compile(r"(?i)(?:^|[/._-])(?:log-?[io]n|sign-?in|sso|saml2?|oauth2?|authorize|auth|accounts?)(?:[/._-]|$)")
_WAY_BACK = frozenset({"continue", "redir", "redirect_to", "redirect_uri", "return_to", "returnto", "samlrequest"})
"""Names that a login's address has in its query, in small letters."""


def follow(url: str, client: HttpClient, github: GitHubClient, github_web: str) -> ProofCheck:
    """Look whether a link answers: what is in the repository by GitHub's API, all else as anybody without a login."""
    try:
        asked = _in_repository(url, f"{github_web.rstrip('/')}/{github.repository}/")
        if asked is not None:
            answer = github.get(asked[0], public_url(url), permission=asked[1], query=asked[2], absent=_ABSENT)
            if not _is_it(asked[0], answer):
                return _unclear(
                    Reason.MALFORMED, f"GitHub answered for {public_url(url)} with something else: run again"
                )
            return ProofCheck(ProofOutcome.GOOD)
        return _fetch(url, client)
    except NotFound:
        return ProofCheck(
            ProofOutcome.WRONG, f"{public_url(url)} does not exist: correct the link, or attest it again without one"
        )
    except Unknown as unknown:
        return ProofCheck(ProofOutcome.UNCLEAR, f"its link could not be checked: {unknown.message}", unknown.reason)


def _in_repository(url: str, home: str) -> tuple[str, str, dict[str, str]] | None:
    """Give path, permission and query for GitHub's API of what is in the repository that is looked at; else None."""
    if not url.lower().startswith(home.lower()):
        return None
    parts = [unquote(part) for part in urlsplit(url[len(home) :]).path.split("/") if part]
    match parts:
        case ["issues" | "pull", number, *_] if number.isdecimal():
            return f"/issues/{number}", "issues: read", {}
        case ["actions", "runs", number, *_] if number.isdecimal():
            return f"/actions/runs/{number}", "actions: read", {}
        case ["commit", sha] if re.fullmatch("[0-9a-f]{7,64}", sha):
            return f"/commits/{sha}", "contents: read", {}
        case ["blob", ref, *path] if path:
            from urllib.parse import quote

            return f"/contents/{quote('/'.join(path))}", "contents: read", {"ref": ref}
    return None


def _is_it(path: str, answer: Any) -> bool:
    """Whether an answer is of what was asked for: an issue by its number, a run by its id, a commit by its hash."""
    if isinstance(answer, list):
        return path.startswith("/contents/") and bool(answer)
    if not isinstance(answer, dict):
        return False
    _, kind, name, *_ = *path.split("/"), ""
    match kind:
        case "issues":
            return str(answer.get("number")) == name
        case "actions":
            return str(answer.get("id")) == path.rpartition("/")[2]
        case "commits":
            return str(answer.get("sha", "")).startswith(name)
    return bool(answer.get("path") or answer.get("name"))


def _fetch(url: str, client: HttpClient) -> ProofCheck:
    here, jar, first = url, CookieJar(), reach_of(urlsplit(url).hostname or "")
    for _ in range(_MOST_REDIRECTS + 1):
        shown = public_url(here)
        reach = reach_of(urlsplit(here).hostname or "")
        if reach is Reach.METADATA or reach > first:
            whose = (
                "a link-local address or a cloud's metadata"
                if reach is Reach.METADATA
                else "an address inside the network"
            )
            return _unclear(
                Reason.NOT_SUPPORTED, f"{shown} was not requested: it is {whose}; link to a page that people can open"
            )
        headers = {"user-agent": client.user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
        reply = client.exchange(Request("GET", here, shown, headers, None), _MAX_MS, jar)
        if isinstance(reply, CertificateRejected):
            return _unclear(
                Reason.UNREACHABLE, f"{shown} was not requested: its certificate is not accepted, {reply.flaw}"
            )
        if reply.status not in (301, 302, 303, 307, 308):
            return _answer(reply.status, shown)
        following = urljoin(here, reply.headers.get("location", ""))
        if urlsplit(following).scheme not in ("http", "https") or "@" in urlsplit(following).netloc:
            return _unclear(Reason.MALFORMED, f"{shown} redirects to something that is not a web address")
        if _is_login(following):
            return _unclear(
                Reason.ACCESS_DENIED,
                f"{shown} redirects to a login at {urlsplit(following).hostname}, so the gate cannot check it: "
                "link to a page that needs no login, or attest it without a link",
            )
        here = following
    return _unclear(Reason.MALFORMED, f"{public_url(url)} redirects more than {_MOST_REDIRECTS} times")


def _answer(status: int, shown: str) -> ProofCheck:
    if 200 <= status < 300:
        return ProofCheck(ProofOutcome.GOOD)
    if status in (404, 410):
        return ProofCheck(
            ProofOutcome.WRONG, f"{shown} answers {status}: correct the link, or attest it again without one"
        )
    if status in (401, 403, 407):
        reason = Reason.ACCESS_DENIED
    elif status == 429:
        reason = Reason.THROTTLED
    else:
        reason = Reason.UNREACHABLE if status >= 500 else Reason.ERROR
    return _unclear(
        reason,
        f"its link {shown} answers {status}, expected 200: check that it can be reached from where the gate runs",
    )


def _is_login(url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").partition(".")[0]
    asked = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return bool(_LOGIN.search(parts.path) or _LOGIN.fullmatch(host) or asked & _WAY_BACK)


def _unclear(reason: Reason, said: str) -> ProofCheck:
    return ProofCheck(ProofOutcome.UNCLEAR, said, reason)
