"""HTTP as a registry client needs it: bounded, redirects by hand, every request noted, every failure a reason.

Imports `requests`; import this module where it is used.
"""

import logging
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.exceptions import TimeoutError as ReadTimeout

from promotion.clients.oci.addresses import is_loopback, same_server, shown, split
from promotion.clients.oci.failures import TryAgain, no_answer, too_slow
from promotion.clients.oci.source import OnCall, RegistryCall, RegistryLimits
from promotion.unknown import Reason, Unknown

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})
_ERROR_BYTES = 64 << 10
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-request-id")


class _NoQueries(logging.Filter):
    """Keeps queries out of urllib3's debug log: a presigned address carries its permission there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(re.sub(r"\?.*", "?…", one) if isinstance(one, str) else one for one in record.args)
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_NoQueries())


class SecretHeader:
    """A header value that is never shown."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret stays in its process")

    def reveal(self) -> str:
        """Give the value, for the one place that sends it."""
        return self._value


@dataclass(frozen=True)
class RegistryAnswer:
    """What a server said, redirects followed."""

    url: str
    """Where it came from in the end, without query."""
    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes = field(repr=False)
    """Whole for 200; at most 64 KiB of it for everything else."""
    whole: bool
    """Whether the framing proves that nothing is missing; false where the end of the connection was the end."""
    redirected: bool
    """Whether another server than the one that was asked said it."""
    next_page: str | None
    """Where a `Link` with rel="next" (RFC 8288) points, as it stands there."""


