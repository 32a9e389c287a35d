"""Why there was no answer, in words for people. The libraries' own messages are not used: they hold whole URLs."""

from collections.abc import Iterator
from typing import Any

from requests import exceptions

from promotion.clients.oci.addresses import shown, split
from promotion.unknown import Reason, Unknown


class TryAgain(Unknown):
    """An `Unknown` that another try may turn into an answer: a broken connection, a cut body."""


def too_slow(url: str, seconds: float) -> Unknown:
    """Say that the answer did not arrive in full in that many seconds."""
    return Unknown(Reason.TIMEOUT, f"{shown(url)} did not answer in full within {seconds:g} s; run again later")


def no_answer(url: str, error: exceptions.RequestException) -> Unknown:
    """Say why a request got no answer at all."""
    where = split(shown(url)).netloc
    match error:
        case exceptions.SSLError():
            why = f"TLS with {where} failed: {_tls_words(error)}; check its certificate and the CA bundle"
            return Unknown(Reason.UNREACHABLE, why)
        case exceptions.Timeout():
            return Unknown(Reason.TIMEOUT, f"{shown(url)} did not answer in time; run again later")
        case exceptions.ProxyError():
            return Unknown(
                Reason.UNREACHABLE, f"the proxy refused the connection to {where}; check the proxy's settings"
            )
        case exceptions.ConnectionError():
            why = f"no connection to {where} ({_innermost(error)}); check its name and the network"
            return TryAgain(Reason.UNREACHABLE, why)
    return Unknown(Reason.ERROR, f"{shown(url)} could not be requested: {type(error).__name__}")


def _inside(error: BaseException) -> Iterator[BaseException]:
    """List an error and the errors in it: these libraries keep the cause in `args` or `reason`."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [getattr(one, "reason", None), *one.args]


def _tls_words(error: BaseException) -> str:
    """Quote OpenSSL on the failure: `self-signed certificate in certificate chain`, `WRONG_VERSION_NUMBER`."""
    for one in _inside(error):
        for word in (getattr(one, "verify_message", None), getattr(one, "reason", None)):
            if isinstance(word, str):
                return word
    return "no reason given"


def _innermost(error: BaseException) -> str:
    return type(list(_inside(error))[-1]).__name__
