"""What a search finds: where, and of what kind; never the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, order=True, slots=True)
class SecretHit:
    """A place in a buffer that holds a secret, or a part of one."""

    start: int
    """Offset of the first byte in the buffer."""
    end: int
    """Offset after the last byte."""
    kind: Literal["known", "pattern"]
    rule: str
    """The secret's name and its field (`shop/dev/database password`), or the id of the pattern."""
    form: str = ""
    """How a known value was written (`base64`, `url`, …), or what a pattern rests on; for people."""


class BufferSearch(Protocol):
    """Something that searches buffers."""

    def scan(self, buffer: bytes) -> Iterator[SecretHit]:
        """Give every hit in a buffer, in any order; it keeps nothing of the buffer.

        A buffer holds whole events of one stream in order, each followed by a newline byte (0x0A), their own newlines
        kept as they are. It is at most a few MB. The caller makes the overlap where one event is too long for a
        buffer, and joins what belongs together (private keys over several events) into one buffer.
        """
        ...
