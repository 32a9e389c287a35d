"""Reading RE2's syntax into the tree of syntax.py."""

import re
import string
from dataclasses import dataclass

from promotion.sections.security.leaks.patterns.syntax import (
    ALL,
    EMPTY,
    Choice,
    Edge,
    Group,
    Node,
    OneOf,
    Repeat,
    Sequence,
    Unsupported,
    mask,
)

LONGEST_REPEAT = 1000
"""RE2 refuses to repeat more often than this."""
DIGITS, SPACE = mask(b"0123456789"), mask(b"\t\n\f\r ")
LETTERS = mask(string.ascii_letters.encode())
WORD = DIGITS | LETTERS | mask(b"_")
ESCAPED_SETS = {"d": DIGITS, "s": SPACE, "w": WORD, "D": ALL & ~DIGITS, "S": ALL & ~SPACE, "W": ALL & ~WORD, "C": ALL}
NAMED_SETS = {
    "alnum": DIGITS | LETTERS,
    "alpha": LETTERS,
    "ascii": mask(range(128)),
    "blank": mask(b"\t "),
    "cntrl": mask([*range(32), 127]),
    "digit": DIGITS,
    "graph": mask(range(33, 127)),
    "lower": mask(string.ascii_lowercase.encode()),
    "print": mask(range(32, 127)),
    "punct": mask(string.punctuation.encode()),
    "space": SPACE | mask(b"\v"),
    "upper": mask(string.ascii_uppercase.encode()),
    "word": WORD,
    "xdigit": mask(string.hexdigits.encode()),
}
CONTROLS = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
EDGES = {"b": "b", "B": "B", "A": "A", "z": "z"}
REPEAT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})")
OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{2}")
OPENING = re.compile(r"\?(?:P?<(?P<name>\w+)>|(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)]))")


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    dot_all: bool = False


def read(text: str) -> Node:
    """Take an expression apart.

    Raises Unsupported for what RE2 has not (looking around, back references, atomic groups, possessive repeats), for
    Unicode classes, and for malformed expressions.
    """
    reader = _Reader(text)
    node = reader.choice(_Flags())
    if reader.at < len(text):
        raise Unsupported(f"the parenthesis that closes at {reader.at + 1} was never opened")
    return node


