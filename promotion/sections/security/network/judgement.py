"""Whether the security groups of a load balancer, its instances, a function, and of all else are shut.

Sources: the rules that AWS recommends for a load balancer and its targets,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html, and
controls EC2.2, EC2.18 and EC2.19 of https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from promotion.core.findings import Findings
from promotion.sections.security.network.account_groups import Ground
from promotion.sections.security.network.addresses import WORLD, Addresses
from promotion.sections.security.network.groups import ALL, TCP, Interface
from promotion.sections.security.network.ingress import Opening, source_addresses, who
from promotion.sections.security.network.reachability import stepping_stones

DEFAULT = "default"
"""The group that every VPC has; whoever forgets to name another is in it."""


def judge_load_balancer(ground: Ground, groups: Sequence[str], listening: Iterable[int]) -> Findings:
    """Judge what comes in to a load balancer.

    `groups` are ids; `listening` the ports of its listeners: at those that are declared as well, those may come in to
    whom it is declared to be open, anywhere else nobody may of the internet.
    """
    findings = Findings()
    ports = sorted(set(listening) & set(ground.declared.listener_ports))
    may = source_addresses(ground.declared.open_to, ground.prefix_lists)
    opened = ground.openings(groups)
    for opening in opened:
        ground.strangers(opening.peers, opening, findings)
    for opening in ground.telling(opened):
        inside = [port for port in ports if opening.covers(TCP, port)]
        for part in _outside(opening, inside):
            _shut(ground, part, "where no listener is declared", findings)
        if inside and may.public != WORLD.public:
            at = replace(opening, first=inside[0], last=inside[-1], addresses=opening.addresses - may)
            _shut(ground, at, f"expected only {', '.join(ground.declared.open_to)}", findings)
    _egress(ground, groups, findings)
    return findings


def judge_instances(
    ground: Ground,
    standing: Sequence[Interface],
    ports: Iterable[int],
    balancer: Sequence[str],
    balancer_interface: str,
) -> Findings:
    """Judge what comes in to instances behind a load balancer.

    `ports` are the application's: nobody but the load balancer may come in there. `balancer` are the ids of its groups,
    `balancer_interface` is how its interfaces are described.
    """
    findings = Findings()
    app = sorted({*ports, *ground.declared.app_ports})
    for groups in dict.fromkeys(interface.groups for interface in standing):
        opened = ground.openings(groups)
        for opening in ground.telling(opened):
            _shut(ground, opening, "where no access from the internet is allowed", findings)
        for opening in opened:
            ground.strangers(opening.peers, opening, findings)
            for port in app:
                if opening.covers(TCP, port):
                    _balancer_alone(ground, opening, port, balancer, findings)
        findings.problems += stepping_stones(ground, opened, balancer)
        _egress(ground, groups, findings)
    for group in balancer:
        others = [one for one in ground.standing.get(group, ()) if one.description != balancer_interface]
        if others and any(
            peer.group == group for one in standing for way in ground.openings(one.groups) for peer in way.peers
        ):
            findings.problems.append(
                f"{', '.join(one.label for one in others)} are in {ground.label_of(group)} like the load balancer, "
                "so every rule for the load balancer admits them too: give the load balancer a group of its own"
            )
    return findings


def judge_function(ground: Ground, groups: Iterable[tuple[str, ...]]) -> Findings:
    """Judge what comes in to a function's interfaces, of which each has one of these sets of groups: nothing may."""
    findings = Findings()
    for one in dict.fromkeys(groups):
        for opening in ground.openings(one):
            ground.strangers(opening.peers, opening, findings)
            ground.doubt(opening, findings)
            if opening.addresses or opening.peers:
                findings.problems.append(
                    f"{', '.join(opening.groups)} let in {_sources(ground, opening)} at {opening.label}, expected "
                    "nothing: a function is invoked through the Lambda API and accepts no connections"
                )
        _egress(ground, one, findings)
    return findings


