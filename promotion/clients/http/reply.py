"""What comes back from an exchange, whole and with its secrets: held in memory only, judged, then dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By name in small letters; repeated ones joined by a comma."""
    body: bytes = field(repr=False)
    """As far as it was read, decompressed."""
    whole: bool
    """False if the body goes on after what is read at most."""
    connect_ms: float
    """Milliseconds that the name, the connection and the TLS handshake took, to a tenth."""
    elapsed_ms: float
    """Milliseconds from then, when the request was sent, until the last byte read, to a tenth."""


@dataclass(frozen=True)
class CertificateRejected:
    """The server's certificate is not to be believed, so nothing was sent."""

    flaw: str
    """What is wrong with it, in words."""


def cut(what: str, why: str) -> Unknown:
    """Say that an answer is not whole."""
    return Unknown(Reason.TRUNCATED, f"{what}: {why}, so it cannot be judged: run again, and check the service's logs")
