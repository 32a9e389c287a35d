"""Rule files: TOML in gitleaks' format, read into rules.

Source: https://github.com/gitleaks/gitleaks#configuration
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promotion.sections.security.leaks.patterns.allow import AllowList, Compile, read_allow_list
from promotion.sections.security.leaks.patterns.errors import InvalidRules
from promotion.sections.security.leaks.patterns.escaping import armoured
from promotion.sections.security.leaks.patterns.prefilter import can_be_empty
from promotion.sections.security.leaks.patterns.rule_files import read
from promotion.sections.security.leaks.patterns.syntax import (
    Choice,
    Edge,
    Group,
    Node,
    OneOf,
    Repeat,
    Sequence,
    Unsupported,
)

OWN = Path(__file__).parent / "rules"
RULE_KEYS = {
    "id", "description", "regex", "secretGroup", "entropy", "keywords", "tags", "path", "allowlist", "allowlists",
}  # fmt: skip
FILE_KEYS = {"title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists"}


@dataclass(frozen=True, slots=True)
class SecretRule:
    """One kind of secret."""

    id: str
    description: str
    tree: Node
    """Its expression, which also meets escaped forms."""
    groups: int
    """How many groups its expression has."""
    secret_group: int
    """The group that is the secret; 0 for the first that is not empty, or the whole match if there is no group."""
    entropy: float
    """The secret's Shannon entropy must be above this, in bits a byte; 0 for any."""
    keywords: tuple[bytes, ...]
    """Lower case; one of them must be in the same line. Empty for rules without."""
    generic: bool
    """Gives way to any other rule that finds the same place."""
    allowed: tuple[AllowList, ...]
    over_lines: bool
    """A match may go over several lines."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What a file says."""

    path: Path
    rules: tuple[SecretRule, ...]
    allowed: tuple[AllowList, ...]


def read_file(path: Path, compiled: Compile) -> RuleFile:
    """Read a rule file. Raises Refused with a sentence that names the file and the rule."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRules(f"The rule file {path} cannot be read: {error}.") from None
    if unknown := sorted(set(data) - FILE_KEYS):
        raise InvalidRules(f"The rule file {path} has {', '.join(unknown)}: that is not a key of gitleaks' format.")
    extended = {key: value for key, value in data.get("extend", {}).items() if value and key != "useDefault"}
    if extended:
        raise InvalidRules(
            f"The rule file {path} extends by {', '.join(sorted(extended))}: name every file in the settings instead, "
            "and silence a rule by an allow-list entry with a reason."
        )
    tables = data.get("rules", [])
    twice = [name for name, count in Counter(table.get("id") for table in tables).items() if count > 1]
    if twice:
        raise InvalidRules(f"The rule file {path} has the rule {twice[0]} twice.")
    rules = [_rule(table, path, number, compiled) for number, table in enumerate(tables, 1) if "path" not in table]
    return RuleFile(path, tuple(rules), _allow_lists(data, f"The rule file {path}", compiled))


def _rule(table: Mapping[str, Any], path: Path, number: int, compiled: Compile) -> SecretRule:
    where = f"The rule {table.get('id') or number} of {path}"
    if not table.get("id") or not table.get("regex"):
        raise InvalidRules(f"{where} has no {'id' if not table.get('id') else 'regex'}.")
    if unknown := sorted(set(table) - RULE_KEYS):
        raise InvalidRules(f"{where} has {', '.join(unknown)}: that is not supported here.")
    try:
        plain = read(table["regex"])
    except Unsupported as error:
        raise InvalidRules(f"{where} has an expression that cannot be used: {error}.") from None
    if can_be_empty(plain):
        raise InvalidRules(f"{where} has an expression that matches the empty text, so it finds everything.")
    group, count = table.get("secretGroup", 0), groups(plain)
    if not 0 <= group <= count:
        raise InvalidRules(f"{where} names the group {group} as its secret, but its expression has {count}.")
    return SecretRule(
        id=table["id"],
        description=table.get("description", ""),
        tree=armoured(plain),
        groups=count,
        secret_group=group,
        entropy=float(table.get("entropy", 0)),
        keywords=tuple(_certain(word) for word in table.get("keywords", ())),
        generic="generic" in table.get("tags", ()),
        allowed=_allow_lists(table, where, compiled),
        over_lines=_meets_newline(plain),
    )


def _allow_lists(table: Mapping[str, Any], where: str, compiled: Compile) -> tuple[AllowList, ...]:
    lists = [*([table["allowlist"]] if "allowlist" in table else []), *table.get("allowlists", ())]
    try:
        return tuple(read_allow_list(one, where, compiled) for one in lists)
    except Unsupported as error:
        raise InvalidRules(f"{where} has an allow-list with an expression that cannot be used: {error}.") from None


def _certain(keyword: str) -> bytes:
    """Give the longest stretch of a keyword that no writer escapes."""
    stretches: list[str] = re.findall(r"[a-z0-9._-]+", keyword.lower())
    return max(stretches, key=len, default="").encode()


def groups(node: Node) -> int:
    """Count the capturing groups."""
    match node:
        case Group(inner):
            return 1 + groups(inner)
        case Sequence(parts) | Choice(parts):
            return sum(map(groups, parts))
        case Repeat(inner):
            return groups(inner)
        case _:
            return 0


def _meets_newline(node: Node) -> bool:
    """Tell whether a match can hold a line break other than the character before or after the secret."""
    if isinstance(node, Sequence):
        inner = node.parts[1 if _guards(node.parts[0]) else 0 : -1]
        return any(map(_holds_newline, inner)) or _meets_newline(node.parts[-1])
    if isinstance(node, Choice):
        return any(map(_meets_newline, node.options))
    if isinstance(node, Group):
        return _meets_newline(node.inner)
    if isinstance(node, Repeat):
        return _holds_newline(node) if node.high != 1 else _meets_newline(node.inner)
    return False


def _guards(node: Node) -> bool:
    """Tell whether this is the edge of something or one character."""
    return isinstance(node, OneOf | Edge) or (isinstance(node, Choice) and all(map(_guards, node.options)))


def _holds_newline(node: Node) -> bool:
    match node:
        case OneOf():
            return "\n" in node
        case Edge():
            return False
        case Sequence(parts) | Choice(parts):
            return any(map(_holds_newline, parts))
        case Group(inner) | Repeat(inner):
            return _holds_newline(inner)
