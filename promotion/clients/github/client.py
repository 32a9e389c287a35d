"""Read one repository through GitHub's REST API. This module does I/O; `requests` is imported on first use."""

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit, urlunsplit

from promotion.clients.github.answers import ABSENT, json_of, next_page, refusal
from promotion.clients.github.fields import malformed
from promotion.clients.http.reply import CertificateRejected, Reply
from promotion.clients.http.request import Request, public_url
from promotion.clients.oci.addresses import is_loopback
from promotion.core.clock import Clock, SystemClock
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    import ssl

    from promotion.clients.http.client import OnCall

API_VERSION = "2026-03-10"
"""The one before is served until March 2028 at least: docs.github.com/en/rest/about-the-rest-api/api-versions."""
ACCEPT = "application/vnd.github+json, application/json;q=0.9"
PAGE = 100
"""Entries of a page; GitHub gives no more."""

_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_REDIRECTS = frozenset({301, 302, 307, 308})
_MOST_REDIRECTS = 3
_WORTH_ANOTHER_TRY = frozenset({500, 502, 503, 504})
_BROKEN = frozenset({Reason.UNREACHABLE, Reason.TRUNCATED})


@dataclass(frozen=True)
class GitHubLimits:
    """How long and how much to read before giving up with `Unknown`."""

    connect: float = 5
    """Seconds to wait for a connection."""
    read: float = 20
    """Seconds to wait for the next bytes."""
    total: float = 60
    """Seconds for one answer to arrive whole."""
    attempts: int = 3
    """Tries of a read that met a server error or a broken connection. A time-out or a rate limit is not tried again."""
    backoff: float = 0.2
    """Seconds between two tries; doubled with each."""
    most_bytes: int = 16 << 20
    """Bytes of one answer, decompressed."""
    most_pages: int = 20
    """Pages of one listing, of 100 entries each. GitHub itself lists at most 1000 runs of one search."""


