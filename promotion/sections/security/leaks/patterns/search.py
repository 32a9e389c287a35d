"""Searching buffers for what looks like a secret."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from promotion.sections.security.leaks.match import SecretHit
from promotion.sections.security.leaks.patterns.allow import AllowEntry, AllowList, Candidate
from promotion.sections.security.leaks.patterns.engine import ByKeywords, ByNeedles, CompiledPattern, Places
from promotion.sections.security.leaks.patterns.rules import SecretRule
from promotion.sections.security.leaks.patterns.syntax import without_groups, write

READY = 192
"""Rules whose expressions are held compiled at a time: a third of a MB each, some milliseconds to compile again."""
NEAR = 64
"""Bytes before a match in which a team's allow-list entry may look for the name of a value."""


@dataclass(frozen=True, slots=True)
class PreparedEntry:
    """A team's entry, and what tells whether it means a finding."""

    entry: AllowEntry
    holds: Callable[[Candidate], bool]


class PreparedRule:
    """A rule made ready to be asked about a line."""

    def __init__(
        self, rule: SecretRule, allowed: Sequence[AllowList], compiled: Callable[[str], CompiledPattern]
    ) -> None:
        self.rule = rule
        lists = [one for one in (*rule.allowed, *allowed) if one.is_for(rule.id)]
        self._by_match = [one for one in lists if one.target == "match" and not one.stopwords]
        self._by_secret = [one for one in lists if one.target != "line" and one not in self._by_match]
        self.by_line = [one for one in lists if one.target == "line"]
        self._compiled = compiled
        self._parts: CompiledPattern | None = None
        self._whole = compiled(write(without_groups(rule.tree)))

    def matches(self, window: bytes) -> list[tuple[int, bytes]]:
        """Give where its expression is met, and the text. To tell only this, an engine needs little time."""
        found = [(match.start(), match.group()) for match in self._whole.finditer(window)]
        return found if found and self._has_keyword(found[0][1], window) else []

    def secret(self, text: bytes) -> tuple[int, int] | None:
        """Give the part of a match that is the secret, unless it is allowed wherever it stands."""
        rule = self.rule
        if self._by_match and any(one.allows(Candidate(rule.id, text)) for one in self._by_match):
            return None
        span = (0, len(text))
        if rule.groups:
            self._parts = self._parts or self._compiled(write(rule.tree))
            if match := self._parts.search(text):
                span = match.span(rule.secret_group or next((n for n, one in enumerate(match.groups(), 1) if one), 0))
        secret = text[span[0] : span[1]]
        if not secret or (rule.entropy and entropy(secret) <= rule.entropy):
            return None
        found = Candidate(rule.id, text, secret)
        return None if any(one.allows(found) for one in self._by_secret) else span

    def _has_keyword(self, text: bytes, window: bytes) -> bool:
        """Tell whether one of the keywords stands near a match: in it, nearly always."""
        if not self.rule.keywords:
            return True
        lowered = text.lower()
        if any(keyword in lowered for keyword in self.rule.keywords):
            return True
        lowered = window.lower()
        return any(keyword in lowered for keyword in self.rule.keywords)


class Patterns:
    """A search (promotion.sections.security.leaks.match.BufferSearch) for values that look like secrets, whoever's they are."""

    def __init__(
        self,
        rules: Sequence[SecretRule],
        allowed: Sequence[AllowList],
        entries: Sequence[PreparedEntry],
        compiled: Callable[[str], CompiledPattern],
        *,
        needles: bool,
        engine: str,
        today: date,
    ) -> None:
        self.engine = engine
        """What searches, for evidence: `hyperscan 0.9.1, re2 1.1`, or `re` for Python alone."""
        self.rules = len(rules)
        """How many rules are applied."""
        self.expired = tuple(one.entry for one in entries if one.entry.until < today)
        """Entries whose day has passed. They silence nothing."""
        self._rules = rules
        self._allowed = allowed
        self._entries = [one for one in entries if one.entry.until >= today]
        self._used: set[int] = set()
        self._compiled = compiled
        self._asked: dict[int, PreparedRule] = {}
        self._places: Places = ByNeedles(rules) if needles else ByKeywords(rules)

    def scan(self, buffer: bytes) -> Iterator[SecretHit]:
        """Give what looks like a secret and is not allowed, once a place, in order."""
        found: dict[tuple[int, int], tuple[bool, int]] = {}
        seen: dict[tuple[int, bytes], tuple[int, int] | None] = {}
        for number, (start, end) in self._places.of(buffer):
            asked = self._asked.get(number) or self._ready(number)
            window = buffer[start:end]
            for begin, text in asked.matches(window):
                key = (number, text)
                if key not in seen:
                    seen[key] = asked.secret(text)
                span = seen[key]
                if span and not self._is_allowed_here(asked, window, begin, text, span):
                    place = (start + begin + span[0], start + begin + span[1])
                    found[place] = min(found.get(place, (True, number)), (asked.rule.generic, number))
        for (start, end), number in _told_apart(found):
            yield SecretHit(
                start, end, kind="pattern", rule=self._rules[number].id, form=self._rules[number].description
            )

    def unused(self) -> list[AllowEntry]:
        """Give the entries in force that silenced nothing in what was scanned so far."""
        return [one.entry for number, one in enumerate(self._entries) if number not in self._used]

    def _ready(self, number: int) -> PreparedRule:
        """Compile a rule's expressions. Few are ever needed; should it be many, memory stays bounded."""
        if len(self._asked) >= READY:
            self._asked.pop(next(iter(self._asked)))
        asked = self._asked[number] = PreparedRule(self._rules[number], self._allowed, self._compiled)
        return asked

    def _is_allowed_here(
        self, asked: PreparedRule, window: bytes, begin: int, text: bytes, span: tuple[int, int]
    ) -> bool:
        """Tell whether a line is allowed, or the team has an entry for it."""
        if not asked.by_line and not self._entries:
            return False
        line_start = window.rfind(b"\n", 0, begin) + 1
        line_end = window.find(b"\n", begin + span[0])
        line = window[line_start : line_end if line_end >= 0 else len(window)]
        near = window[max(line_start, begin - NEAR) : begin + len(text)]
        found = Candidate(asked.rule.id, text, text[span[0] : span[1]], line, near)
        if any(one.allows(found) for one in asked.by_line):
            return True
        holding = {number for number, one in enumerate(self._entries) if one.holds(found)}
        self._used |= holding
        return bool(holding)


def entropy(text: bytes) -> float:
    """Compute Shannon's entropy in bits a byte."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _told_apart(found: dict[tuple[int, int], tuple[bool, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Give one rule a place: a generic rule gives way to any other, and a place inside another to the longer."""
    taken: list[tuple[tuple[int, int], int]] = []
    for (start, end), (_, number) in sorted(
        found.items(), key=lambda one: (one[1][0], one[0][0] - one[0][1], one[1][1])
    ):
        after = bisect_left(taken, ((start, end), number))
        free_before = after == 0 or taken[after - 1][0][1] <= start
        if free_before and (after == len(taken) or end <= taken[after][0][0]):
            taken.insert(after, ((start, end), number))
    yield from taken
