"""IAM's wildcards: `*` is any number of characters, `?` is exactly one.

A `*` is let go over colons and slashes, as IAM does at the end of a part of an ARN; what is matched may so be more than
IAM lets through, never less.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_LITERAL = {"*": "*", "?": "?", "$": "$"}
_UNKNOWN = "\x00"
"""Stands for a policy variable: nobody knows its value here, and no ARN holds this character."""


def expression(pattern: str) -> str:
    """Write a pattern as a regular expression; variables of the policy language become what matches nothing known.

    `${*}`, `${?}` and `${$}` are the characters themselves, and a variable's default value counts in its place.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    written, at = [], 0
    for variable in _VARIABLE.finditer(pattern):
        written.append(_plain(pattern[at : variable.start()]))
        name, comma, default = variable[1].partition(",")
        if name.strip() in _LITERAL:
            written.append(re.escape(_LITERAL[name.strip()]))
        elif comma:
            written.append(f"(?:{_UNKNOWN}|{_plain(default.strip().strip(chr(39)))})")
        else:
            written.append(_UNKNOWN)
        at = variable.end()
    return "".join([*written, _plain(pattern[at:])])


def _plain(text: str) -> str:
    runs: list[str] = []
    for piece in re.split(r"([*?]+)", text):
        if piece and piece[0] in "*?":
            fewest = piece.count("?")
            # One repetition for a whole run: `*?*?*` must not be tried in every possible way.
            runs.append(f".{{{fewest},}}" if "*" in piece else f".{{{fewest}}}")
        else:
            runs.append(re.escape(piece))
    return "".join(runs)


@dataclass(frozen=True, eq=False)
class GlobMatcher:
    """Some patterns, any of which will do. Most are whole texts or beginnings, which need no regular expression."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    rest: tuple[str, ...]
    lower: bool

    def __call__(self, text: str) -> bool:
        """Whether a pattern matches the whole text."""
        if self.lower:
            text = text.lower()
        if text in self.whole or text.startswith(self.beginnings):
            return True
        return bool(self.rest) and self._expression.fullmatch(text) is not None

    def may_match(self, start: str) -> bool:
        """Whether a text that begins so can be matched at all; yes, where that takes more than a glance to tell."""
        return any(start.startswith(one) or one.startswith(start) for one in self._starts)

    @cached_property
    def _starts(self) -> tuple[str, ...]:
        return (*self.whole, *self.beginnings, *(re.split(r"[*?$]", pattern, maxsplit=1)[0] for pattern in self.rest))

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile("|".join(map(expression, self.rest)), re.DOTALL)


@lru_cache(maxsize=4096)
def matcher(patterns: tuple[str, ...], *, ignore_case: bool = False) -> GlobMatcher:
    """Make the test for patterns. None at all match nothing."""
    whole, beginnings, rest = set(), [], []
    for pattern in patterns:
        written = pattern.lower() if ignore_case else pattern
        start = written.rstrip("*")
        if set("*?$") & set(start):
            rest.append(written)
        elif start == written:
            whole.add(written)
        else:
            beginnings.append(start)
    return GlobMatcher(frozenset(whole), tuple(beginnings), tuple(rest), ignore_case)


def matches(patterns: Iterable[str], text: str, *, ignore_case: bool = False) -> bool:
    """Whether any of the patterns matches the whole text."""
    return matcher(tuple(patterns), ignore_case=ignore_case)(text)


def is_everything(pattern: str) -> bool:
    """Whether a pattern matches any text at all."""
    return bool(pattern) and not pattern.strip("*")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern matches more than one text."""
    return any(character in _VARIABLE.sub("", pattern) for character in "*?")


def covers(wide: str, narrow: str) -> bool:
    """Whether whatever `narrow` matches is also matched by `wide`.

    It may say no where yes would be right (`?*` over `*a`), never the other way about.
    """
    if wide == narrow or is_everything(wide):
        return True
    # A wildcard of the narrow pattern is a character of its own, which only a wildcard of the wide one takes in.
    any_one, any_many = "\x01", "\x02"
    expression = []
    for character in wide:
        if character == "*":
            expression.append(".*")
        elif character == "?":
            expression.append(f"[^{any_many}]")
        else:
            expression.append(re.escape(character))
    text = narrow.replace("?", any_one).replace("*", any_many)
    return re.fullmatch(re.sub(r"(\.\*)+", ".*", "".join(expression)), text, re.DOTALL) is not None
