"""Which hosts are not on the internet: a link that somebody wrote must not lead the gate to them. Resolves names."""

import ipaddress
import socket
from enum import IntEnum

_METADATA = frozenset({"fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16"})
"""Where clouds give a machine its credentials, beside link-local addresses.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""


class Reach(IntEnum):
    """How near an address is: the greater, the nearer."""

    PUBLIC = 0
    PRIVATE = 1
    """Of this network, or of this machine."""
    METADATA = 2
    """Link-local, or where a cloud serves credentials: no page of a person's is there."""


def reach_of(host: str) -> Reach:
    """Tell the nearest of the addresses of a host; public where the name cannot be resolved, which its client then tells."""
    try:
        found = {
            str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        }
    except (OSError, UnicodeError):
        return Reach.PUBLIC
    return max((_reach(address) for address in found), default=Reach.PUBLIC)


def _reach(address: str) -> Reach:
    one = ipaddress.ip_address(address)
    inner = getattr(one, "ipv4_mapped", None) or one
    if inner.is_link_local or str(inner) in _METADATA or inner.is_unspecified or inner.is_multicast:
        return Reach.METADATA
    return Reach.PUBLIC if inner.is_global else Reach.PRIVATE
