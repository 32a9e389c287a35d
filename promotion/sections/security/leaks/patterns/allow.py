"""What is not a finding: allow-lists of rule files as gitleaks reads them, and the team's own entries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

from promotion.sections.security.leaks.patterns.errors import InvalidRules

Finder = Callable[[bytes], bool]
"""Tells whether any of some expressions is met anywhere in a text."""
Compile = Callable[[Sequence[str]], Finder]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule found, before anybody asked whether it is allowed. It holds text: it must not leave the search."""

    rule: str
    match: bytes = field(repr=False)
    secret: bytes = field(default=b"", repr=False)
    """The part of the match that is the secret."""
    line: bytes = field(default=b"", repr=False)
    """The line it is in; empty where nobody needs it."""
    near: bytes = field(default=b"", repr=False)
    """The match, and what stands right before it in its line."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """One `allowlist` table of a rule file, in the meaning of gitleaks v8.

    `regexes` look at the secret, or at what `target` says; `stopwords` are looked for in the secret, whatever their case.
    With `every` (condition AND) all that is said must hold. Paths and commits never hold for a log.
    Source: https://github.com/gitleaks/gitleaks#configuration
    """

    regexes: Finder | None = None
    stopwords: tuple[bytes, ...] = ()
    target: Literal["secret", "match", "line"] = "secret"
    every: bool = False
    never: bool = False
    rules: frozenset[str] = frozenset()
    """The rules it is for; empty for all."""

    def is_for(self, rule: str) -> bool:
        """Tell whether it is for a rule."""
        return not self.rules or rule in self.rules

    def allows(self, found: Candidate) -> bool:
        """Tell whether this is not a finding."""
        if self.never or not self.is_for(found.rule):
            return False
        text = getattr(found, self.target)
        said = []
        if self.regexes:
            said.append(self.regexes(text))
        if self.stopwords:
            lowered = found.secret.lower()
            said.append(any(word in lowered for word in self.stopwords))
        return bool(said) and (all(said) if self.every else any(said))


Target: TypeAlias = Literal["secret", "match", "line"]
TARGETS: dict[str, Target] = {"secret": "secret", "match": "match", "line": "line"}
KNOWN_KEYS = {"description", "regexes", "stopwords", "regexTarget", "condition", "paths", "commits", "targetRules"}


def read_allow_list(table: Mapping[str, Any], where: str, compiled: Compile) -> AllowList:
    """Read an allow-list of a rule file. Raises Refused, naming `where`, for what it does not know."""
    if unknown := sorted(set(table) - KNOWN_KEYS):
        raise InvalidRules(
            f"{where} has an allow-list with {', '.join(unknown)}: that is not a key of gitleaks' format."
        )
    said = table.get("regexTarget") or "secret"
    target = TARGETS.get(said)
    if target is None:
        raise InvalidRules(f"{where} has an allow-list with regexTarget {said!r}: expected secret, match or line.")
    condition = str(table.get("condition", "OR")).upper()
    if condition not in ("OR", "||", "AND", "&&"):
        raise InvalidRules(f"{where} has an allow-list with condition {condition!r}: expected OR or AND.")
    every = condition in ("AND", "&&")
    return AllowList(
        regexes=compiled(table["regexes"]) if table.get("regexes") else None,
        stopwords=tuple(word.lower().encode() for word in table.get("stopwords", ())),
        target=target,
        every=every,
        never=every and bool(table.get("paths") or table.get("commits")),
        rules=frozenset(table.get("targetRules", ())),
    )


@dataclass(frozen=True, slots=True)
class AllowEntry:
    """A false finding that the team has looked at: which, why, who says so, and until when.

    At least one of `rule`, `regex` and `stopword` says which findings are meant; all that are given must hold. `regex` is
    looked for in what the rule matched and right before it (so it may name the key of a value), `stopword` in the value,
    whatever its case.
    """

    reason: str
    owner: str
    until: date
    """The last day on which it holds."""
    rule: str | None = None
    regex: str | None = None
    stopword: str | None = None

    def __str__(self) -> str:
        said = {"rule": self.rule, "regex": self.regex, "stopword": self.stopword}
        return "allow-list entry " + ", ".join(f"{name} {text!r}" for name, text in said.items() if text is not None)


def check_entry(entry: AllowEntry, known: frozenset[str], compiled: Compile) -> Callable[[Candidate], bool]:
    """Make an entry ready to be asked. Raises Refused if it says nothing, too much, or means no rule there is."""
    if entry.rule is None and entry.regex is None and entry.stopword is None:
        raise InvalidRules("An allow-list entry has neither rule nor regex nor stopword: say which findings it allows.")
    for name, text in (("reason", entry.reason), ("owner", entry.owner)):
        if not text.strip():
            raise InvalidRules(f"The {entry} has no {name}: say {'why' if name == 'reason' else 'who'}.")
    if entry.rule is not None and entry.rule not in known:
        raise InvalidRules(f"The {entry} names an unknown rule: use a name from docs/patterns.md or from your file.")
    if entry.stopword is not None and not entry.stopword.strip():
        raise InvalidRules(f"The {entry} has an empty stopword, which every value contains.")
    finder = compiled([entry.regex]) if entry.regex is not None else None
    if finder is not None and finder(b""):
        raise InvalidRules(
            f"The {entry} has a regex that matches the empty text, and so every finding: make it narrower."
        )
    word = entry.stopword.lower().encode() if entry.stopword is not None else b""

    def holds(found: Candidate) -> bool:
        return (
            (entry.rule is None or entry.rule == found.rule)
            and (finder is None or finder(found.near))
            and word in found.secret.lower()
        )

    return holds
