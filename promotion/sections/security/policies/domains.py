"""What values a condition key can have in the requests of somebody, and which of them are worth trying against a policy.

Endless as they are, only those matter that the policy tells apart: for each value that it names one that fits and, by
nature of the forms, one that fits nothing. What is found is a request that is then judged by the letter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network

from promotion.sections.security.policies.meeting import meet
from promotion.sections.security.policies.operators import Values, parse_moment
from promotion.sections.security.policies.statements import Condition


@dataclass(frozen=True)
class Free:
    """Any value of one of these forms, see `meeting`; the key may be absent too."""

    forms: tuple[str, ...] = ("*",)
    absent: bool = True


@dataclass(frozen=True)
class Fixed:
    """One of these, None being absent."""

    options: tuple[Values | None, ...]


@dataclass(frozen=True)
class Address:
    """An address on the internet that nobody chose for him."""

    absent: bool = True


@dataclass(frozen=True)
class Moment:
    """From now on."""

    now: datetime


Domain = Free | Fixed | Address | Moment
ABSENT = Fixed((None,))
ANYTHING = Free()

MANY_ADDRESSES = {4: 8, 6: 32}
"""The longest prefix of a network in which whoever wants to gets an address: a cloud provider owns that much."""
_INTERNET = (
    "3.5.140.9",
    "44.201.7.13",
    "93.184.215.14",
    "141.101.77.5",
    "185.60.216.35",
    "203.1.113.7",
    "2a05:d018::7",
)


def candidates(domain: Domain, conditions: Sequence[Condition]) -> list[Values | None]:
    """Give values of a key that are worth trying against conditions on it."""
    match domain:
        case Fixed(options):
            return list(options)
        case Address(absent):
            return _with_absent(list(_addresses(conditions)), absent)
        case Moment(now):
            return [(one,) for one in _moments(conditions, now)]
        case Free(forms, absent):
            single = list(dict.fromkeys(_texts(forms, conditions)))
            several = [tuple(single)] if len(single) > 1 and any(one.operator.quantifier for one in conditions) else []
            return _with_absent([*((one,) for one in single), *several], absent)


def _with_absent(found: Sequence[Values], absent: bool) -> list[Values | None]:
    return [*found, *([None] if absent else [])]


def _texts(forms: Sequence[str], conditions: Sequence[Condition]) -> Iterator[str]:
    for form in forms:
        yield from meet("*", form)[:1]
    for condition in conditions:
        for value in condition.values:
            for near in _near(condition, value):
                for form in forms:
                    yield from meet(near, form)


def _near(condition: Condition, value: str) -> Iterator[str]:
    """The values at which a condition turns, as patterns."""
    match condition.operator.kind:
        case "Numeric":
            try:
                yield from (f"{float(value) + step:g}" for step in (0, 1, -1))
            except ValueError:
                return
        case "Date":
            yield from _around(value)
        case "Bool":
            yield from ("true", "false")
        case "Ip":
            yield from _within(value)
        case "Null":
            return
        case _:
            yield value if condition.operator.is_wild else _literally(value)


def _literally(value: str) -> str:
    """Take wildcards for themselves, but for those within policy variables. A bare `*` is taken for a wildcard.

    IAM compares it by the letter where the operator is `StringEquals`. Nobody writes it to let in nobody.
    """
    if value == "*" or "${" in value:
        return value
    return value.replace("*", "${*}").replace("?", "${?}")


def _around(value: str) -> Iterator[str]:
    try:
        moment = parse_moment(value)
    except (ValueError, OverflowError):
        return
    for step in (-1, 0, 1):
        yield _written(moment + step)


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moments(conditions: Sequence[Condition], now: datetime) -> Iterator[str]:
    start = now.timestamp()
    yield _written(start)
    for condition in conditions:
        for value in condition.values:
            for text in _around(value):
                if parse_moment(text) >= start:
                    yield text
    yield _written(start + 100 * 365 * 86400)


def _within(value: str) -> Iterator[str]:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return
    yield str(network[0])


def _addresses(conditions: Sequence[Condition]) -> Iterator[Values]:
    for address in _INTERNET:
        yield (address,)
    for condition in conditions:
        for value in condition.values:
            try:
                network = ip_network(value, strict=False)
            except ValueError:
                continue
            if network.prefixlen <= MANY_ADDRESSES[network.version]:
                yield (str(_public(network)),)


def _public(network: IPv4Network | IPv6Network) -> object:
    """Give an address in the middle of a network, where it is not likely to be reserved."""
    return network[min(network.num_addresses // 2, 2**32) + 7]


def mentions(conditions: Sequence[Condition]) -> Mapping[str, list[Condition]]:
    """Sort conditions by their key."""
    found: dict[str, list[Condition]] = {}
    for condition in conditions:
        found.setdefault(condition.key, []).append(condition)
    return found
