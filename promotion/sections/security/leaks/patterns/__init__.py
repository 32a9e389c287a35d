"""Searching logs for what looks like a secret: rules in gitleaks' TOML format, met also in escaped texts.

    patterns = load(today=date.today())
    for hit in patterns.scan(buffer): ...

Which kinds there are, how to add rules and how to silence a false finding: docs/patterns.md.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from promotion.sections.security.leaks.patterns import engine
from promotion.sections.security.leaks.patterns.allow import AllowEntry, Finder, check_entry
from promotion.sections.security.leaks.patterns.errors import InvalidRules
from promotion.sections.security.leaks.patterns.rules import OWN, RuleFile, read_file
from promotion.sections.security.leaks.patterns.search import Patterns, PreparedEntry
from promotion.sections.security.leaks.patterns.syntax import Unsupported

__all__ = ["AllowEntry", "InvalidRules", "Patterns", "load"]


def load(
    extra_paths: Sequence[Path] = (), allow: Sequence[AllowEntry] = (), *, today: date, fast: bool | None = None
) -> Patterns:
    """Read the rules and make them ready.

    `extra_paths` are further files in gitleaks' format. `allow` are the team's entries; those whose `until` lies before
    `today` silence nothing and are listed in `Patterns.expired`. `fast` asks for Hyperscan and RE2 (True), for Python
    alone (False), or for what is installed (None).

    Raises Refused for files and entries that cannot be used, and ImportError if `fast` asks for what is not there.
    """
    needles, matching = (fast, fast) if fast is not None else (engine.have("hyperscan"), engine.have("re2"))
    compiled = engine.matchers(fast=matching)

    def finder(texts: Sequence[str]) -> Finder:
        return engine.finder(compiled, texts)

    files = [*_own(matching), *(read_file(Path(path), finder) for path in extra_paths)]
    rules = [rule for file in files for rule in file.rules]
    names = frozenset(rule.id for rule in rules)
    entries = []
    for entry in allow:
        try:
            entries.append(PreparedEntry(entry, check_entry(entry, names, finder)))
        except Unsupported as error:
            raise InvalidRules(f"The {entry} has a regex that cannot be used: {error}.") from None
    return Patterns(
        rules,
        [one for file in files for one in file.allowed],
        entries,
        compiled,
        needles=needles,
        engine=f"{_named('hyperscan') if needles else 'keywords'}, {_named('google-re2') if matching else 're'}",
        today=today,
    )


@cache
def _own(matching: bool) -> tuple[RuleFile, ...]:
    """Read the rules that come along, once for each engine."""
    compiled = engine.matchers(fast=matching)
    return tuple(read_file(path, lambda texts: engine.finder(compiled, texts)) for path in sorted(OWN.glob("*.toml")))


def _named(distribution: str) -> str:
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        return distribution
