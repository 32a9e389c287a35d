"""Events of a log, put together stream by stream into buffers that a search can take. Pure.

FilterLogEvents mixes the streams of a group; a search wants what one writer wrote, in order, in large pieces. Memory does
not grow with the log: what waits is at most `size` bytes and a page, what is carried over at most `tails`.
"""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

SIZE = 4 << 20
"""Bytes of events that wait before they are searched, and the most of a buffer beside what overlaps."""
BETWEEN = 1 << 10
"""Bytes of whole events that are searched once more together with what follows on them in their stream."""
WITHIN = 64 << 10
"""As much of an event that is longer than a buffer, and of events in which a private key has begun and not ended."""
TAILS = 8 << 20
"""Bytes kept in all for what follows; the streams that were silent for the longest time are forgotten first."""

_KEY_BEGINS = re.compile(rb"BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY")
_KEY_ENDS = re.compile(rb"END[A-Z0-9 ]{0,40}PRIVATE KEY")


@dataclass(frozen=True, slots=True)
class BufferedEvent:
    """One event of a log, or the part of it from a byte on. Held in memory only."""

    id: str
    at: int
    """When it happened, in milliseconds since 1970."""
    text: bytes = field(repr=False)
    """Its message in UTF-8."""
    base: int = 0
    """Offset of the text's first byte in the message."""

    def part(self, start: int, end: int | None = None) -> "BufferedEvent":
        """Give the bytes from `start` to `end` of the text."""
        return BufferedEvent(self.id, self.at, self.text[start:end], self.base + start)


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where something is in a log."""

    stream: str
    event: str
    """The id of the event in which it begins."""
    at: int
    """When that happened, in milliseconds since 1970."""
    offset: int
    """Of its first byte in the event's message, as UTF-8."""


class Buffer:
    """Events of one stream in order, each with a newline after it. Shows nothing of them."""

    __slots__ = ("_starts", "events", "known", "size", "stream")

    def __init__(self, stream: str, events: Sequence[BufferedEvent], known: int = 0) -> None:
        """`known` is how many bytes at the beginning were searched before."""
        self.stream = stream
        self.events = events
        self.known = known
        self._starts: list[int] = []
        size = 0
        for event in events:
            self._starts.append(size)
            size += len(event.text) + 1
        self.size = size

    def __repr__(self) -> str:
        return f"<buffer of {len(self.events)} events, {self.size} bytes>"

    def joined(self, before: bytes = b"", after: bytes = b"") -> bytes:
        """Give the bytes, with others before and after them."""
        return b"".join([before, *(part for event in self.events for part in (event.text, b"\n")), after])

    def place(self, offset: int) -> LogPosition:
        """Tell where a byte of the buffer is in the log."""
        index = bisect_right(self._starts, offset) - 1
        event = self.events[index]
        return LogPosition(self.stream, event.id, event.at, event.base + offset - self._starts[index])


class Streams:
    """Gathers events as they come and gives them out as buffers."""

    def __init__(self, *, size: int = SIZE, between: int = BETWEEN, within: int = WITHIN, tails: int = TAILS) -> None:
        """All in bytes; `within` must be less than `size`."""
        if within >= size:
            raise ValueError(f"an overlap of {within} bytes leaves nothing of a buffer of {size}")
        self._size, self._between, self._within, self._most = size, between, within, tails
        self._waiting: dict[str, list[BufferedEvent]] = {}
        self._waits = 0
        self._tails: OrderedDict[str, list[BufferedEvent]] = OrderedDict()
        self._kept = 0

    @property
    def held(self) -> int:
        """Bytes of events in memory."""
        return self._waits + self._kept

    def add(self, events: Iterable[tuple[str, BufferedEvent]]) -> Iterator[Buffer]:
        """Take events with their streams, oldest first; give buffers when enough have come."""
        for stream, event in events:
            self._waiting.setdefault(stream, []).append(event)
            self._waits += len(event.text) + 1
            if self._waits >= self._size:
                yield from self.rest()

    def rest(self) -> Iterator[Buffer]:
        """Give everything that waits."""
        waiting, self._waiting, self._waits = self._waiting, {}, 0
        while waiting:
            stream = next(iter(waiting))
            # Popped, so that what was searched can go while the rest is.
            yield from self._buffers(stream, waiting.pop(stream))

    def _buffers(self, stream: str, events: list[BufferedEvent]) -> Iterator[Buffer]:
        filled = self._taken(stream)
        known = size = _size(filled)
        for event in events:
            if size + len(event.text) + 1 > self._size:
                if size > known:
                    yield Buffer(stream, filled, known)
                    filled = self._tail(filled)
                if len(event.text) >= self._size:
                    parts = self._parts(event)
                    for part in parts:
                        yield Buffer(stream, [part], self._within if part.base > event.base else 0)
                    filled = self._tail([part])
                    known = size = _size(filled)
                    continue
                known = size = _size(filled)
            filled.append(event)
            size += len(event.text) + 1
        if size > known:
            yield Buffer(stream, filled, known)
            filled = self._tail(filled)
        self._keep(stream, filled)

    def _parts(self, event: BufferedEvent) -> list[BufferedEvent]:
        """Cut an event that is longer than a buffer, each part repeating the end of the one before."""
        step = self._size - 1 - self._within
        return [event.part(start, start + self._size - 1) for start in range(0, len(event.text) - self._within, step)]

    def _tail(self, events: list[BufferedEvent]) -> list[BufferedEvent]:
        """Give what is to be searched once more with what follows."""
        begun = _unfinished_key(events, self._within)
        if begun:
            return begun
        found: list[BufferedEvent] = []
        size = 0
        for event in reversed(events):
            size += len(event.text) + 1
            if size > self._between:
                break
            found.append(event)
        return found[::-1]

    def _taken(self, stream: str) -> list[BufferedEvent]:
        tail = self._tails.pop(stream, [])
        self._kept -= _size(tail)
        return tail

    def _keep(self, stream: str, tail: list[BufferedEvent]) -> None:
        if not tail:
            return
        self._tails[stream] = tail
        self._kept += _size(tail)
        while self._kept > self._most:
            _, forgotten = self._tails.popitem(last=False)
            self._kept -= _size(forgotten)


def _size(events: Iterable[BufferedEvent]) -> int:
    return sum(len(event.text) + 1 for event in events)


def _unfinished_key(events: Sequence[BufferedEvent], most: int) -> list[BufferedEvent]:
    """Give the last events from where a private key begins that does not end in them; nothing if there is none."""
    found: list[BufferedEvent] = []
    size = 0
    for event in reversed(events):
        if size >= most:
            break
        if len(event.text) > most - size:
            event = event.part(len(event.text) - (most - size))  # noqa: PLW2901 - no more of it counts
        size += len(event.text) + 1
        found.append(event)
        if b"PRIVATE KEY" not in event.text:
            continue
        begins = max((match.start() for match in _KEY_BEGINS.finditer(event.text)), default=-1)
        ends = max((match.start() for match in _KEY_ENDS.finditer(event.text)), default=-1)
        if ends > begins:
            return []
        if begins >= 0:
            return found[::-1]
    return []
