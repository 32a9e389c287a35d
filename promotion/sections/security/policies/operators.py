"""Condition operators as IAM evaluates them, for one context key of one request.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html for the
operators and for absent keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html for
several values and for `ForAllValues:` and `ForAnyValue:`.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from promotion.sections.security.policies.globs import matcher

Values = tuple[str, ...]
Quantifier = str
"""`forallvalues`, `foranyvalue`, or empty."""


@dataclass(frozen=True)
class Operator:
    """An operator taken apart: `ForAllValues:StringNotLikeIfExists`."""

    name: str
    """As IAM writes it: `StringLike`, of which `StringNotLike` is the negation."""
    negated: bool
    quantifier: Quantifier
    if_exists: bool

    @property
    def kind(self) -> str:
        """What is compared: `String`, `Numeric`, `Date`, `Bool`, `Binary`, `Ip`, `Arn` or `Null`."""
        return _TESTS[self.name].kind

    @property
    def is_wild(self) -> bool:
        """Whether `*` and `?` in its values are wildcards."""
        return _TESTS[self.name].wild


@dataclass(frozen=True)
class _Test:
    kind: str
    holds: Callable[[str, str], bool]
    """Of a value of the policy and one of the request."""
    wild: bool = False


def holds(operator: Operator, wanted: Sequence[str], found: Values | None) -> bool:
    """Whether a condition holds. `found` are the values of the key in the request; None or none at all: it is absent.

    An absent key fails what asks for a match and meets what asks for none; `…IfExists`, `ForAllValues:` and
    `"Null": "true"` are met by it, `ForAnyValue:` is not.
    """
    if operator.name == "Null":
        return any((one.lower() == "true") == (not found) for one in wanted)
    test = _TESTS[operator.name].holds

    def meets(value: str) -> bool:
        return any(test(one, value) for one in wanted) != operator.negated

    if not found:
        if operator.if_exists or operator.quantifier == "forallvalues":
            return True
        return operator.negated and not operator.quantifier
    if operator.quantifier == "forallvalues":
        return all(map(meets, found))
    if operator.negated and not operator.quantifier:
        return all(map(meets, found))
    return any(map(meets, found))


@lru_cache(maxsize=1024)
def parse_operator(written: str) -> Operator:
    """Take an operator apart, in whatever case it is written.

    Raises:
        ValueError: there is no such operator.

    """
    rest = written.lower()
    quantifier = next((one for one in ("forallvalues", "foranyvalue") if rest.startswith(f"{one}:")), "")
    rest = rest.removeprefix(f"{quantifier}:") if quantifier else rest
    plain = rest.removesuffix("ifexists")
    found = _BY_NAME.get(plain)
    if found is None or (found[0] == "Null" and (plain != rest or quantifier)):
        raise ValueError(f"{written!r} is not a condition operator")
    return Operator(found[0], found[1], quantifier, plain != rest)


def arn_like(pattern: str, arn: str) -> bool:
    """Match an ARN component by component, each with wildcards of its own, as `ArnLike` and `ArnEquals` do.

    A pattern with fewer than six components that ends in `*` goes on to the end, as it does in a Resource.
    """
    wanted, found = pattern.split(":", 5), arn.split(":", 5)
    if len(found) < 6 or found[0] != "arn":
        return False
    if len(wanted) < 6:
        if not pattern.endswith("*"):
            return False
        wanted += ["*"] * (6 - len(wanted))
    return all(matcher((one,))(other) for one, other in zip(wanted, found, strict=True))


def parse_moment(text: str) -> float:
    """Read a date of a policy or request, ISO 8601 or seconds since 1970. ValueError if it is neither."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _like(pattern: str, value: str) -> bool:
    return matcher((pattern,))(value)


def _compared(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(wanted: str, value: str) -> bool:
        try:
            return compare(read(value), read(wanted))
        except ValueError:
            return False

    return test


def _in_network(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "Equals": lambda value, wanted: value == wanted,
    "LessThan": lambda value, wanted: value < wanted,
    "LessThanEquals": lambda value, wanted: value <= wanted,
    "GreaterThan": lambda value, wanted: value > wanted,
    "GreaterThanEquals": lambda value, wanted: value >= wanted,
}
_TESTS: Mapping[str, _Test] = {
    "StringEquals": _Test("String", lambda wanted, value: wanted == value),
    "StringEqualsIgnoreCase": _Test("String", lambda wanted, value: wanted.lower() == value.lower()),
    "StringLike": _Test("String", _like, wild=True),
    "ArnEquals": _Test("Arn", arn_like, wild=True),
    "ArnLike": _Test("Arn", arn_like, wild=True),
    "Bool": _Test("Bool", lambda wanted, value: wanted.lower() == value.lower()),
    "BinaryEquals": _Test("Binary", lambda wanted, value: wanted == value),
    "IpAddress": _Test("Ip", _in_network),
    "Null": _Test("Null", lambda *_: False),
    **{f"Numeric{name}": _Test("Numeric", _compared(float, order)) for name, order in _ORDER.items()},
    **{f"Date{name}": _Test("Date", _compared(parse_moment, order)) for name, order in _ORDER.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
_BY_NAME: Mapping[str, tuple[str, bool]] = {
    **{name.lower(): (name, False) for name in _TESTS},
    **{name.lower(): (of, True) for name, of in _NEGATED.items()},
}
_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_LITERAL = ("*", "?", "$")


def variables(value: str) -> tuple[str, ...]:
    """Name the context keys whose values are put in for policy variables, in lower case.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    names = (found.partition(",")[0].strip() for found in _VARIABLE.findall(value))
    return tuple(name.lower() for name in names if name not in _LITERAL)


def fill(value: str, context: Mapping[str, Values]) -> str | None:
    """Put the values of a request in for the policy variables of a pattern, or their defaults.

    What is put in is taken literally, wildcards too. None if a variable has neither a single value nor a default: then
    the pattern matches nothing.
    """
    parts: list[str] = []
    at = 0
    for variable in _VARIABLE.finditer(value):
        parts.append(value[at : variable.start()])
        at = variable.end()
        name, comma, default = variable[1].partition(",")
        found = context.get(name.strip().lower(), ())
        if name.strip() in _LITERAL:
            parts.append(variable[0])
        elif len(found) == 1:
            parts.append(_LITERALLY.sub(r"${\g<0>}", found[0]))
        elif comma:
            parts.append(default.strip().strip("'"))
        else:
            return None
    return "".join([*parts, value[at:]]) if at else value


_LITERALLY = re.compile(r"[*?$]")


def unescape(value: str) -> str:
    """Read a value in which wildcards mean nothing: `${*}` is the character."""
    return _VARIABLE.sub(lambda found: found[1].strip() if found[1].strip() in _LITERAL else found[0], value)
