"""Find many texts at once in a buffer, whatever the case of their letters.

Hyperscan (https://intel.github.io/hyperscan/dev-reference/), which knows that all are literal texts; where there is no wheel of it,
a few regular expressions of the standard library, a hundred times slower, which find the same.
"""

import importlib.util
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

Engine = Callable[[bytes], Iterator[tuple[int, int]]]
"""Gives the number of a text and the offset of its first byte, for every place in a buffer."""


def best(texts: Sequence[bytes]) -> Engine:
    """Make the fastest engine there is. The texts are in lower case."""
    return fast(texts) if name() == "hyperscan" else plain(texts)


def name() -> str:
    """Say which is the fastest engine there is, for reports."""
    return "hyperscan" if importlib.util.find_spec("hyperscan") else "re"


def fast(texts: Sequence[bytes]) -> Engine:
    """Make an engine of Hyperscan. ImportError where it is not installed."""
    import hyperscan

    lengths = [len(text) for text in texts]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    if texts:
        database.compile(
            # As expressions: what is given as literal texts ends for its Python binding at the first zero byte.
            expressions=[_escaped(text) for text in texts],
            ids=list(range(len(texts))),
            elements=len(texts),
            flags=[hyperscan.HS_FLAG_CASELESS] * len(texts),
        )
    own = threading.local()

    def scan(buffer: bytes) -> Iterator[tuple[int, int]]:
        if not texts or not buffer:
            return
        if not hasattr(own, "scratch"):
            own.scratch = hyperscan.Scratch(database)  # each thread needs one of its own
        ends: list[tuple[int, int]] = []
        database.scan(
            buffer,
            match_event_handler=lambda number, _start, end, _flags, _context: ends.append((number, end)),
            scratch=own.scratch,
        )
        for number, end in ends:
            yield number, end - lengths[number]

    return scan


def _escaped(text: bytes) -> bytes:
    return re.sub(rb"[^a-z0-9]", lambda found: b"\\x%02x" % found[0][0], text)


_ANCHOR = 4


def plain(texts: Sequence[bytes]) -> Engine:
    """Make an engine of `re`: it looks for what texts begin with, and then for the whole of them."""
    numbers = {text: number for number, text in enumerate(texts)}
    lengths: dict[bytes, set[int]] = defaultdict(set)
    for text in texts:
        lengths[text[:_ANCHOR]].add(len(text))
    longest = {anchor: sorted(sizes, reverse=True) for anchor, sizes in lengths.items()}
    begins = re.compile(b"(?=(" + _tree(sorted(longest)) + b"))", re.DOTALL)

    def scan(buffer: bytes) -> Iterator[tuple[int, int]]:
        if not texts:
            return
        lowered = buffer.lower()
        for found in begins.finditer(lowered):
            start = found.start()
            for size in longest[found[1]]:
                number = numbers.get(lowered[start : start + size])
                if number is not None:
                    yield number, start

    return scan


def _tree(anchors: Sequence[bytes]) -> bytes:
    """Write an expression for any of some sorted texts of one length that branches byte by byte."""
    if not anchors or not anchors[0]:
        return b""
    after: dict[bytes, list[bytes]] = defaultdict(list)
    for anchor in anchors:
        after[anchor[:1]].append(anchor[1:])
    ends = [re.escape(first) for first, rest in after.items() if not rest[0]]
    if len(ends) == len(after) and len(ends) > 1:
        return b"[" + b"".join(_in_set(first) for first in after) + b"]"
    branches = [re.escape(first) + _tree(rest) for first, rest in after.items()]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"


def _in_set(byte: bytes) -> bytes:
    return b"\\x%02x" % byte[0]
