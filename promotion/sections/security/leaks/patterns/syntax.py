"""Regular expressions in RE2's syntax, taken apart into a tree over bytes.

The tree is what escaping.py rewrites and prefilter.py shortens. Letter case and flags are resolved while reading, so a
tree written out again means the same to RE2, to Hyperscan and to Python's `re`. Lines are the unit of logs: `^` and `$`
are edges of lines. Syntax: https://github.com/google/re2/wiki/Syntax
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

ALL = (1 << 256) - 1


class Unsupported(ValueError):  # noqa: N818 - the sentence says what is not supported
    """The expression uses what RE2 has not, or is malformed; the message says which part."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One byte out of a set; bit n of the mask stands for byte n."""

    mask: int

    def __contains__(self, char: str) -> bool:
        return bool(self.mask >> ord(char) & 1)


@dataclass(frozen=True, slots=True)
class Edge:
    """A place of no width: the edge of a word, of a line or of the text."""

    kind: Literal["b", "B", "^", "$", "A", "z"]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another; without parts it is the empty text."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group. They count from 1 in the order of their opening parentheses."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part at least `low` times and at most `high` times; None is without a limit."""

    inner: "Node"
    low: int
    high: int | None
    lazy: bool = False


Node: TypeAlias = OneOf | Edge | Sequence | Choice | Group | Repeat
EMPTY = Sequence(())


def mask(chars: Iterable[int]) -> int:
    """Make a set of bytes out of their numbers."""
    bits = 0
    for char in chars:
        bits |= 1 << char
    return bits


def members(bits: int) -> list[int]:
    """Give the bytes of a set, ascending."""
    return [char for char in range(256) if bits >> char & 1]


def write(node: Node) -> str:
    """Write a tree as an expression that means the same to RE2, Hyperscan and `re` on bytes."""
    match node:
        case OneOf(bits):
            return _write_set(bits)
        case Edge(kind):
            return {"^": "(?m:^)", "$": "(?m:$)", "A": r"\A", "z": r"(?-m:$)"}.get(kind, "\\" + kind)
        case Sequence(parts):
            return "".join(f"(?:{write(part)})" if isinstance(part, Choice) else write(part) for part in parts)
        case Choice(options):
            return "|".join(map(write, options))
        case Group(inner):
            return f"({write(inner)})"
        case Repeat(inner, low, high, lazy):
            text = write(inner) if isinstance(inner, OneOf | Group) else f"(?:{write(inner)})"
            return text + _count(low, high) + ("?" if lazy else "")


def without_groups(node: Node) -> Node:
    """Give the same expression without capturing anything."""
    match node:
        case Group(inner):
            return without_groups(inner)
        case Sequence(parts):
            return Sequence(tuple(map(without_groups, parts)))
        case Choice(options):
            return Choice(tuple(map(without_groups, options)))
        case Repeat(inner, low, high, lazy):
            return Repeat(without_groups(inner), low, high, lazy)
        case _:
            return node


def _count(low: int, high: int | None) -> str:
    plain = {(0, None): "*", (1, None): "+", (0, 1): "?", (1, 1): "{1}"}.get((low, high))
    return plain or (f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}")


def _char(char: int) -> str:
    text = chr(char)
    return text if (text.isascii() and text.isalnum()) or text in "_ :,=%@" else f"\\x{char:02x}"


@cache
def _write_set(bits: int) -> str:
    chars = members(bits)
    if len(chars) == 1:
        return _char(chars[0])
    if not chars:
        raise Unsupported("an empty set of characters")
    ranges: list[list[int]] = []
    for char in chars:
        if ranges and char == ranges[-1][1] + 1:
            ranges[-1][1] = char
        else:
            ranges.append([char, char])
    return "[" + "".join(_char(a) if a == b else f"{_char(a)}-{_char(b)}" for a, b in ranges) + "]"
