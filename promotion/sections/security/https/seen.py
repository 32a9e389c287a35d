"""What was seen of HTTPS at a load balancer: handshakes, certificates, and what plain HTTP is answered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Leaf:
    """The certificate that a server shows."""

    subject: str
    names: tuple[str, ...]
    """DNS names and IP addresses that it is for (RFC 5280, 4.2.1.6)."""
    issuer: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Handshake:
    """A TLS connection, as a careful client makes it."""

    name: str
    """The server name that was asked for (RFC 6066, 3), and that the certificate must be for."""
    version: str
    """`TLSv1.3`; empty if the certificate was not accepted."""
    cipher: str
    leaf: Leaf | None
    flaw: str = ""
    """Why the certificate was not accepted; empty if it was."""


@dataclass(frozen=True)
class OldVersion:
    """What became of a try to speak an old version of TLS."""

    version: str
    accepted: bool
    how: str
    """How it was refused: `alert 70`, `closed`."""


@dataclass(frozen=True)
class FrontLook:
    """What whoever connects to a load balancer's public address meets."""

    address: str
    """`shop.example:443`"""
    handshake: Handshake
    """For the public name."""
    old: tuple[OldVersion, ...]


@dataclass(frozen=True)
class AcmCertificate:
    """A certificate of a listener, as ACM tells of it."""

    arn: str
    listener: int
    """Port."""
    names: tuple[str, ...]
    status: str
    """`ISSUED`, `EXPIRED`, `REVOKED`, …"""
    kind: str
    """`AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`."""
    ends: datetime | None
    renewal: str
    """`ELIGIBLE` or `INELIGIBLE`."""
    renewing: str = ""
    """State of the renewal that goes on or went on last, such as `PENDING_VALIDATION`; empty if there was none."""
    reason: str = ""
    """Why that renewal failed."""


@dataclass(frozen=True)
class PlainRule:
    """What a listener without TLS does with some requests."""

    listener: int
    """Port."""
    which: str
    """`default`, or the priority of the rule."""
    kind: str
    """`redirect`, `forward`, `fixed-response`, `authenticate-oidc`, …"""
    protocol: str = ""
    """Of a redirect: `HTTPS`, or `#{protocol}`, which is the one it came with."""
    status: str = ""
    """Of a redirect: `HTTP_301`."""


@dataclass(frozen=True)
class PlainLook:
    """What plain HTTP is answered, and whether the answer over TLS asks to be asked by TLS alone."""

    url: str
    status: int | None
    """None if nobody answers there, and no listener should."""
    location: str = ""
