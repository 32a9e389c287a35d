"""Metric math, parsed. Syntax: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html.

How tightly operators bind is not written there; here as in arithmetic: power, product, sum, comparison, AND, OR.
"""

import re
from dataclasses import dataclass

from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable

LONGEST = 2048
"""Characters of an expression."""
_DEEPEST = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>(),\[\]]))"
)
_LEVELS = (("OR", "||"), ("AND", "&&"), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/"))
_SAME = {"||": "OR", "&&": "AND"}


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Text:
    """A text in quotes."""

    value: str


@dataclass(frozen=True)
class Name:
    """The id of a series, or a keyword such as REPEAT."""

    id: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments; `[]` is an array, an operator has its two sides."""

    function: str
    arguments: "tuple[Node, ...]"


Node = Number | Text | Name | Call


def parse_expression(text: str) -> Node:
    """Parse an expression. Raises NotEvaluable for what is not metric math."""
    if len(text) > LONGEST:
        raise NotEvaluable("an expression that is too long")
    reader = _Reader(text)
    node = reader.level(0, 0)
    if reader.place < len(reader.tokens):
        raise reader.strange()
    return node


def names_in(node: Node) -> frozenset[str]:
    """Give the ids that an expression refers to."""
    if isinstance(node, Name):
        return frozenset({node.id})
    if isinstance(node, Call):
        return frozenset().union(*(names_in(one) for one in node.arguments))
    return frozenset()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.place, place = text, list[tuple[str, str]](), 0, 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise self.strange()
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()

    def strange(self) -> NotEvaluable:
        return NotEvaluable(f"the expression {self.text[:60]!r}")

    def level(self, level: int, depth: int) -> Node:
        """Read operators that bind as much as this level, or more."""
        if level == len(_LEVELS):
            return self._power(depth)
        left = self.level(level + 1, depth)
        while (sign := self._next_of(_LEVELS[level])) is not None:
            left = Call(_SAME.get(sign, sign), (left, self.level(level + 1, depth)))
        return left

    def _power(self, depth: int) -> Node:
        if self._next_of(("-",)):
            if depth > _DEEPEST:
                raise self.strange()
            return Call("-", (Number(0.0), self._power(depth + 1)))
        left = self._one(depth)
        while self._next_of(("^",)):
            left = Call("^", (left, self._one(depth)))
        return left

    def _one(self, depth: int) -> Node:
        if depth > _DEEPEST or self.place >= len(self.tokens):
            raise self.strange()
        kind, part = self.tokens[self.place]
        self.place += 1
        if kind == "number":
            return Number(float(part))
        if kind == "text":
            return Text(part[1:-1])
        if kind == "word":
            if part in ("AND", "OR"):
                raise self.strange()
            return Call(part, self._arguments(")", depth)) if self._next_of(("(",)) else Name(part)
        if part == "[":
            return Call("[]", self._arguments("]", depth))
        if part == "(":
            node = self.level(0, depth + 1)
            if self._next_of((")",)):
                return node
        raise self.strange()

    def _arguments(self, end: str, depth: int) -> tuple[Node, ...]:
        if self._next_of((end,)):
            return ()
        found = [self.level(0, depth + 1)]
        while self._next_of((",",)):
            found.append(self.level(0, depth + 1))
        if not self._next_of((end,)):
            raise self.strange()
        return tuple(found)

    def _next_of(self, signs: tuple[str, ...]) -> str | None:
        if self.place < len(self.tokens) and self.tokens[self.place][0] in ("sign", "word"):
            token = self.tokens[self.place][1]
            if token in signs:
                self.place += 1
                return token
        return None
