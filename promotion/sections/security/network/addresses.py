"""Sets of IP addresses as intervals, so that 0.0.0.0/1 and 128.0.0.0/1 are the world, however they are written.

What is not public: IANA's special-purpose registries (RFC 6890 and its updates), and for IPv6 everything outside
2000::/3, the only block of global unicast addresses that IANA hands out.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

Span = tuple[int, int]
"""First and last address, both in it."""

_BITS = {4: 32, 6: 128}
_NETWORK6 = 64
"""Bits of an IPv6 network below which addresses are one site's own affair."""


@dataclass(frozen=True)
class Addresses:
    """A set of IPv4 and IPv6 addresses; spans are in order, and neither touch nor overlap."""

    v4: tuple[Span, ...] = ()
    v6: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    def __or__(self, other: "Addresses") -> "Addresses":
        return union((self, other))

    def __and__(self, other: "Addresses") -> "Addresses":
        return Addresses(_common(self.v4, other.v4), _common(self.v6, other.v6))

    def __sub__(self, other: "Addresses") -> "Addresses":
        return Addresses(_without(self.v4, other.v4), _without(self.v6, other.v6))

    @property
    def count4(self) -> int:
        """How many IPv4 addresses there are in it."""
        return sum(last - first + 1 for first, last in self.v4)

    @property
    def networks6(self) -> int:
        """How many IPv6 addresses there are in it, in units of a /64, rounded up."""
        return -(-sum(last - first + 1 for first, last in self.v6) >> _NETWORK6)

    @cached_property
    def public(self) -> "Addresses":
        """Those that can be reached over the internet."""
        return self & PUBLIC

    def more_than(self, limit: int) -> bool:
        """Whether it has more than this many IPv4 addresses, or more than this many /64 of IPv6 addresses."""
        return self.count4 > limit or self.networks6 > limit


def addresses(*cidrs: str) -> Addresses:
    """Give what CIDR blocks cover together; bits beyond the prefix are ignored, as EC2 ignores them.

    Raises ValueError for a text that is not a CIDR block.
    """
    spans: dict[int, list[Span]] = {4: [], 6: []}
    for cidr in cidrs:
        family, span = _span(cidr)
        spans[family].append(span)
    return Addresses(_merged(spans[4]), _merged(spans[6]))


def union(sets: Iterable[Addresses]) -> Addresses:
    """Give what is in any of the sets."""
    every = list(sets)
    if len(every) == 1:
        return every[0]
    return Addresses(
        _merged([span for one in every for span in one.v4]), _merged([span for one in every for span in one.v6])
    )


@lru_cache(maxsize=1 << 16)
def _span(cidr: str) -> tuple[int, Span]:
    """Give family and span. Parsed by hand: `ipaddress` takes ten times as long, and there may be 100,000 of them."""
    text, slash, bits = cidr.partition("/")
    family = 6 if ":" in text else 4
    width = _BITS[family]
    try:
        address = int.from_bytes(socket.inet_pton(socket.AF_INET6 if family == 6 else socket.AF_INET, text), "big")
    except OSError:
        raise ValueError(f"{cidr!r} is not a CIDR block") from None
    if slash and not (bits.isascii() and bits.isdigit() and int(bits) <= width):
        raise ValueError(f"{cidr!r} is not a CIDR block")
    rest = width - (int(bits) if slash else width)
    first = address >> rest << rest
    return family, (first, first | (1 << rest) - 1)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def _common(left: tuple[Span, ...], right: tuple[Span, ...]) -> tuple[Span, ...]:
    found: list[Span] = []
    here = there = 0
    while here < len(left) and there < len(right):
        (first, last), (other_first, other_last) = left[here], right[there]
        # Without `max` and `min`: this is where most of the time goes.
        begin = first if first > other_first else other_first  # noqa: FURB136
        end = last if last < other_last else other_last  # noqa: FURB136
        if begin <= end:
            found.append((begin, end))
        if last < other_last:
            here += 1
        else:
            there += 1
    return tuple(found)


def _without(left: tuple[Span, ...], right: tuple[Span, ...]) -> tuple[Span, ...]:
    found: list[Span] = []
    for first, last in left:
        for taken_first, taken_last in right:
            if taken_last < first:
                continue
            if taken_first > last:
                break
            if taken_first > first:
                found.append((first, taken_first - 1))
            first = taken_last + 1  # noqa: PLW2901 - what is left of the span
        if first <= last:
            found.append((first, last))
    return tuple(found)


WORLD = addresses("0.0.0.0/0", "::/0")
"""Every address there is."""

NOT_PUBLIC_4 = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)
"""https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast (RFC 5771)."""

PUBLIC = (addresses("0.0.0.0/0") - addresses(*NOT_PUBLIC_4)) | (
    addresses("2000::/3") - addresses("2001:db8::/32", "3fff::/20")
)
"""What can be reached over the internet; the IPv6 blocks left out are for documentation (RFC 3849, RFC 9637)."""
