"""Ways from what a role may do to more than that: sets of actions as published, and whether a role has them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from promotion.sections.security.privileges.conditions import values_of
from promotion.sections.security.privileges.effective import Effective
from promotion.sections.security.privileges.globs import matches
from promotion.sections.security.privileges.rule import ExpandedStatement

PASS_ROLE = "iam:PassRole"  # noqa: S105 - the name of an action


@dataclass(frozen=True)
class Path:
    """One way. `needs` are all needed; see escalations.toml for the rest."""

    name: str
    needs: tuple[str, ...]
    reach: str
    does: str
    source: str
    passes_to: str | None = None


@cache
def paths() -> tuple[Path, ...]:
    """Read escalations.toml."""
    text = files(__package__).joinpath("escalations.toml").read_text(encoding="utf-8")
    return tuple(Path(**{**entry, "needs": tuple(entry["needs"])}) for entry in tomllib.loads(text)["paths"])


def open_to(role: Effective) -> list[tuple[Path, tuple[ExpandedStatement, ...]]]:
    """Give the ways that a role has, and by which statements, each way's first action first."""
    found = []
    for path in paths():
        rules = _rules(role, path)
        if rules:
            found.append((path, rules))
    return found


def _rules(role: Effective, path: Path) -> tuple[ExpandedStatement, ...]:
    found: dict[int, ExpandedStatement] = {}
    for action in path.needs:
        place = role.catalogue.place(action)
        if place is None or not role.allowed >> place & 1:
            return ()
        if action == PASS_ROLE:
            rules = tuple(rule for rule in role.wide(place) if _passes_to(rule, path.passes_to))
        elif path.reach == "wide":
            rules = role.wide(place)
        else:
            rules = role.given(place)
        if not rules:
            return ()
        found |= {id(rule): rule for rule in rules}
    return tuple(found.values())


def _passes_to(rule: ExpandedStatement, service: str | None) -> bool:
    services = values_of(rule.statement.conditions, "iam:PassedToService")
    return not services or service is None or matches(services, service)
