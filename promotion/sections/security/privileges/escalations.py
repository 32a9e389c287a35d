"""Ways from what a role may do to more than that: sets of actions as published, and whether a role has them."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from promotion.core.partitions import dns_suffix
from promotion.sections.security.privileges.effective import PASS_ROLE, Effective
from promotion.sections.security.privileges.neighbours import Neighbour
from promotion.sections.security.privileges.rule import ExpandedStatement

ASSUME = "sts:AssumeRole"


@dataclass(frozen=True)
class Path:
    """One way. `needs` are all needed; see escalations.toml for the rest."""

    name: str
    needs: tuple[str, ...]
    reach: str
    does: str
    source: str
    passes_to: str | None = None
    on: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """A path that a role has."""

    path: Path
    rules: tuple[ExpandedStatement, ...]
    """The statements that give it, that of the path's first action first."""
    neighbour: Neighbour | None = None
    """The role that it gets, where it is not any."""


@cache
def paths() -> tuple[Path, ...]:
    """Read escalations.toml."""
    text = files(__package__).joinpath("escalations.toml").read_text(encoding="utf-8")
    return tuple(_path(entry) for entry in tomllib.loads(text)["paths"])


def _path(entry: Mapping[str, Any]) -> Path:
    several = {key: tuple(entry.get(key, ())) for key in ("needs", "on", "through")}
    return Path(**{**entry, **several})


def open_to(role: Effective, neighbours: Sequence[Neighbour] = ()) -> Iterator[Way]:
    """Give the ways that a role has: to what nobody has chosen, or to a role that may more than it should."""
    for path in paths():
        rules = _rules(role, path, None)
        if rules:
            yield Way(path, rules)
        elif PASS_ROLE in path.needs or ASSUME in path.needs:
            for neighbour in neighbours:
                rules = _rules(role, path, neighbour)
                if rules:
                    yield Way(path, rules, neighbour)
                    break


def _rules(role: Effective, path: Path, neighbour: Neighbour | None) -> tuple[ExpandedStatement, ...]:
    found: dict[int, ExpandedStatement] = {}
    for action in path.needs:
        place = role.catalogue.place(action)
        if place is None or not role.allowed >> place & 1:
            return ()
        rules = _Giving(role, path, place, action, neighbour).rules()
        if not rules:
            return ()
        found |= {id(rule): rule for rule in rules}
    return tuple(found.values())


@dataclass(frozen=True)
class _Giving:
    """What gives one of the actions of a path."""

    role: Effective
    path: Path
    place: int
    action: str
    neighbour: Neighbour | None
    services: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Name the service by which the role is passed, as partitions write it."""
        name = self.path.passes_to or ""
        ends = dict.fromkeys(("amazonaws.com", dns_suffix(self.role.partition)))
        written = tuple(f"{name.removesuffix('amazonaws.com')}{end}" for end in ends) if name else ("",)
        object.__setattr__(self, "services", written)

    def rules(self) -> tuple[ExpandedStatement, ...]:
        """The statements."""
        role, place = self.role, self.place
        if self.action == PASS_ROLE:
            return self._each(self._passing)
        if self.neighbour is not None and self.action == ASSUME:
            return role.letting(place, self.neighbour.arn) if self.neighbour.lets_in_role else ()
        if self.path.on:
            documents = any(role.letting(place, self._document(name)) for name in self.path.through)
            return role.wide(place, on=self.path.on) if documents else ()
        return role.wide(place) if self.path.reach == "wide" else role.given(place)

    def _each(self, rules: Callable[[str], tuple[ExpandedStatement, ...]]) -> tuple[ExpandedStatement, ...]:
        found = {id(rule): rule for service in self.services for rule in rules(service)}
        return tuple(found.values())

    def _passing(self, service: str) -> tuple[ExpandedStatement, ...]:
        if self.neighbour is None:
            return self.role.wide(self.place, service)
        if service and service not in self.neighbour.services:
            return ()
        return self.role.letting(self.place, self.neighbour.arn, service)

    def _document(self, name: str) -> str:
        owner = "" if name.startswith("AWS-") else self.role.account
        return f"arn:{self.role.partition}:ssm:{self.role.region}:{owner}:document/{name}"