class Transport:
    """GET, from one server and from wherever it sends us. Safe to use from several threads.

    Reads are tried again here and not by urllib3's Retry, and requests are handed to an adapter and not to a session:
    both of those swallow the whole body of an answer they do not want, however large, and a session follows its own
    mind about cookies, netrc and redirects.
    """

    def __init__(self, endpoint: str, limits: RegistryLimits, ca_bundle: str | None, on_call: OnCall | None) -> None:
        if ca_bundle is not None and not Path(ca_bundle).is_file():
            raise ValueError(f"the CA bundle {ca_bundle} is not a file: expected PEM certificates")
        self.endpoint = endpoint
        self._local = is_loopback(split(endpoint))
        self._limits = limits
        self._on_call = on_call
        self._verify: bool | str = ca_bundle or True
        self._adapter = HTTPAdapter(pool_maxsize=16)
        self._environment = requests.Session()
        # A proxy of the environment cannot reach our loopback.
        self._environment.trust_env = not self._local

    def get(
        self, url: str, *, accept: str, max_bytes: int, authorization: SecretHeader | None = None
    ) -> RegistryAnswer:
        """GET a URL, follow redirects without taking the authorization to another server, read at most `max_bytes`.

        Raises Unknown: unreachable, timeout, truncated (cut, or larger than `max_bytes`), malformed (a redirect that
        must not be followed), error. Any status that is not a redirect is an answer.
        """
        asked = url
        for _ in range(_MOST_REDIRECTS + 1):
            self.raise_if_unsafe(url, f"a redirect of {shown(asked)}")
            here = same_server(url, asked)
            answer = self._try(url, accept, authorization if here else None, max_bytes, redirected=not here)
            if answer.status not in _REDIRECTS:
                return answer
            location = answer.headers.get("Location", "")
            if not location:
                raise Unknown(Reason.MALFORMED, f"{shown(url)} redirects ({answer.status}) without saying where")
            try:
                url = urljoin(url, location)
            except ValueError:
                raise Unknown(Reason.MALFORMED, f"{shown(url)} redirects to an invalid URL") from None
        raise Unknown(Reason.MALFORMED, f"{shown(asked)} redirects more than {_MOST_REDIRECTS} times")

    def raise_if_unsafe(self, url: str, what: str) -> None:
        """Raise Unknown("malformed") for an address we do not go to: plain HTTP, unless all is loopback."""
        parts = split(url)
        plain_is_fine = self._local and is_loopback(parts)
        if parts.scheme != "https" and not (parts.scheme == "http" and plain_is_fine):
            raise Unknown(
                Reason.MALFORMED,
                f"{what} leads to {shown(url)}, which is not HTTPS and was not requested; check the registry",
            )
        if not parts.hostname or parts.username or parts.password:
            raise Unknown(Reason.MALFORMED, f"{what} leads to {shown(url)}, which is not a plain server URL")

    def _try(
        self, url: str, accept: str, authorization: SecretHeader | None, max_bytes: int, *, redirected: bool
    ) -> RegistryAnswer:
        """Go one hop. Throttling, server errors, broken connections and cut answers are tried again, within limits."""
        for attempt in range(1, self._limits.attempts):
            wait: float | None = self._limits.backoff * 2 ** (attempt - 1)
            try:
                answer = self._ask(url, accept, authorization, max_bytes, redirected=redirected)
            except TryAgain:
                pass
            else:
                if answer.status not in _WORTH_ANOTHER_TRY:
                    return answer
                after = answer.headers.get("Retry-After", "").strip()
                if after:
                    # A date is not waited for, nor a span beyond the budget: that is the server's answer.
                    wait = float(after) if after.isdecimal() and float(after) <= self._limits.retry_after else None
                if wait is None:
                    return answer
            if wait:
                time.sleep(wait)
        return self._ask(url, accept, authorization, max_bytes, redirected=redirected)

    def _ask(
        self, url: str, accept: str, authorization: SecretHeader | None, max_bytes: int, *, redirected: bool
    ) -> RegistryAnswer:
        with self._send(url, accept, authorization) as response:
            ok = response.status_code == 200
            if ok and response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                raise Unknown(
                    Reason.MALFORMED, f"{shown(url)} was sent compressed although compression was not requested"
                )
            body = b"".join(self._chunks(response.raw, url, max_bytes if ok else _ERROR_BYTES, cut=not ok))
            framing = {"content-length", "transfer-encoding"} & {name.lower() for name in response.headers}
            return RegistryAnswer(
                url=shown(url),
                status=response.status_code,
                headers=response.headers,
                body=body,
                whole=bool(framing),
                redirected=redirected,
                next_page=response.links.get("next", {}).get("url"),
            )

    def _send(self, url: str, accept: str, authorization: SecretHeader | None) -> requests.Response:
        status, request_id = None, None
        try:
            # The digest is that of the bytes as they are stored: nobody shall compress them on the way.
            headers = {"User-Agent": "promotion-checklist", "Accept": accept, "Accept-Encoding": "identity"}
            request = requests.Request("GET", url, headers).prepare()
            if authorization is not None:
                request.headers["Authorization"] = authorization.reveal()
            # Proxies, and the CA bundle of REQUESTS_CA_BUNDLE unless one is given.
            around = self._environment.merge_environment_settings(url, {}, True, self._verify, None)
            response = self._adapter.send(
                request,
                timeout=(self._limits.connect_timeout, self._limits.read_timeout),
                stream=True,
                proxies=around["proxies"],
                verify=True if around["verify"] is None else around["verify"],
            )
            status = response.status_code
            request_id = next((response.headers[name] for name in _REQUEST_IDS if name in response.headers), None)
        except requests.RequestException as error:
            raise no_answer(url, error) from None
        finally:
            if self._on_call is not None:
                self._on_call(RegistryCall("GET", shown(url), status, request_id))
        return response

    def _chunks(self, raw: urllib3.HTTPResponse, url: str, max_bytes: int, *, cut: bool) -> Iterator[bytes]:
        """Read the body as it arrives; at most `max_bytes`, then the end (`cut`) or Unknown("truncated")."""
        end = time.monotonic() + self._limits.answer_deadline
        left = max_bytes
        try:
            # read1: whatever is there, so that the deadline is looked at between any two packets.
            while chunk := raw.read1(64 << 10, decode_content=False):
                left -= len(chunk)
                if left < 0 and cut:
                    return
                if left < 0:
                    raise Unknown(
                        Reason.TRUNCATED,
                        f"{shown(url)} is larger than the {max_bytes} bytes that this run reads; raise the limit "
                        "if that size is legitimate",
                    )
                if time.monotonic() > end:
                    raise too_slow(url, self._limits.answer_deadline)
                yield chunk
        except ReadTimeout:
            raise too_slow(url, self._limits.read_timeout) from None
        except ProtocolError:
            raise TryAgain(
                Reason.TRUNCATED, f"{shown(url)} ended before its announced length; run again, and check the network"
            ) from None
        except HTTPError as error:
            raise Unknown(Reason.ERROR, f"{shown(url)} could not be read: {type(error).__name__}") from None
