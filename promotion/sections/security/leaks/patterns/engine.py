"""The engines under the search: what tells where to look, and what then matches exactly.

Hyperscan looks for the needles of all rules at once, at hundreds of MB/s, over whole buffers. RE2 confirms, in time that
grows with the line only. Where a platform has no wheel of one, Python alone does the same more slowly: keywords are looked
for in the buffer, and `re` confirms.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

from promotion.sections.security.leaks.patterns.escaping import armoured
from promotion.sections.security.leaks.patterns.prefilter import can_be_empty, needle
from promotion.sections.security.leaks.patterns.rule_files import read
from promotion.sections.security.leaks.patterns.rules import SecretRule
from promotion.sections.security.leaks.patterns.syntax import Choice, write

Span = tuple[int, int]
MEMORY = 2 << 20
"""Bytes that RE2 may hold for one expression: program and states seen so far, which it forgets when they are more."""
REACH_BACK, REACH_ON = 4096, 16_384
"""How far a match over several lines is looked for, in bytes before and after the place that was met."""


class CompiledPattern(Protocol):
    """A compiled expression, of RE2 or of `re`."""

    def finditer(self, text: bytes) -> Iterator[Any]:
        """Give the matches from left to right."""
        ...

    def search(self, text: bytes) -> Any:
        """Give the first match."""
        ...


def have(module: str) -> bool:
    """Tell whether an engine is installed."""
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def matchers(*, fast: bool) -> Callable[[str], CompiledPattern]:
    """Give what compiles an expression that syntax.write wrote: RE2 on bytes, or `re`."""
    if not fast:
        import re

        return lambda text: re.compile(text.replace("(?-m:$)", r"\Z").encode("ascii"))
    re2 = import_module("re2")
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1

    def compiled(text: str) -> CompiledPattern:
        matcher: CompiledPattern = re2.compile(text.encode("ascii"), options)
        return matcher

    return compiled


def finder(compiled: Callable[[str], CompiledPattern], texts: Sequence[str]) -> Callable[[bytes], bool]:
    """Compile expressions as people write them, to be asked whether a text has any of them, escaped or not."""
    matcher = compiled(write(Choice(tuple(armoured(read(text)) for text in texts))))
    return lambda subject: matcher.search(subject) is not None


class Places(Protocol):
    """What tells where in a buffer a rule is worth asking."""

    def of(self, buffer: bytes) -> Iterator[tuple[int, Span]]:
        """Give numbers of rules and the stretches of whole lines to ask them about; a stretch may come twice."""
        ...


def around(rule: SecretRule, buffer: bytes, at: int) -> Span:
    """Give the stretch that a match near an offset can lie in: its line, or some of its neighbourhood."""
    if rule.over_lines:
        start = buffer.rfind(b"\n", 0, max(0, at - REACH_BACK)) + 1
        return start, min(len(buffer), at + REACH_ON)
    start = buffer.rfind(b"\n", 0, at) + 1
    end = buffer.find(b"\n", at)
    return start, len(buffer) if end < 0 else end + 1


class ByNeedles:
    """Hyperscan, looking for the needles of all rules at once."""

    def __init__(self, rules: Sequence[SecretRule]) -> None:
        hyperscan = import_module("hyperscan")
        self.rules = rules
        needles = [needle(rule.tree, common=rule.generic) for rule in rules]
        self.everywhere = [number for number, one in enumerate(needles) if can_be_empty(one)]
        said = [(number, one) for number, one in enumerate(needles) if number not in self.everywhere]
        self.database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self.database.compile(
            expressions=[write(one).encode("ascii") for _, one in said],
            ids=[number for number, _ in said],
            flags=[hyperscan.HS_FLAG_DOTALL] * len(said),
        )

    def of(self, buffer: bytes) -> Iterator[tuple[int, Span]]:
        """Give each line that holds a rule's needle once."""
        places: list[tuple[int, Span]] = [(number, (0, len(buffer))) for number in self.everywhere]
        done = [0] * len(self.rules)

        def met(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            # Ends come in ascending order; whatever ends in a line that is noted already is in its stretch.
            if end <= done[number]:
                return
            rule = self.rules[number]
            span = around(rule, buffer, end - 1)
            done[number] = end if rule.over_lines else span[1]
            places.append((number, span))

        self.database.scan(buffer, match_event_handler=met)
        yield from places


class ByKeywords:
    """Python alone: the lines that hold one of a rule's keywords."""

    def __init__(self, rules: Sequence[SecretRule]) -> None:
        self.rules = rules
        self.wanted: dict[bytes, list[int]] = {}
        self.everywhere = [number for number, rule in enumerate(rules) if not all(rule.keywords) or not rule.keywords]
        for number, rule in enumerate(rules):
            for keyword in rule.keywords if number not in self.everywhere else ():
                self.wanted.setdefault(keyword, []).append(number)

    def of(self, buffer: bytes) -> Iterator[tuple[int, Span]]:
        """Give the lines around each keyword."""
        lowered = buffer.lower()
        for number in self.everywhere:
            yield number, (0, len(buffer))
        for keyword, numbers in self.wanted.items():
            for number in numbers:
                at = lowered.find(keyword)
                while at >= 0:
                    span = around(self.rules[number], buffer, at)
                    yield number, span
                    after = at + 1 if self.rules[number].over_lines else span[1]
                    at = lowered.find(keyword, max(after, at + 1))
