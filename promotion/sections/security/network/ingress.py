"""What several security groups let in together: an interface admits what any of its groups admits."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import pairwise

from promotion.sections.security.network.addresses import PUBLIC, WORLD, Addresses, addresses, union
from promotion.sections.security.network.groups import (
    ALL,
    HIGHEST,
    NAMES,
    TCP,
    Peer,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    through,
)
from promotion.settings.network import DeclaredOpening

Resolve = Callable[[str], PrefixList | None]
"""Gives a prefix list by its id; None if nobody can say what is in it."""


@dataclass(frozen=True)
class Opening:
    """What comes in over one protocol and range of ports, from whatever source."""

    protocol: str
    first: int
    last: int
    addresses: Addresses
    peers: tuple[Peer, ...]
    unresolved: tuple[str, ...]
    """Prefix lists of which nobody can say what is in them."""
    groups: tuple[str, ...]
    """The groups that let it in, as people call them."""

    @property
    def label(self) -> str:
        """What comes through."""
        return through(self.protocol, self.first, self.last)

    def covers(self, protocol: str, port: int) -> bool:
        """Whether a port of a protocol lies in it."""
        return self.protocol == protocol and self.first <= port <= self.last


_Let = tuple[Addresses, tuple[Peer, ...], tuple[str, ...], tuple[str, ...]]
"""Addresses, groups, unresolved prefix lists, and the groups that let them in."""


@dataclass(frozen=True)
class Piece:
    """What one group lets in over one protocol and range of ports."""

    group: str
    protocol: str
    first: int
    last: int
    addresses: Addresses
    peers: tuple[Peer, ...]
    unresolved: tuple[str, ...]


def openings(pieces: Sequence[Piece]) -> list[Opening]:
    """Give what groups let in together, in parts that do not overlap.

    What all protocols let in stands as a part of its own, and in every part of a protocol that is named too.
    """
    every = [piece for piece in pieces if piece.protocol == ALL]
    by_protocol: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.protocol != ALL:
            by_protocol.setdefault(piece.protocol, list(every)).append(piece)
    if every:
        by_protocol.setdefault(TCP, list(every))
    found = [Opening(ALL, 0, HIGHEST, *_together(every))] if every else []
    for protocol, of_it in by_protocol.items():
        found += _swept(protocol, of_it)
    return found


def _swept(protocol: str, pieces: list[Piece]) -> list[Opening]:
    """Cut at every port where a rule begins or ends; neighbours that are alike become one again."""
    edges = sorted({edge for piece in pieces for edge in _edges(piece)})
    found: list[Opening] = []
    known: dict[tuple[int, ...], _Let] = {}
    before: _Let | None = None
    for first, after in pairwise(edges):
        here = tuple(
            place
            for place, piece in enumerate(pieces)
            if piece.protocol == ALL or (piece.first <= first and after - 1 <= piece.last)
        )
        if here and here not in known:
            known[here] = _together([pieces[place] for place in here])
        let = known.get(here)
        if let is not None:
            start = found.pop().first if let == before else first
            found.append(Opening(protocol, start, after - 1, *let))
        before = let
    return found


def _edges(piece: Piece) -> tuple[int, int]:
    return (0, HIGHEST + 1) if piece.protocol == ALL else (piece.first, piece.last + 1)


def _together(pieces: list[Piece]) -> _Let:
    return (
        union([piece.addresses for piece in pieces]),
        tuple(dict.fromkeys(peer for piece in pieces for peer in piece.peers)),
        tuple(dict.fromkeys(one for piece in pieces for one in piece.unresolved)),
        tuple(dict.fromkeys(piece.group for piece in pieces)),
    )


def pieces_of(group: SecurityGroup, resolve: Resolve, declared: Sequence[DeclaredOpening] = ()) -> list[Piece]:
    """Give what a group lets in, less what is declared. A declaration for some of a rule's ports cuts the rule."""
    fitting = [one for one in declared if any(fnmatchcase(name, one.group) for name in (group.id, group.name))]
    parts = list(group.ingress)
    for one in fitting:
        parts = [rest for part in parts for rest in _less(part, one, resolve)]
    alike: dict[tuple[str, int, int], list[SecurityGroupRule]] = {}
    for part in parts:
        alike.setdefault((part.protocol, part.first, part.last), []).append(part)
    found = []
    for (protocol, first, last), rules in alike.items():
        lists = {name: resolve(name) for rule in rules for name in rule.prefix_lists}
        covered = addresses(
            *(cidr for rule in rules for cidr in rule.cidrs),
            *(cidr for known in lists.values() if known for cidr in known.cidrs),
        )
        for one in fitting:
            if _fits(one, rules[0]):
                covered -= source_addresses(one.sources)
        peers = tuple(dict.fromkeys(peer for rule in rules for peer in rule.peers))
        unresolved = tuple(name for name, known in lists.items() if known is None)
        if covered or peers or unresolved:
            found.append(Piece(group.label, protocol, first, last, covered, peers, unresolved))
    return found


def _less(rule: SecurityGroupRule, declared: DeclaredOpening, resolve: Resolve) -> Iterable[SecurityGroupRule]:
    """Cut a rule at the ports of a declaration, and take groups and prefix lists that it names out of what it fits."""
    if NAMES.get(declared.protocol, declared.protocol) != rule.protocol:
        yield rule
        return
    at = rule.first
    for first, last in declared.ranges or [(0, HIGHEST)]:
        begin, end = max(first, at), min(last, rule.last)
        if begin > end:
            continue
        if begin > at:
            yield replace(rule, first=at, last=begin - 1)
        named = set(declared.sources)
        yield replace(
            rule,
            first=begin,
            last=end,
            peers=tuple(peer for peer in rule.peers if peer.group not in named),
            prefix_lists=tuple(one for one in rule.prefix_lists if not named & {one, *_name_of(one, resolve)}),
        )
        at = end + 1
    if at <= rule.last:
        yield replace(rule, first=at)


def _name_of(prefix_list: str, resolve: Resolve) -> tuple[str, ...]:
    known = resolve(prefix_list)
    return (known.name,) if known else ()


def _fits(declared: DeclaredOpening, rule: SecurityGroupRule) -> bool:
    """Whether a part that was cut lies in the ports of a declaration."""
    return NAMES.get(declared.protocol, declared.protocol) == rule.protocol and any(
        first <= rule.first and rule.last <= last for first, last in declared.ranges or [(0, HIGHEST)]
    )


def source_addresses(sources: Iterable[str], lists: Mapping[str, PrefixList] | None = None) -> Addresses:
    """Give what declared sources cover: `world`, CIDR blocks, and prefix lists by id or name if they are given."""
    known = {key: one for each in (lists or {}).values() for key, one in ((each.id, each), (each.name, each))}
    found = []
    for source in sources:
        if source == "world":
            found.append(WORLD)
        elif "/" in source:
            found.append(addresses(source))
        elif source in known:
            found.append(addresses(*known[source].cidrs))
    return union(found) if found else Addresses()


def who(found: Addresses) -> str:
    """Say how much of the internet a set of addresses is."""
    public = found.public
    said = []
    if public.v4:
        said.append("every IPv4 address" if public.v4 == PUBLIC.v4 else f"{public.count4:,} public IPv4 addresses")
    if public.v6:
        whole = public.v6 == PUBLIC.v6
        said.append("every IPv6 address" if whole else f"{public.networks6:,} public IPv6 networks (/64)")
    return " and ".join(said) or "no address on the internet"
