"""What groups let in together agrees with asking each rule about each address, protocol and port."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.security.network.addresses import addresses
from promotion.sections.security.network.groups import ALL, TCP, Peer, PrefixList, SecurityGroup, SecurityGroupRule
from promotion.sections.security.network.ingress import openings, pieces_of
from promotion.settings.network import DeclaredOpening

SPACE = ipaddress.ip_network("203.0.113.0/29")
PROTOCOLS = (TCP, "17", "47")
PORTS = range(6)
LISTS = {"pl-1": PrefixList("pl-1", "offices", ("203.0.113.0/31", "203.0.113.6/32"))}

cidrs = st.builds(lambda address, bits: f"{address}/{bits}", st.sampled_from(list(SPACE)), st.integers(29, 32))


@st.composite
def rules(draw):
    """A rule of a small world: three protocols or all, six ports, eight addresses."""
    protocol = draw(st.sampled_from([ALL, *PROTOCOLS]))
    first, last = sorted((draw(st.sampled_from(PORTS)), draw(st.sampled_from(PORTS))))
    if protocol not in (TCP, "17"):
        first = last = 0
    return SecurityGroupRule(
        protocol,
        first,
        last,
        tuple(draw(st.lists(cidrs, max_size=3))),
        tuple(draw(st.lists(st.sampled_from(["pl-1", "pl-gone"]), max_size=1))),
        tuple(draw(st.lists(st.sampled_from([Peer("sg-a", "1"), Peer("sg-b", "1")]), max_size=2, unique=True))),
    )


groups = st.lists(
    st.builds(
        lambda name, ingress: SecurityGroup(f"sg-{name}", name, "vpc", tuple(ingress), ()),
        st.sampled_from(["web", "app", "old"]),
        st.lists(rules(), max_size=4),
    ),
    max_size=3,
    unique_by=lambda group: group.id,
)


@st.composite
def declarations(draw):
    """A declared exception in the same small world."""
    protocol = draw(st.sampled_from(["tcp", "udp", "47", "all"]))
    ports = draw(st.lists(st.sampled_from([0, 1, "2-4", "3-5"]), max_size=2, unique=True))
    return DeclaredOpening(
        group=draw(st.sampled_from(["web", "sg-app", "*", "ol?"])),
        protocol=protocol,
        ports=ports if protocol in ("tcp", "udp") else [],
        sources=draw(st.lists(st.one_of(cidrs, st.sampled_from(["world", "sg-a", "offices"])), min_size=1, max_size=2)),
        reason="said so",
    )


def admits(rule, protocol, port):
    """Whether a rule speaks of a protocol and port."""
    return rule.protocol == ALL or (rule.protocol == protocol and (protocol == "47" or rule.first <= port <= rule.last))


def excuses(declared, group, rule, protocol, port):
    """Whether a declaration speaks of it too."""
    names = {"tcp": TCP, "udp": "17", "all": ALL}
    same_group = declared.group in ("*", group.id, group.name) or (declared.group == "ol?" and group.name == "old")
    same_protocol = names.get(declared.protocol, declared.protocol) == rule.protocol
    in_range = rule.protocol == ALL or protocol == "47" or not declared.ranges
    return same_group and same_protocol and (in_range or any(first <= port <= last for first, last in declared.ranges))


def asked(found_in, declared, protocol, port, address):
    """Ask each rule whether an address comes in, by another library."""
    for group in found_in:
        for rule in group.ingress:
            if not admits(rule, protocol, port):
                continue
            excused = [one for one in declared if excuses(one, group, rule, protocol, port)]
            named = {source for one in excused for source in one.sources}
            if "world" in named or any("/" in one and _in(address, one) for one in named):
                continue
            lists = (
                []
                if "offices" in named
                else [cidr for key in rule.prefix_lists if key in LISTS for cidr in LISTS[key].cidrs]
            )
            if any(_in(address, cidr) for cidr in [*rule.cidrs, *lists]):
                return True
    return False


def _in(address, cidr):
    return address in ipaddress.ip_network(cidr, strict=False)


def told(found, protocol, port):
    """The opening that tells of a protocol and port: its own, or that of all protocols."""
    own = [one for one in found if one.covers(protocol, port)]
    assert len(own) <= 1, "openings overlap"
    return own or [one for one in found if one.protocol == ALL]


@given(groups, st.lists(declarations(), max_size=2))
def test_openings_agree_with_asking_each_rule(found_in, declared):
    """Every address, protocol and port of a small world gets the same answer, with exceptions and without."""
    found = openings([piece for group in found_in for piece in pieces_of(group, LISTS.get, declared)])
    for protocol in PROTOCOLS:
        for port in PORTS if protocol != "47" else [0]:
            here = told(found, protocol, port)
            for address in SPACE:
                expected = asked(found_in, declared, protocol, port, address)
                assert any(addresses(str(address)) & one.addresses for one in here) == expected, (
                    protocol,
                    port,
                    address,
                )


@given(groups)
def test_groups_and_unresolved_lists_are_kept(found_in):
    """Whoever a rule names, and whatever nobody can resolve, stands in the opening."""
    found = openings([piece for group in found_in for piece in pieces_of(group, LISTS.get)])
    for protocol in PROTOCOLS:
        for port in PORTS if protocol != "47" else [0]:
            here = told(found, protocol, port)
            speaking = [rule for group in found_in for rule in group.ingress if admits(rule, protocol, port)]
            assert {peer.group for one in here for peer in one.peers} == {
                peer.group for rule in speaking for peer in rule.peers
            }
            assert {key for one in here for key in one.unresolved} == {
                key for rule in speaking for key in rule.prefix_lists if key not in LISTS
            }