class _Reader:
    """A place in an expression, and what can be read from there."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise Unsupported("it ends unexpectedly")
        self.at += 1
        return char

    def choice(self, flags: _Flags) -> Node:
        """Read alternatives up to the end of the group. Flags set on the way hold to its end, as in RE2."""
        options: list[Node] = []
        parts: list[Node] = []
        while self.peek() not in ("", ")"):
            if self.peek() == "|":
                self.at += 1
                options.append(_joined(parts))
                parts = []
            elif self.peek() == "(":
                found = self.group(flags)
                if isinstance(found, _Flags):
                    flags = found
                else:
                    parts.append(self.repeated(found))
            else:
                parts.extend(self.atom(flags))
        options.append(_joined(parts))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def group(self, flags: _Flags) -> Node | _Flags:
        start = self.at
        self.at += 1
        captures = True
        if self.peek() == "?":
            opening = OPENING.match(self.text, self.at)
            if not opening:
                raise Unsupported(
                    f"{self.text[start : start + 4]!r} at {start + 1} (RE2 neither looks around nor has atomic groups)"
                )
            self.at = opening.end()
            if opening["name"] is None:
                captures = False
                flags = _changed(flags, opening["flags"])
                if opening["end"] == ")":
                    return flags
        inner = self.choice(flags)
        if self.peek() != ")":
            raise Unsupported(f"the parenthesis at {start + 1} is not closed")
        self.at += 1
        return Group(inner) if captures else inner

    def atom(self, flags: _Flags) -> list[Node]:
        char = self.take()
        if char in "^$":
            return [self.repeated(Edge(char))]  # type: ignore[arg-type]
        if char == "[":
            bits = self.bracket(flags)
        elif char == ".":
            bits = ALL if flags.dot_all else ALL & ~mask(b"\n")
        elif char == "\\":
            if self.peek() == "Q":
                self.at += 1
                quoted, _, _ = self.text[self.at :].partition(r"\E")
                self.at = min(len(self.text), self.at + len(quoted) + 2)
                chars: list[Node] = [OneOf(_folded(1 << byte, flags)) for byte in quoted.encode()]
                return [*chars[:-1], self.repeated(chars[-1])] if chars else []
            if self.peek() in EDGES:
                return [self.repeated(Edge(EDGES[self.take()]))]  # type: ignore[arg-type]
            bits = self.escape()
            bits = _folded(bits, flags) if bits.bit_count() == 1 else bits
        elif char in "*+?":
            raise Unsupported(f"{char!r} at {self.at} repeats nothing")
        elif not char.isascii():
            *first, last = [OneOf(1 << byte) for byte in char.encode()]
            return [self.repeated(Sequence((*first, last)))]
        else:
            bits = _folded(1 << ord(char), flags)
        return [self.repeated(OneOf(bits))]

    def escape(self) -> int:
        char = self.peek()
        if char in ESCAPED_SETS:
            self.at += 1
            return ESCAPED_SETS[char]
        if found := HEX.match(self.text, self.at):
            self.at = found.end()
            return self.byte(int(found[1] or found[2], 16))
        if found := OCTAL.match(self.text, self.at):
            self.at = found.end()
            return self.byte(int(found[0], 8))
        self.take()
        if char in CONTROLS:
            return 1 << CONTROLS[char]
        if char.isalnum() or not char.isascii():
            raise Unsupported(f"'\\{char}' at {self.at - 1}")
        return 1 << ord(char)

    @staticmethod
    def byte(value: int) -> int:
        if value > 127:
            raise Unsupported("a character beyond ASCII given by its number")
        return 1 << value

    def bracket(self, flags: _Flags) -> int:
        start = self.at
        negated = self.peek() == "^"
        self.at += negated
        bits, first = 0, True
        while first or self.peek() != "]":
            first = False
            if named := re.compile(r"\[:(\^?)(\w+):\]").match(self.text, self.at):
                if named[2] not in NAMED_SETS:
                    raise Unsupported(f"{named[0]} at {self.at + 1}")
                bits |= ALL & ~NAMED_SETS[named[2]] if named[1] else NAMED_SETS[named[2]]
                self.at = named.end()
                continue
            low = self.member()
            if self.peek() == "-" and self.peek(2) != "-]" and low.bit_count() == 1:
                self.at += 1
                high = self.member()
                if high.bit_count() != 1 or high < low:
                    raise Unsupported(f"a range in the brackets at {start} is reversed")
                bits |= (high << 1) - low
            else:
                bits |= low
        self.at += 1
        bits = _folded(bits, flags)
        return ALL & ~bits if negated else bits

    def member(self) -> int:
        char = self.take()
        if char == "\\":
            return self.escape()
        if not char.isascii():
            raise Unsupported(f"{char!r} in brackets: only ASCII is supported there")
        return 1 << ord(char)

    def repeated(self, node: Node) -> Node:
        """Read what says how often; several of them in a row are malformed in RE2 as well."""
        char = self.peek()
        if char and char in "*+?":
            self.at += 1
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        elif found := REPEAT.match(self.text, self.at):
            self.at = found.end()
            low = int(found[1])
            high = low if not found[2] else int(found[3]) if found[3] else None
            if max(low, high or 0) > LONGEST_REPEAT or (high is not None and high < low):
                raise Unsupported(f"{found[0]}: RE2 repeats at most {LONGEST_REPEAT} times")
        else:
            return node
        lazy = self.peek() == "?"
        self.at += lazy
        if self.peek() == "+" or self.peek() == "*":
            raise Unsupported(f"{self.peek()!r} at {self.at + 1} (RE2 has no possessive repeats)")
        return Repeat(node, low, high, lazy)


def _joined(parts: list[Node]) -> Node:
    if not parts:
        return EMPTY
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _changed(flags: _Flags, change: str) -> _Flags:
    if "U" in change:
        raise Unsupported("the flag U")
    on, _, off = change.partition("-")
    return _Flags(
        ignore_case=(flags.ignore_case or "i" in on) and "i" not in off,
        dot_all=(flags.dot_all or "s" in on) and "s" not in off,
    )


def _folded(bits: int, flags: _Flags) -> int:
    if not flags.ignore_case:
        return bits
    upper, lower = bits & NAMED_SETS["upper"], bits & NAMED_SETS["lower"]
    return bits | upper << 32 | lower >> 32