def judge_others(ground: Ground, vpcs: Iterable[str], judged: Iterable[str], standing: Iterable[str]) -> Findings:
    """Judge every other group of the VPCs, used or not, and everybody else who stands there.

    `judged` are ids of the groups, `standing` of the interfaces that are judged for themselves.
    """
    findings = Findings()
    wide: set[str] = set()
    here = [group for group in ground.groups.values() if group.vpc in set(vpcs)]
    for group in here:
        if group.name == DEFAULT:
            _empty(ground, group.id, findings)
        elif group.id not in set(judged):
            used = "" if ground.standing.get(group.id) else " (nothing is in it yet)"
            opened = ground.openings([group.id])
            for opening in opened:
                ground.strangers(opening.peers, opening, findings)
            for opening in ground.telling(opened):
                if _shut(ground, opening, f"where no access from the internet is allowed{used}", findings):
                    wide.add(group.id)
    known = {group.id for group in here}
    others = [one for one in ground.interfaces if one.id not in set(standing) and set(one.groups) & known]
    for groups in dict.fromkeys(one.groups for one in others if len(one.groups) > 1):
        for opening in ground.telling(ground.openings(set(groups) - wide)):
            _shut(ground, opening, "together, where no access from the internet is allowed", findings)
    findings.say_once()
    return findings


def _shut(ground: Ground, opening: Opening, but: str, findings: Findings) -> bool:
    """Find an opening to the internet. Gives whether it is one."""
    if ground.is_world_open(opening):
        findings.problems.append(
            f"{', '.join(opening.groups)} let in {who(opening.addresses)} at {opening.label}, {but}: close it, or declare "
            "it in `network.exceptions`"
        )
        return True
    ground.doubt(opening, findings)
    return False


def _outside(opening: Opening, inside: Sequence[int]) -> Iterable[Opening]:
    """Give what is left of an opening without some of its ports."""
    at = opening.first
    for port in inside:
        if port > at:
            yield replace(opening, first=at, last=port - 1)
        at = port + 1
    if at <= opening.last:
        yield replace(opening, first=at)


def _balancer_alone(ground: Ground, opening: Opening, port: int, balancer: Sequence[str], findings: Findings) -> None:
    ground.doubt(opening, findings)
    rest = replace(opening, peers=tuple(peer for peer in opening.peers if peer.group not in balancer))
    if rest.addresses or rest.peers:
        findings.problems.append(
            f"{', '.join(opening.groups)} let in {_sources(ground, rest)} at tcp {port}, the application's port, "
            "expected only the load balancer "
            f"({', '.join(ground.label_of(one) for one in balancer) or 'it has no group'})"
        )


def _sources(ground: Ground, opening: Opening) -> str:
    """Name who may come in, not only of the internet."""
    addresses: Addresses = opening.addresses
    private = addresses - addresses.public
    said = [who(addresses)] if addresses.public else []
    if private.v4:
        said.append(f"{private.count4:,} private IPv4 addresses")
    if private.v6:
        said.append(f"{private.networks6:,} private IPv6 networks (/64)")
    return " and ".join([*said, *(ground.label_of(peer.group) for peer in opening.peers)])


def _empty(ground: Ground, key: str, findings: Findings) -> None:
    group = ground.group(key)
    rules = {"in": group.ingress, "out": group.egress}
    if any(rules.values()):
        has = " and ".join(f"{len(found)} {way}" for way, found in rules.items() if found)
        findings.problems.append(
            f"{group.label} of {group.vpc} is the default group and has rules ({has}), expected none, because "
            "every resource without a group of its own is in it: remove the rules"
        )
    if standing := ground.standing.get(key):
        findings.problems.append(
            f"{', '.join(one.label for one in standing)} are in {group.label}, the default group: give them a "
            "group of their own"
        )


def _egress(ground: Ground, groups: Iterable[str], findings: Findings) -> None:
    """Note who may go anywhere: it is what EC2 makes of a group, and worth a word, not a verdict."""
    for key in groups:
        group = ground.group(key)
        if any(rule.protocol == ALL and {"0.0.0.0/0", "::/0"} & set(rule.cidrs) for rule in group.egress):
            findings.said.append(f"{group.name} allows all egress")
    findings.say_once()
