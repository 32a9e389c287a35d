"""Whether port 22 is open to the internet, in every way that a rule can be written, and the ways that only look so."""

import pytest

from promotion.sections.security.network.account_groups import Ground
from promotion.sections.security.network.addresses import addresses
from promotion.sections.security.network.groups import PrefixList, SecurityGroup, read_rule
from promotion.settings.network import Network

LISTS = {
    "pl-world": PrefixList("pl-world", "world", ("0.0.0.0/0",)),
    "pl-office": PrefixList("pl-office", "office", ("1.2.3.4/32",)),
}


def rule(*sources, protocol="tcp", ports=(22, 22)):
    """A permission as EC2 tells it."""
    told = {"IpProtocol": protocol, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    if ports is not None:
        told |= {"FromPort": ports[0], "ToPort": ports[1]}
    for source in sources:
        if source.startswith("pl-"):
            told["PrefixListIds"].append({"PrefixListId": source})
        elif ":" in source:
            told["Ipv6Ranges"].append({"CidrIpv6": source})
        else:
            told["IpRanges"].append({"CidrIp": source})
    return told


def is_open(*told):
    """Whether the internet comes in at port 22 of TCP, by the interval of addresses."""
    group = SecurityGroup("sg-1", "web", "vpc-1", tuple(read_rule(one, "web") for one in told), ())
    ground = Ground("111122223333", {"sg-1": group}, (), LISTS, Network())
    return any(
        ground.is_world_open(opening) and (opening.covers("6", 22) or opening.protocol == "-1")
        for opening in ground.openings(["sg-1"])
    )


OPEN = {
    "the whole": [rule("0.0.0.0/0")],
    "the whole of IPv6": [rule("::/0")],
    "a range of ports": [rule("0.0.0.0/0", ports=(0, 1024))],
    "every port": [rule("0.0.0.0/0", ports=(0, 65535))],
    "all protocols": [rule("0.0.0.0/0", protocol="-1", ports=None)],
    "all protocols, IPv6": [rule("::/0", protocol="-1", ports=None)],
    "the protocol by its number": [rule("0.0.0.0/0", protocol="6")],
    "halves in a rule": [rule("0.0.0.0/1", "128.0.0.0/1")],
    "halves in two rules": [rule("0.0.0.0/1"), rule("128.0.0.0/1")],
    "quarters": [rule(*(f"{64 * number}.0.0.0/2" for number in range(4)))],
    "every block of eight bits": [rule(*(f"{number}.0.0.0/8" for number in range(1, 224)))],
    "halves with overlapping ports": [rule("0.0.0.0/1", ports=(20, 22)), rule("128.0.0.0/1", ports=(22, 30))],
    "half by all protocols": [rule("0.0.0.0/1"), rule("128.0.0.0/1", protocol="-1", ports=None)],
    "all of IPv6 in use": [rule("2000::/3")],
    "halves of IPv6": [rule("::/1", "8000::/1")],
    "a prefix list": [rule("pl-world")],
    "bits beyond the prefix": [rule("1.2.3.4/0")],
    "half of it": [rule("0.0.0.0/1")],
    "a large block": [rule("52.0.0.0/11")],
    "all but what is private": [rule(*(f"{number}.0.0.0/8" for number in range(11, 127)))],
}
SHUT = {
    "nothing": [],
    "an office": [rule("1.2.3.4/32")],
    "an office by its list": [rule("pl-office")],
    "a street of offices": [rule("1.2.3.0/24")],
    "private addresses": [rule("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")],
    "local addresses of IPv6": [rule("fc00::/7")],
    "another protocol": [rule("0.0.0.0/0", protocol="udp")],
    "another port": [rule("0.0.0.0/0", ports=(443, 443))],
    "a site of IPv6": [rule("2a00:1450:4000::/56")],
    "a protocol without ports": [rule("0.0.0.0/0", protocol="47", ports=(22, 22))],
}


@pytest.mark.parametrize("told", OPEN.values(), ids=OPEN)
def test_it_is_open(told):
    """It is found, however it is written."""
    assert is_open(*told)


@pytest.mark.parametrize("told", SHUT.values(), ids=SHUT)
def test_it_is_shut(told):
    """It is no false alarm."""
    assert not is_open(*told)


def test_comparing_texts_would_miss_most():
    """Looking for a rule with 0.0.0.0/0 and port 22 finds a few of them: that is why addresses are summed."""

    def naive(told):
        return any(
            one.get("FromPort") == 22 and any(entry["CidrIp"] == "0.0.0.0/0" for entry in one["IpRanges"])
            for one in told
        )

    assert [name for name, told in OPEN.items() if naive(told)] == ["the whole", "the protocol by its number"]


def test_a_range_just_within_the_limit_is_shut():
    """The limit is of what is public and of the sum, not of a block."""
    assert addresses("1.2.3.0/25", "1.2.3.128/25").count4 == 256
    assert not is_open(rule("1.2.3.0/25", "1.2.3.128/25", "10.0.0.0/8"))
    assert is_open(rule("1.2.3.0/25", "1.2.3.128/25", "1.2.4.0/32"))
