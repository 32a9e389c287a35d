"""Sets of addresses: what they hold agrees with counting one by one, however the blocks are written."""

import ipaddress
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.security.network.addresses import PUBLIC, WORLD, addresses, union

SMALL = [ipaddress.ip_network("203.0.113.0/28"), ipaddress.ip_network("2001:db8::/124")]
"""Two spaces of sixteen addresses, small enough to count."""
EVERY = [address for space in SMALL for address in space]


@st.composite
def blocks(draw):
    """A block of either space, its address not always the first one."""
    space = draw(st.sampled_from(SMALL))
    bits = draw(st.integers(space.prefixlen, space.max_prefixlen))
    return f"{draw(st.sampled_from(list(space)))}/{bits}"


def held(found):
    """Which of the small spaces' addresses are in a set."""
    return {
        address
        for address in EVERY
        for first, last in (found.v4 if address.version == 4 else found.v6)
        if first <= int(address) <= last
    }


def counted(cidrs):
    """The same by another library, one by one."""
    networks = [ipaddress.ip_network(cidr, strict=False) for cidr in cidrs]
    return {
        address
        for address in EVERY
        if any(address.version == network.version and address in network for network in networks)
    }


@given(st.lists(blocks(), max_size=6), st.lists(blocks(), max_size=6))
def test_sets_agree_with_counting(left, right):
    """Union, intersection and difference hold what counting says, and their spans are in order and apart."""
    here, there = addresses(*left), addresses(*right)
    assert held(here) == counted(left)
    assert held(here | there) == counted(left) | counted(right)
    assert held(here & there) == counted(left) & counted(right)
    assert held(here - there) == counted(left) - counted(right)
    for found in (here | there, here & there, here - there):
        for spans in (found.v4, found.v6):
            assert all(first <= last for first, last in spans)
            assert all(one[1] + 1 < after[0] for one, after in itertools.pairwise(spans))
    assert (here | there).count4 == sum(address.version == 4 for address in counted([*left, *right]))
    assert bool(here) == bool(left)


@given(st.lists(blocks(), min_size=1, max_size=6))
def test_the_order_does_not_matter(cidrs):
    """One after the other, or all at once, or the other way round: it is the same set."""
    assert union(addresses(one) for one in cidrs) == addresses(*cidrs) == addresses(*reversed(cidrs))


@pytest.mark.parametrize(
    "cidrs",
    [
        ("0.0.0.0/0",),
        ("0.0.0.0/1", "128.0.0.0/1"),
        ("128.0.0.1/1", "1.2.3.4/1"),
        tuple(f"{first}.0.0.0/8" for first in range(1, 224)),
        tuple(f"{64 * quarter}.0.0.0/2" for quarter in range(4)),
    ],
)
def test_the_internet_is_the_internet(cidrs):
    """However it is cut up."""
    assert addresses(*cidrs).public.v4 == PUBLIC.v4


@pytest.mark.parametrize("cidrs", [("::/0",), ("2000::/3",), ("::/1", "8000::/1"), ("2000::/4", "3000::/4")])
def test_the_internet_of_ipv6_is_the_internet(cidrs):
    """However it is cut up."""
    assert addresses(*cidrs).public.v6 == PUBLIC.v6


def test_what_is_public_agrees_with_the_standard_library():
    """Both go by IANA's registries; multicast and what the library counts apart are left out."""
    for first in range(256):
        for second in (0, 18, 31, 64, 88, 100, 168, 254):
            address = ipaddress.ip_address(f"{first}.{second}.100.1")
            if address.is_multicast:
                continue
            assert bool(addresses(str(address)).public) == address.is_global, address


@pytest.mark.parametrize(
    "text", ["", "1.2.3/8", "1.2.3.4/33", "::/129", "1.2.3.4/", "world", "1.2.3.4/-1", "01.2.3.4/8/8"]
)
def test_what_is_no_block_is_refused(text):
    """It must not become an empty set, which nobody would see."""
    with pytest.raises(ValueError, match="not a CIDR block"):
        addresses(text)


def test_sizes():
    """IPv4 addresses are counted, IPv6 addresses in units of a network, and one begun counts."""
    assert (addresses("10.0.0.0/24").count4, addresses("2001:db8::/56").networks6) == (256, 256)
    assert addresses("2001:db8::1/128").networks6 == 1
    assert not addresses("10.0.0.0/24").more_than(256)
    assert addresses("10.0.0.0/24", "10.0.1.0/32").more_than(256)
    assert WORLD.more_than(10**9)
