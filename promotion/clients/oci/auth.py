"""Logging in to a registry: HTTP Basic, or a bearer token from the server its challenge names.

https://distribution.github.io/distribution/spec/auth/token/ for the tokens, RFC 9110 section 11 for the challenge.
"""

import base64
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from promotion.core.image_reference import Repository
from promotion.core.json_wire import read_json
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.clients.oci.transport import RegistryAnswer, SecretHeader, Transport

_TOKEN_BYTES = 256 << 10
# What a token is good for when its server does not say, and what we leave at its end.
_DEFAULT_SECONDS = 60
_LEEWAY_SECONDS = 10
_TOKEN = re.compile(r"[\x21-\x7e]+")
_CHALLENGE = re.compile(
    r"""\s*+(?:,\s*+)?(?:
        (?P<key>[A-Za-z0-9!#$%&'*+.^_`|~-]++)\s*+=\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^\s,"]++))
        |(?P<scheme>[A-Za-z0-9!#$%&'*+.^_`|~-]++)(?=\s|,|$)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Credentials:
    """A user name and a password, or a token that stands for one. Never shown."""

    username: str
    password: str = field(repr=False)
    basic_at_once: bool = False
    """Whether the registry is known to take HTTP Basic, so that it need not be asked first."""
    token_host: str | None = None
    """Another host than the registry's own that they may be sent to, as its challenge names it."""


Login = Callable[[], Credentials]
"""Gives credentials when they are needed, and again when they were refused. May raise Unknown."""


def challenges(header: str) -> Mapping[str, Mapping[str, str]]:
    """Read a WWW-Authenticate header into its challenges: parameters by lower-case scheme, the first of each scheme.

    What does not fit the grammar ends the reading; a challenge that was not understood is not answered.
    """
    found: dict[str, dict[str, str]] = {}
    parameters: dict[str, str] | None = None
    at = 0
    while at < len(header) and (part := _CHALLENGE.match(header, at)):
        at = part.end()
        if part["scheme"] is not None:
            parameters = {}
            found.setdefault(part["scheme"].lower(), parameters)
        elif parameters is not None:
            value = part["bare"] if part["quoted"] is None else re.sub(r"\\(.)", r"\1", part["quoted"])
            parameters.setdefault(part["key"].lower(), value)
    return found


class Authorization:
    """The Authorization header for one repository: found out by asking, kept while it is good, renewed once refused.

    Safe to use from several threads: one of them renews, the others take what it got.
    """

    def __init__(self, repository: Repository, login: Login | None, transport: "Transport") -> None:
        self._repository = repository
        self._login = login
        self._transport = transport
        self._lock = threading.Lock()
        self._credentials: Credentials | None = None
        self._bearer: Mapping[str, str] | None = None
        self._header: SecretHeader | None = None
        self._good_until = 0.0

    def header(self) -> "SecretHeader | None":
        """Give what to send now; None to ask first."""
        with self._lock:
            if self._header is not None and time.monotonic() >= self._good_until:
                self._header = None
            if self._header is None and self._bearer is not None:
                self._fetch_token(self._bearer)
            elif self._header is None:
                credentials = self._logged_in()
                if credentials is not None and credentials.basic_at_once:
                    self._keep(_basic(credentials))
            return self._header

    def renewed(self, answer: "RegistryAnswer", sent: "SecretHeader | None") -> "SecretHeader | None":
        """Give what to send instead, after the registry refused `sent` with this answer; None if nothing is left."""
        with self._lock:
            if self._header is not None and self._header is not sent:
                return self._header
            asked = challenges(answer.headers.get("WWW-Authenticate", "")) if answer.status == 401 else {}
            if not asked and not (sent is not None and _says_expired(answer)):
                return None
            if sent is not None:
                self._header, self._credentials = None, None
            if asked:
                self._bearer = asked.get("bearer")
            if self._bearer is not None:
                self._fetch_token(self._bearer)
            elif "basic" in asked or not asked:
                credentials = self._logged_in()
                self._header = None
                if credentials is not None:
                    self._keep(_basic(credentials))
            return self._header

    def _logged_in(self) -> Credentials | None:
        if self._credentials is None and self._login is not None:
            self._credentials = self._login()
        return self._credentials

    def _keep(self, header: "SecretHeader", seconds: float = float("inf")) -> None:
        self._header = header
        self._good_until = time.monotonic() + seconds

    def _raise_if_foreign(self, realm: str, credentials: Credentials) -> None:
        host = (urlsplit(realm).hostname or "").lower()
        asked = {
            (urlsplit(self._transport.endpoint).hostname or "").lower(),
            self._repository.registry.partition(":")[0],
        }
        domains = set() if credentials.basic_at_once else {_domain(one) for one in asked}
        if host in {*asked, credentials.token_host} or any(host == one or host.endswith(f".{one}") for one in domains):
            return
        raise Unknown(
            Reason.ACCESS_DENIED,
            f"{self._repository.registry} asks to log in at {host}, which is not of its own domain, so that the credentials were "
            "not sent there: check the registry, or declare the host as `token_host` in [image]",
        )

    def _fetch_token(self, challenge: Mapping[str, str]) -> None:
        """Ask the token server that the registry named.

        It may be another host than the registry, that is how the protocol works; it may not be one without TLS. Credentials
        are sent to the registry's own domain alone, and to the host that is declared: whoever answers for a registry
        could otherwise ask for them. Those of a registry that takes HTTP Basic are sent nowhere else.
        """
        from promotion.clients.oci.transport import SecretHeader

        realm = challenge.get("realm", "")
        self._transport.raise_if_unsafe(realm, f"the login that {self._repository.registry} asks for")
        query = {"scope": challenge.get("scope") or f"repository:{self._repository.name}:pull"}
        if challenge.get("service"):
            query["service"] = challenge["service"]
        url = f"{realm}{'&' if urlsplit(realm).query else '?'}{urlencode(query)}"
        credentials = self._logged_in()
        if credentials is not None:
            self._raise_if_foreign(realm, credentials)
        basic = None if credentials is None else _basic(credentials)
        answer = self._transport.get(url, accept="application/json", max_bytes=_TOKEN_BYTES, authorization=basic)
        if answer.status != 200:
            raise _no_token(answer, logged_in=basic is not None)
        found = read_json(answer.body, f"the token from {answer.url}")
        token = found.get("token") or found.get("access_token")
        seconds = found.get("expires_in", _DEFAULT_SECONDS)
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or isinstance(seconds, bool):
            raise Unknown(Reason.MALFORMED, f"{answer.url} gave no token that could be sent; check that server")
        if not isinstance(seconds, int | float):
            seconds = _DEFAULT_SECONDS
        # A token that is shorter-lived than the leeway is still good for the request it was fetched for.
        self._keep(SecretHeader(f"Bearer {token}"), max(seconds - _LEEWAY_SECONDS, 1))


def _domain(host: str) -> str:
    """Give the domain that a registry stands in: `docker.io` of `registry-1.docker.io`, `example.com` of `example.com`."""
    above = host.partition(".")[2]
    return above if "." in above and not host.replace(".", "").isdigit() else host


def _basic(credentials: Credentials) -> "SecretHeader":
    from promotion.clients.oci.transport import SecretHeader

    pair = f"{credentials.username}:{credentials.password}".encode()
    return SecretHeader("Basic " + base64.b64encode(pair).decode("ascii"))


def _says_expired(answer: "RegistryAnswer") -> bool:
    """Say whether a refusal means that the login has run out.

    Amazon ECR says so with 403, its public registry with 400, both without a challenge.
    """
    return re.search(rb"(?i)expired|reauthenticate", answer.body) is not None


def _no_token(answer: "RegistryAnswer", *, logged_in: bool) -> Unknown:
    if answer.status in {401, 403}:
        why = "the credentials were refused" if logged_in else "no credentials are configured"
        return Unknown(
            Reason.ACCESS_DENIED, f"{answer.url} gave no token ({answer.status}): {why}; log in with pull access"
        )
    if answer.status == 429:
        return Unknown(Reason.THROTTLED, f"{answer.url} gives no more tokens for now (429); run again later")
    reason = Reason.UNREACHABLE if answer.status in {502, 503, 504} else Reason.ERROR
    return Unknown(reason, f"{answer.url} gave no token, it answered {answer.status}; run again later")
