"""Security groups, network interfaces and prefix lists as EC2 describes them.

Shapes: IpPermission, UserIdGroupPair, NetworkInterface and ManagedPrefixList of
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotion.unknown import Reason, Unknown

ALL, TCP, UDP, ICMP, ICMPV6 = "-1", "6", "17", "1", "58"
"""Protocols by number, as texts: https://www.iana.org/assignments/protocol-numbers."""
NAMES = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "all": ALL}
_TOLD = {number: name for name, number in NAMES.items()}
HIGHEST = 65535
_HIGHEST = {TCP: HIGHEST, UDP: HIGHEST, ICMP: 255, ICMPV6: 255}
"""The highest port, or the highest ICMP type. Other protocols have neither."""


@dataclass(frozen=True)
class Peer:
    """A group that a rule names instead of addresses: whoever is in it may come."""

    group: str
    account: str
    """Empty if the group was deleted."""
    peering: str = ""
    """State of the VPC peering connection, such as `active`; empty within one VPC."""


@dataclass(frozen=True)
class SecurityGroupRule:
    """What one permission lets through."""

    protocol: str
    """`-1` for all, or the number as a text."""
    first: int
    last: int
    """Ports, or ICMP types; 0 to 0 for protocols that have neither."""
    cidrs: tuple[str, ...] = ()
    prefix_lists: tuple[str, ...] = ()
    peers: tuple[Peer, ...] = ()


@dataclass(frozen=True)
class SecurityGroup:
    """A security group and its rules."""

    id: str
    name: str
    vpc: str
    ingress: tuple[SecurityGroupRule, ...]
    egress: tuple[SecurityGroupRule, ...]

    @property
    def label(self) -> str:
        """What people call it, and its id."""
        return f"{self.name} ({self.id})"


@dataclass(frozen=True)
class Interface:
    """A network interface: who is in security groups."""

    id: str
    vpc: str
    groups: tuple[str, ...]
    """Ids."""
    description: str = ""
    instance: str | None = None
    """Id of the instance it is attached to."""

    @property
    def label(self) -> str:
        """What it belongs to, as far as EC2 says."""
        return self.instance or (f"{self.id} ({self.description})" if self.description else self.id)


@dataclass(frozen=True)
class PrefixList:
    """A named list of address blocks that rules refer to by its id."""

    id: str
    name: str
    cidrs: tuple[str, ...]


def read_group(told: Mapping[str, Any]) -> SecurityGroup:
    """Read one of DescribeSecurityGroups. Raises Unknown, malformed."""
    name = f"{told['GroupName']} ({told['GroupId']})"
    return SecurityGroup(
        id=told["GroupId"],
        name=told["GroupName"],
        vpc=told.get("VpcId") or "",
        ingress=tuple(read_rule(rule, name) for rule in told["IpPermissions"]),
        egress=tuple(read_rule(rule, name) for rule in told["IpPermissionsEgress"]),
    )


def read_rule(told: Mapping[str, Any], group: str) -> SecurityGroupRule:
    """Read one IpPermission; `group` is named when it cannot be read. Raises Unknown, malformed."""
    protocol = NAMES.get(told["IpProtocol"], told["IpProtocol"])
    if protocol != ALL and not (protocol.isascii() and protocol.isdigit()):
        raise Unknown(Reason.MALFORMED, f"a rule of {group} names an unknown protocol {protocol!r}")
    first, last = _range(protocol, told.get("FromPort"), told.get("ToPort"))
    if first > last:
        raise Unknown(Reason.MALFORMED, f"a rule of {group} has the invalid port range {first} to {last}")
    return SecurityGroupRule(
        protocol=protocol,
        first=first,
        last=last,
        cidrs=(
            *(entry["CidrIp"] for entry in told.get("IpRanges") or ()),
            *(entry["CidrIpv6"] for entry in told.get("Ipv6Ranges") or ()),
        ),
        prefix_lists=tuple(entry["PrefixListId"] for entry in told.get("PrefixListIds") or ()),
        peers=tuple(
            Peer(pair["GroupId"], pair.get("UserId") or "", pair.get("PeeringStatus") or "")
            for pair in told.get("UserIdGroupPairs") or ()
        ),
    )


def _range(protocol: str, first: int | None, last: int | None) -> tuple[int, int]:
    """Give ports or types; -1 and nothing at all stand for every one.

    Of ICMP, ToPort is the code, which is not looked at: a code fewer is no door less.
    """
    highest = _HIGHEST.get(protocol, 0)
    if protocol in (ICMP, ICMPV6):
        return (0, highest) if first is None or first < 0 else (first, first)
    if protocol not in _HIGHEST or first is None or last is None or first < 0 or last < 0:
        return 0, highest
    return first, last


def read_interface(told: Mapping[str, Any]) -> Interface:
    """Read one of DescribeNetworkInterfaces."""
    return Interface(
        id=told["NetworkInterfaceId"],
        vpc=told["VpcId"],
        groups=tuple(group["GroupId"] for group in told["Groups"]),
        description=told.get("Description") or "",
        instance=told.get("Attachment", {}).get("InstanceId"),
    )


def through(protocol: str, first: int, last: int) -> str:
    """Say what comes through: `tcp 22`, `tcp 8000–8100`, `icmp type 8`, `every tcp port`, `protocol 47`."""
    if protocol == ALL:
        return "every port of every protocol"
    if protocol not in _HIGHEST:
        return f"protocol {protocol}"
    if (first, last) == (0, _HIGHEST[protocol]):
        return f"every {_TOLD[protocol]} {'type' if protocol in (ICMP, ICMPV6) else 'port'}"
    span = f"{first}" if first == last else f"{first}–{last}"
    return f"{_TOLD[protocol]} {'type ' if protocol in (ICMP, ICMPV6) else ''}{span}"
