"""Policy documents taken apart into statements. What is not the policy language as IAM accepts it is unknown.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from promotion.sections.security.policies.operators import Operator, parse_operator
from promotion.unknown import Reason, Unknown

Kind = Literal["identity", "trust", "resource"]
"""What a policy is attached to: an identity, as whose it speaks; a role, which may be assumed; any other resource."""

_KEYS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_TOP = frozenset({"Version", "Id", "Statement"})
_VERSIONS = frozenset({"2012-10-17", "2008-10-17"})
_PRINCIPALS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


@dataclass(frozen=True)
class Condition:
    """One key under one operator. All of a statement's must hold."""

    operator: Operator
    key: str
    """In lower case, since IAM ignores it."""
    values: tuple[str, ...]
    written: str
    """The key as it is written."""


@dataclass(frozen=True, eq=False)
class PolicyStatement:
    """One statement. Of a pair such as `actions` and `not_actions` one is None, but for a resource policy's resources."""

    policy: str
    """How a message names its policy."""
    label: str
    """`statement "Sid"`, or `statement 2` counted from 1."""
    allows: bool
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    principals: Mapping[str, tuple[str, ...]] | None = None
    """By kind (`AWS`, `Service`, `Federated`, `CanonicalUser`); a bare `*` is `{"AWS": ("*",)}`."""
    not_principals: Mapping[str, tuple[str, ...]] | None = None
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Operator to key to values, as written."""

    @property
    def full_label(self) -> str:
        """How a message names it."""
        return f"{self.policy}, {self.label}"

    @cached_property
    def tests(self) -> tuple[Condition, ...]:
        """The conditions, each key for itself."""
        return tuple(
            Condition(parse_operator(operator), key.lower(), values, key)
            for operator, keys in self.conditions.items()
            for key, values in keys.items()
        )


def identity_statements(policy: str, document: object) -> tuple[PolicyStatement, ...]:
    """Take apart a policy that says what a role may do.

    Raises:
        Unknown: the document is not one that IAM accepts.

    """
    return _parse_statements(policy, document, "identity")


def trust_statements(policy: str, document: object) -> tuple[PolicyStatement, ...]:
    """Take apart a policy that says who may become a role.

    Raises:
        Unknown: the document is not one that IAM accepts.

    """
    return _parse_statements(policy, document, "trust")


def resource_statements(policy: str, document: object) -> tuple[PolicyStatement, ...]:
    """Take apart the policy of a resource other than a role. Where it names no resource, it speaks of its own.

    Raises:
        Unknown: the document is not one that its service accepts.

    """
    return _parse_statements(policy, document, "resource")


def _parse_statements(policy: str, document: object, kind: Kind) -> tuple[PolicyStatement, ...]:
    return tuple(_parse_statement(policy, number, raw, kind) for number, raw in _raw(policy, document))


def _malformed(policy: str, what: str) -> Unknown:
    return Unknown(
        Reason.MALFORMED, f"{policy} {what}: what it allows is not known; check the policy in AWS, and save it again"
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what IAM refuses: an element that stands twice, of which readers take the one or the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an element occurs twice")
    return found


def _raw(policy: str, document: object) -> list[tuple[int, Mapping[str, Any]]]:
    if isinstance(document, str):
        try:
            document = json.loads(document, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise _malformed(policy, "is not JSON, or names an element twice") from None
    if not isinstance(document, Mapping) or document.keys() - _TOP or "Statement" not in document:
        raise _malformed(policy, "is not a policy document")
    if document.get("Version", "2008-10-17") not in _VERSIONS:
        raise _malformed(policy, "has a Version that the policy language does not have")
    found = document["Statement"]
    statements = [found] if isinstance(found, Mapping) else found
    if not isinstance(statements, list) or not all(isinstance(one, Mapping) for one in statements):
        raise _malformed(policy, "has a Statement that is not an object")
    return list(enumerate(statements, 1))


def _parse_statement(policy: str, number: int, raw: Mapping[str, Any], kind: Kind) -> PolicyStatement:
    sid = raw.get("Sid")
    label = f'statement "{sid}"' if sid else f"statement {number}"
    where = f"{policy}, {label},"
    if raw.keys() - _KEYS:
        raise _malformed(
            where, f"has {', '.join(sorted(map(str, raw.keys() - _KEYS)))}, which the policy language does not have"
        )
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise _malformed(where, "has an Effect other than Allow and Deny")
    for one, other, needed in _pairs(kind):
        if one in raw and other in raw:
            raise _malformed(where, f"has both {one} and {other}")
        if needed and one not in raw and other not in raw:
            raise _malformed(where, f"needs either {one} or {other}")
        if needed is None and raw.keys() & {one, other}:
            raise _malformed(where, f"has {one if one in raw else other}, which is not allowed there")
    return PolicyStatement(
        policy,
        label,
        raw["Effect"] == "Allow",
        _actions(where, raw, "Action"),
        _actions(where, raw, "NotAction"),
        _texts(where, raw, "Resource"),
        _texts(where, raw, "NotResource"),
        _principals(where, raw.get("Principal")),
        _principals(where, raw.get("NotPrincipal")),
        _conditions(where, raw.get("Condition", {})),
    )


def _pairs(kind: Kind) -> tuple[tuple[str, str, bool | None], ...]:
    """Elements that exclude each other, and whether a policy of that kind needs one; None: it may have neither."""
    principal, resource = {"identity": (None, True), "trust": (True, None), "resource": (True, False)}[kind]
    return (
        ("Action", "NotAction", True),
        ("Principal", "NotPrincipal", principal),
        ("Resource", "NotResource", resource),
    )


def _texts(where: str, raw: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    return _several(where, key, raw[key]) if key in raw else None


def _actions(where: str, raw: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    found = _texts(where, raw, key)
    for action in found or ():
        if ":" not in action and action.strip("*"):
            raise _malformed(where, f"has the {key} {action!r}, which names no service")
    return found


def _several(where: str, key: str, value: object) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, Sequence) or not found or not all(isinstance(one, str) and one for one in found):
        raise _malformed(where, f"has a {key} that is not text")
    return tuple(found)


def _principals(where: str, raw: object) -> Mapping[str, tuple[str, ...]] | None:
    if raw is None:
        return None
    if raw == "*":
        return {"AWS": ("*",)}
    if not isinstance(raw, Mapping) or not raw or raw.keys() - _PRINCIPALS:
        raise _malformed(where, "has a Principal that is not one of AWS, Service, Federated and CanonicalUser")
    return {str(kind): _several(where, "Principal", names) for kind, names in raw.items()}


def _conditions(where: str, raw: object) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if not isinstance(raw, Mapping) or not all(isinstance(keys, Mapping) for keys in raw.values()):
        raise _malformed(where, "has a Condition that is not an object of objects")
    for operator in raw:
        try:
            parse_operator(str(operator))
        except ValueError as trouble:
            raise _malformed(where, f"has a Condition in which {trouble}") from None
    return {
        str(operator): {str(key): _values(where, value) for key, value in keys.items()}
        for operator, keys in raw.items()
    }


def _values(where: str, value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int | float | bool) for one in found):
        raise _malformed(where, "has a Condition with a value that is not a text, number or boolean")
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in found)
