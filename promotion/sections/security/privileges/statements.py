"""Policy documents taken apart into statements. What is not the policy language as IAM accepts it is unknown.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promotion.unknown import Reason, Unknown

_KEYS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_TOP = frozenset({"Version", "Id", "Statement"})
_VERSIONS = frozenset({"2012-10-17", "2008-10-17"})


@dataclass(frozen=True)
class PolicyStatement:
    """One statement. Of a pair such as `actions` and `not_actions` one is None."""

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


def identity_statements(policy: str, document: object) -> tuple[PolicyStatement, ...]:
    """Take apart a policy that says what a role may do.

    Raises:
        Unknown: the document is not one that IAM accepts.

    """
    return tuple(_statement(policy, number, raw, trust=False) for number, raw in _raw(policy, document))


def trust_statements(policy: str, document: object) -> tuple[PolicyStatement, ...]:
    """Take apart a policy that says who may become a role.

    Raises:
        Unknown: the document is not one that IAM accepts.

    """
    return tuple(_statement(policy, number, raw, trust=True) for number, raw in _raw(policy, document))


def _malformed(policy: str, what: str) -> Unknown:
    return Unknown(
        Reason.MALFORMED, f"{policy} {what}: what it allows cannot be told; look at the policy in IAM, and save it anew"
    )


def _raw(policy: str, document: object) -> list[tuple[int, Mapping[str, Any]]]:
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            raise _malformed(policy, "is not JSON") from None
    if not isinstance(document, Mapping) or document.keys() - _TOP or "Statement" not in document:
        raise _malformed(policy, "is not a policy document")
    if document.get("Version", "2008-10-17") not in _VERSIONS:
        raise _malformed(policy, "is of a version that there is not")
    found = document["Statement"]
    statements = [found] if isinstance(found, Mapping) else found
    if not isinstance(statements, list) or not all(isinstance(one, Mapping) for one in statements):
        raise _malformed(policy, "has statements that are none")
    return list(enumerate(statements, 1))


def _statement(policy: str, number: int, raw: Mapping[str, Any], *, trust: bool) -> PolicyStatement:
    sid = raw.get("Sid")
    label = f'statement "{sid}"' if sid else f"statement {number}"
    where = f"{policy}, {label},"
    if raw.keys() - _KEYS:
        raise _malformed(where, f"has {', '.join(sorted(map(str, raw.keys() - _KEYS)))}, which means nothing")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise _malformed(where, "neither allows nor denies")
    pairs = [("Action", "NotAction"), ("Principal", "NotPrincipal") if trust else ("Resource", "NotResource")]
    absent = [("Resource", "NotResource") if trust else ("Principal", "NotPrincipal")]
    for one, other in pairs:
        if (one in raw) == (other in raw):
            raise _malformed(where, f"needs either {one} or {other}")
    for pair in absent:
        if raw.keys() & set(pair):
            raise _malformed(where, f"has {' or '.join(pair)}, which has no place there")
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
        raise _malformed(where, f"has a {key} that is no text")
    return tuple(found)


def _principals(where: str, raw: object) -> Mapping[str, tuple[str, ...]] | None:
    if raw is None:
        return None
    if raw == "*":
        return {"AWS": ("*",)}
    if not isinstance(raw, Mapping) or not raw:
        raise _malformed(where, "has a Principal that is none")
    return {str(kind): _several(where, "Principal", names) for kind, names in raw.items()}


def _conditions(where: str, raw: object) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if not isinstance(raw, Mapping) or not all(isinstance(keys, Mapping) for keys in raw.values()):
        raise _malformed(where, "has a Condition that is none")
    return {
        str(operator): {str(key): _values(where, value) for key, value in keys.items()}
        for operator, keys in raw.items()
    }


def _values(where: str, value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int | float | bool) for one in found):
        raise _malformed(where, "has a Condition with a value that is none")
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in found)
