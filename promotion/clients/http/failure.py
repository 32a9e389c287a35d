"""What it means that no answer came: every failure of a request in one sentence and one reason."""

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator, Sequence

from promotion.clients.http.reply import cut
from promotion.unknown import Reason, Unknown

_NEXT = "check that the service is up and reachable from this machine"
_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


class HeadCut(http.client.HTTPException):
    """The connection closed before the header section was whole (RFC 9112, 8: the message is incomplete)."""


def causes(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and every one it was made of, outermost first.

    What was being handled at the time (`__context__`) is left out: it may belong to another request.
    """
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        here = waiting.pop(0)
        if not isinstance(here, BaseException) or id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        waiting += [*here.args, getattr(here, "reason", None), here.__cause__]


def timed_out(what: str, seconds: float) -> Unknown:
    """Say that the whole exchange took too long."""
    return Unknown(
        Reason.TIMEOUT,
        f"{what} was not answered in full within {seconds:g} s: check whether the service hangs, and run again",
    )


def no_answer(what: str, error: BaseException) -> Unknown:
    """Say why nothing came back that could be judged: connecting failed, or the answer did not begin."""
    found = list(causes(error))
    for kinds, reason, sentence in _before_the_answer():
        if any(isinstance(cause, kinds) for cause in found):
            return Unknown(reason, f"{what} {sentence}{_tls_word(found)}")
    if any(isinstance(cause, OSError) and cause.errno in _NO_ROUTE for cause in found):
        return Unknown(Reason.UNREACHABLE, f"{what} was not sent, because there is no route to the host: {_NEXT}")
    return Unknown(Reason.UNREACHABLE, f"{what} failed ({type(found[-1]).__name__}): {_NEXT}")


def no_whole_body(what: str, error: BaseException) -> Unknown:
    """Say why the body of an answer that began did not arrive as announced."""
    from requests.exceptions import ContentDecodingError  # costs 0.1 s, and a replay has no requests

    found = list(causes(error))
    if any(isinstance(cause, TimeoutError) for cause in found):
        return Unknown(Reason.TIMEOUT, f"{what}: the body stopped arriving: check whether the service hangs")
    if any(isinstance(cause, ContentDecodingError) for cause in found):
        return Unknown(Reason.MALFORMED, f"{what}: the body is not in the content-encoding that the answer declares")
    return cut(what, "the connection closed before the whole body had arrived")


def _before_the_answer() -> Sequence[tuple[tuple[type[BaseException], ...], Reason, str]]:
    """List what can happen before there is an answer. The first that fits says it: later ones are more general."""
    from requests.exceptions import InvalidSchema, InvalidURL, ProxyError
    from urllib3.exceptions import LocationParseError

    # The builtin TimeoutError is asked for, not urllib3's: there every failure to connect is a kind of time-out.
    no_address = (InvalidURL, InvalidSchema, LocationParseError, UnicodeError)
    closed = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
    return (
        (no_address, Reason.ERROR, "cannot be sent, because the URL is invalid: correct the target's `url`"),
        ((ProxyError,), Reason.UNREACHABLE, "did not get through the proxy: check HTTPS_PROXY and NO_PROXY"),
        ((socket.gaierror,), Reason.UNREACHABLE, f"was not sent, because the host's name was not found: {_NEXT}"),
        ((ConnectionRefusedError,), Reason.UNREACHABLE, f"was not sent, because the connection was refused: {_NEXT}"),
        ((HeadCut,), Reason.TRUNCATED, f"was answered with incomplete headers: {_NEXT}"),
        (closed, Reason.UNREACHABLE, f"was not answered, because the connection was closed: {_NEXT}"),
        ((TimeoutError,), Reason.TIMEOUT, "was not answered in time: check whether the service hangs"),
        ((ssl.SSLError,), Reason.UNREACHABLE, f"was not sent, because the TLS handshake failed: {_NEXT}"),
        ((http.client.HTTPException,), Reason.MALFORMED, f"was answered with something that is not HTTP: {_NEXT}"),
    )


def _tls_word(found: list[BaseException]) -> str:
    words = [cause.reason for cause in found if isinstance(cause, ssl.SSLError) and cause.reason]
    return f" ({words[-1].replace('_', ' ').lower()})" if words else ""