@dataclass(frozen=True, repr=False)
class GitHubClient:
    """Reads one repository, given as `owner/name`.

    `token` is called for each request, so that a short-lived one can be renewed; None reads as anybody may. `api_url`
    is `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server; plain `http://` on loopback only.
    May be used from several threads. Raises ValueError for a repository or an address that is none.
    """

    repository: str
    token: Callable[[], str] | None = None
    api_url: str = "https://api.github.com"
    ca_bundle: str | None = None
    """PEM file of the only certificate authorities to believe; the system's if None."""
    limits: GitHubLimits = GitHubLimits()
    clock: Clock = field(default_factory=SystemClock)
    on_call: "OnCall | None" = None
    """Called for every request, answered or not; never of a header."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.api_url)
        if not _REPOSITORY.fullmatch(self.repository):
            raise ValueError(f"{self.repository[:100]!r} is not a repository: expected owner/name")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts)):
            raise ValueError("GitHub's API must be read over HTTPS: `api_url` must begin with https://")
        if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("`api_url` must be a scheme, a host and optionally a path, as https://HOST/api/v3")

    def __repr__(self) -> str:
        return f"GitHubClient({self.repository})"

    def get(
        self,
        path: str,
        what: str,
        *,
        permission: str,
        query: Mapping[str, str] | None = None,
        absent: Collection[int] = ABSENT,
    ) -> Any:
        """GET `/repos/OWNER/NAME` and `path`, and give the JSON of the answer.

        `what` names the thing in messages, `permission` what the token must have (`actions: read`), `absent` the
        statuses that say there is no such thing. Raises NotFound; Unknown: access-denied, throttled (with the time from
        which on GitHub answers again), unreachable, timeout, truncated, malformed, error.
        """
        return json_of(self._answer(self._url(path, query or {}), what, permission, absent), what)

    def listed(
        self, path: str, what: str, *, permission: str, key: str | None = None, query: Mapping[str, str] | None = None
    ) -> list[Any]:
        """GET every page of a listing, and give the entries; with a `key` they stand there beside `total_count`.

        Raises what `get` does; Unknown, truncated, also when there are more pages than are read or when GitHub
        announces more entries than it lists; Unknown, malformed, when a next page is elsewhere or was there before.
        """
        found: list[Any] = []
        announced = None
        for number, page in enumerate(self._pages(path, what, permission, query or {})):
            inside = page.get(key) if isinstance(page, dict) else None
            entries = page if key is None else inside
            if not isinstance(entries, list):
                raise malformed(f"the list of {what}", f"a page has no list{f' at `{key}`' if key else ''}")
            if number == 0 and isinstance(page, dict):
                announced = page.get("total_count")
            found += entries
        if type(announced) is int and announced > len(found):
            raise Unknown(
                Reason.TRUNCATED,
                f"GitHub announces {announced} of {what} and lists {len(found)}: run again",
            )
        return found

    def _pages(self, path: str, what: str, permission: str, query: Mapping[str, str]) -> Iterator[Any]:
        url: str | None = self._url(path, {**query, "per_page": str(PAGE)})
        seen: set[str] = set()
        while url is not None:
            if url in seen:
                raise malformed(f"the list of {what}", "its pages form a loop")
            if len(seen) == self.limits.most_pages:
                most = len(seen) * PAGE
                raise Unknown(
                    Reason.TRUNCATED, f"GitHub lists more than the {most} entries of {what} that this run reads"
                )
            seen.add(url)
            reply = self._answer(url, what, permission, ABSENT)
            yield json_of(reply, what)
            following = next_page(reply)
            url = None if following is None else self._here(url, following, f"the next page of {what}")

    def _answer(self, url: str, what: str, permission: str, absent: Collection[int]) -> Reply:
        for _ in range(_MOST_REDIRECTS + 1):
            reply = self._ask(url)
            if reply.status == 200:
                return reply
            if reply.status not in _REDIRECTS or not reply.headers.get("location"):
                raise refusal(reply, what, permission, absent, self.clock.now())
            # GitHub redirects from the old name of a repository to its number.
            url = self._here(url, reply.headers["location"], f"a redirect from {what}")
        raise malformed(f"the answer about {what}", f"there are more than {_MOST_REDIRECTS} redirects")

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        url = f"{self.api_url.rstrip('/')}/repos/{self.repository}{path}"
        return f"{url}?{urlencode(query)}" if query else url

    def _here(self, url: str, target: str, what: str) -> str:
        """Give the address of a target on the server that is read. Raises Unknown, malformed, if it is elsewhere."""
        ours = urlsplit(self.api_url)
        try:
            parts = urlsplit(urljoin(url, target))
            same = _server(parts) == _server(ours)
        except ValueError:
            raise malformed(what, "its URL is invalid") from None
        if not same or "@" in parts.netloc:
            there = ascii(f"{parts.scheme}://{parts.hostname}"[:100])
            raise malformed(
                what, f"it is at {there}, expected {ours.scheme}://{ours.hostname}, so the link is not followed"
            )
        # Put together anew: another reader of addresses must not find another host in it.
        return urlunsplit((ours.scheme, ours.netloc, parts.path, parts.query, ""))

    def _ask(self, url: str) -> Reply:
        for attempt in range(1, self.limits.attempts):
            try:
                reply = self._send(url)
            except Unknown as failure:
                if failure.reason not in _BROKEN:
                    raise
            else:
                if reply.status not in _WORTH_ANOTHER_TRY:
                    return reply
            time.sleep(self.limits.backoff * 2 ** (attempt - 1))
        return self._send(url)

    def _send(self, url: str) -> Reply:
        from http.cookiejar import CookieJar

        from promotion.clients.http import exchange

        limits = exchange.HttpLimits(self.limits.connect, self.limits.read, self.limits.total, self.limits.most_bytes)
        request = Request("GET", url, public_url(url), self.headers(), None)
        started, reply = self.clock.now(), None
        try:
            received = exchange.send(request, limits, self.context, CookieJar())
            reply = received if isinstance(received, Reply) else None
        finally:
            if self.on_call is not None:
                self.on_call(
                    method="GET",
                    url=request.shown,
                    status=reply.status if reply else None,
                    started=started,
                    request_id=reply.headers.get("x-github-request-id", "")[:100] or None if reply else None,
                )
        if isinstance(received, CertificateRejected):
            raise Unknown(
                Reason.UNREACHABLE,
                f"{urlsplit(url).netloc} was not requested, because its certificate is not accepted: {received.flaw}",
            )
        return received

    def headers(self) -> Mapping[str, str]:
        """Give the headers of a request, the token among them: never to be written down."""
        headers = {
            "User-Agent": "promotion-checklist",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate",
            "X-GitHub-Api-Version": API_VERSION,
        }
        if self.token is None:
            return headers
        token = self.token()
        if not _TOKEN.fullmatch(token):
            raise Unknown(
                Reason.NOT_DECLARED,
                "the token for GitHub is empty or has a character that is not valid in a header, often a line "
                "break at its end: set it again",
            )
        return {**headers, "Authorization": f"Bearer {token}"}

    @cached_property
    def context(self) -> "ssl.SSLContext | None":
        """What is believed of certificates; None where there are none."""
        from promotion.clients.http.tls import trust

        return trust(self.ca_bundle) if urlsplit(self.api_url).scheme == "https" else None


def _server(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
