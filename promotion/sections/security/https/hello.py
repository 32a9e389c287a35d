"""The first words of a TLS connection in an old version, written and read by hand. Nothing in here does I/O.

What the machine's own OpenSSL would be willing to speak does not matter that way: a library that refuses to try an old
version looks just like a server that refuses it. Layout: RFC 2246 (TLS 1.0), RFC 4346 (TLS 1.1), RFC 6066 (server name),
RFC 8422 (elliptic curves), RFC 5746 (the last of the cipher suites).
"""

from dataclasses import dataclass
from ipaddress import ip_address

OLD = {"TLS 1.0": 0x0301, "TLS 1.1": 0x0302}
"""Versions that nobody should speak any more (RFC 8996), by the number on the wire."""
_NAMES = {number: name for name, number in OLD.items()} | {0x0300: "SSL 3.0", 0x0303: "TLS 1.2"}

_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO = 2
RECORD = 5
"""Bytes of a record's head."""
ENOUGH = RECORD + 4 + 2
"""Bytes of an answer that tell a server hello from an alert, and its version."""

_SUITES = (
    0xC00A, 0xC014, 0xC009, 0xC013,  # ECDHE with AES in CBC mode
    0x0039, 0x0033, 0x0035, 0x002F,  # DHE or RSA with AES in CBC mode
    0xC008, 0xC012, 0x0016, 0x000A,  # triple DES
    0xC007, 0xC011, 0x0005, 0x0004,  # RC4
    0x00FF,                          # not a cipher: the client knows of safe renegotiation
)  # fmt: skip
"""Every suite that an old server is likely to have; that it is weak is not asked here."""
_CURVES = (0x001D, 0x0017, 0x0018, 0x0019)


@dataclass(frozen=True)
class HelloAnswer:
    """What the first bytes of the answer say."""

    accepted: bool
    version: str = ""
    """What the server chose, such as `TLS 1.0`."""
    alert: int | None = None
    """Number of the alert: 70 is protocol_version, 40 handshake_failure (RFC 8446, 6.2)."""


def client_hello(version: int, name: str, random: bytes) -> bytes:
    """Write a client hello of at most this version. `name` is the server's; `random` are 32 bytes."""
    assert len(random) == 32
    suites = b"".join(_two(suite) for suite in _SUITES)
    extensions = b"".join(
        _two(kind) + _with_length(body, 2)
        for kind, body in (
            *([(0, _with_length(b"\x00" + _with_length(name.encode("idna"), 2), 2))] if not _is_address(name) else []),
            (10, _with_length(b"".join(_two(curve) for curve in _CURVES), 2)),
            (11, _with_length(b"\x00", 1)),
        )
    )
    body = b"".join((_two(version), random, b"\x00", _with_length(suites, 2), b"\x01\x00", _with_length(extensions, 2)))
    handshake = b"\x01" + _with_length(body, 3)
    # The record's own version is the oldest that servers read, whatever is offered inside (RFC 5246, E.1).
    return bytes((_HANDSHAKE,)) + _two(0x0301) + _with_length(handshake, 2)


def read_answer(begin: bytes) -> HelloAnswer | None:
    """Read the first bytes of what came back; None if that is no TLS, or too little to tell."""
    if len(begin) >= RECORD + 2 and begin[0] == _ALERT:
        return HelloAnswer(accepted=False, alert=begin[RECORD + 1])
    if len(begin) >= ENOUGH and begin[0] == _HANDSHAKE and begin[RECORD] == _SERVER_HELLO:
        chosen = int.from_bytes(begin[RECORD + 4 : ENOUGH], "big")
        return HelloAnswer(
            accepted=chosen in OLD.values() or chosen < min(OLD.values()), version=_NAMES.get(chosen, hex(chosen))
        )
    return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _with_length(body: bytes, size: int) -> bytes:
    return len(body).to_bytes(size, "big") + body
