"""The ground that is guarded: every security group of an account, who is in it, and what is declared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from promotion.core.findings import Findings
from promotion.sections.security.network.groups import ALL, ICMP, ICMPV6, Interface, Peer, PrefixList, SecurityGroup
from promotion.sections.security.network.ingress import Opening, Piece, openings, pieces_of
from promotion.settings.network import Network
from promotion.unknown import Reason, Unknown

_TOO_BIG = {(ICMP, 3), (ICMPV6, 2)}
"""What tells a sender that its packets are too big (RFC 1191, RFC 8201); AWS advises to let it in."""


@dataclass(frozen=True)
class Ground:
    """What was seen of an account, and what promotion.toml says of it."""

    account: str
    groups: Mapping[str, SecurityGroup]
    """By id."""
    interfaces: tuple[Interface, ...]
    prefix_lists: Mapping[str, PrefixList]
    """By id; of one that is not among them, nobody can say what is in it."""
    declared: Network
    blind: Unknown | None = None
    """Why no prefix list could be looked at."""
    _pieces: dict[str, list[Piece]] = field(default_factory=dict, repr=False, compare=False)
    _opened: dict[tuple[str, ...], list[Opening]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def standing(self) -> Mapping[str, list[Interface]]:
        """Who is in each group, by its id."""
        found: dict[str, list[Interface]] = defaultdict(list)
        for interface in self.interfaces:
            for group in interface.groups:
                found[group].append(interface)
        return found

    def openings(self, groups: Iterable[str]) -> list[Opening]:
        """Give what these groups let in together, less what is declared. Raises Unknown, no-data, for a group unseen."""
        wanted = tuple(sorted(set(groups)))
        if wanted not in self._opened:
            self._opened[wanted] = openings([piece for one in wanted for piece in self._pieces_of(one)])
        return self._opened[wanted]

    def _pieces_of(self, key: str) -> list[Piece]:
        if key not in self._pieces:
            self._pieces[key] = pieces_of(self.group(key), self.prefix_lists.get, self.declared.exceptions)
        return self._pieces[key]

    def group(self, key: str) -> SecurityGroup:
        """Give a group by its id. Raises Unknown, no-data, if EC2 did not tell of it."""
        if key not in self.groups:
            raise Unknown(
                Reason.NO_DATA,
                f"the security group {key} is in use here, but EC2 does not list it in account {self.account}: "
                "another account shares it, so check it there",
            )
        return self.groups[key]

    def is_world_open(self, opening: Opening) -> bool:
        """Whether more of the internet comes in than is told apart from the whole."""
        harmless = opening.first == opening.last and (opening.protocol, opening.first) in _TOO_BIG
        return not harmless and opening.addresses.public.more_than(self.declared.public_limit)

    def telling(self, opened: Sequence[Opening]) -> Sequence[Opening]:
        """Leave out what adds nothing: protocols of their own, where all traffic is open to the internet."""
        every = [opening for opening in opened if opening.protocol == ALL and self.is_world_open(opening)]
        return every or opened

    def label_of(self, key: str) -> str:
        """What people call a group."""
        return self.groups[key].label if key in self.groups else key

    def doubt(self, opening: Opening, findings: Findings) -> None:
        """Say of prefix lists in an opening that nobody can say what is in them."""
        for one in opening.unresolved:
            if self.blind is not None:
                findings.doubt(self.blind.reason, self.blind.message)
            else:
                findings.doubt(
                    Reason.NO_DATA,
                    f"{', '.join(opening.groups)} let in the prefix list {one} at {opening.label}, but EC2 does "
                    "not list its entries: check whether it is still shared with this account",
                )

    def strangers(self, peers: Iterable[Peer], opening: Opening, findings: Findings) -> None:
        """Find groups of other accounts that are not declared; say which references lead nowhere."""
        accounts = {one.id for one in self.declared.accounts}
        for peer in peers:
            where = f"{', '.join(opening.groups)} at {opening.label}"
            if not peer.account or peer.peering == "deleted" or self._is_gone(peer):
                findings.said.append(f"{where} names {peer.group}, which does not exist")
            elif peer.account not in {self.account, *accounts}:
                findings.problems.append(
                    f"{where} is open to {peer.group} of account {peer.account}, which is not declared: close it, or "
                    "declare the account in `network.accounts`"
                )

    def _is_gone(self, peer: Peer) -> bool:
        return peer.account == self.account and peer.group not in self.groups
