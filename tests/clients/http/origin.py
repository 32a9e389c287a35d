"""What an origin on loopback is asked, and what it is told to say."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Received:
    """A request as an origin saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Origin:
    """A server on loopback and what it was asked."""

    url: str
    received: list[Received] = field(default_factory=list)


Script = Callable[[Received, socket.socket], None]


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """A whole answer; header names are written with `_` for `-`."""
    raw = body.encode() if isinstance(body, str) else body
    given = {"content_type": "application/json", "content_length": str(len(raw)), **headers}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + raw


def says(*answers: bytes) -> Script:
    """Answer the first request with the first, and so on; the last is for all that follow."""
    left = list(answers)

    def script(_: Received, connection: socket.socket) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script
