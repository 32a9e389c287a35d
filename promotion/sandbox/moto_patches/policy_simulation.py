"""IAM's policy simulator: whether policies allow an action on a resource.

Judged are identity policies, explicit denials first, with the condition operators below, and the boundary of a role.
A condition on a key that the caller gave no value for does not hold, as in the simulator. Other operators are refused.
Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

from promotion.sandbox.moto_patches import operation
from promotion.sandbox.moto_patches.paging import page
from promotion.sandbox.moto_patches.roles import several

PAGE = 100
Context = Mapping[str, Sequence[str]]
"""Condition key, in lower case, to its values."""


@cache
def wildcard(pattern: str, *, ignore_case: bool = False) -> re.Pattern[str]:
    """Compile a pattern in which `*` is anything and `?` one character."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _like(pattern: str, value: str) -> bool:
    return wildcard(pattern).fullmatch(value) is not None


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringNotEquals": str.__ne__,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": _like,
    "StringNotLike": lambda wanted, value: not _like(wanted, value),
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
}
NEGATED = frozenset({"StringNotEquals", "StringNotLike"})


def holds(condition: Mapping[str, Any], context: Context) -> bool:
    """Whether every part of a condition holds.

    Raises:
        NotImplementedError: an operator that is not known here.

    """
    for operator, keys in condition.items():
        if operator not in OPERATORS:
            raise NotImplementedError(f"policy condition {operator}")
        test, agree = OPERATORS[operator], all if operator in NEGATED else any
        for key, wanted in keys.items():
            values = context.get(key.lower(), ())
            if not values or not any(agree(test(str(one), value) for one in several(wanted)) for value in values):
                return False
    return True


def concerns(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    """Whether a statement is about an action on a resource."""
    for part, value, ignore_case in (("Action", action, True), ("Resource", resource, False)):
        wanted, spared = statement.get(part), statement.get(f"Not{part}")
        patterns = several(wanted if wanted is not None else spared or "*")
        hit = any(wildcard(pattern, ignore_case=ignore_case).fullmatch(value) for pattern in patterns)
        if hit == (wanted is None and spared is not None):
            return False
    return holds(statement.get("Condition", {}), context)


def decide(policies: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context) -> str:
    """Give the simulator's word: allowed, explicitDeny or implicitDeny."""
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in several(policy["Statement"])
        if concerns(statement, action, resource, context)
    }
    return "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"


def _document(text: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text) if isinstance(text, str) else text
    return read


def _in_force(policy: Any) -> Any:
    return next(version.document for version in policy.versions if version.is_default)


def _policies_of(backend: Any, arn: str) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    principals = [*backend.get_roles(), *backend.users.values()]
    found = next((one for one in principals if one.arn == arn), None)
    if found is None:
        raise NotFoundException(f"The entity with arn {arn} cannot be found.")
    inline = found.policies.values() if isinstance(found.policies, dict) else ()
    attached = [_in_force(policy) for policy in found.managed_policies.values()]
    boundary = getattr(found, "permissions_boundary_arn", None)
    limit = _document(_in_force(backend.get_policy(boundary))) if boundary else None
    return [_document(text) for text in (*inline, *attached)], limit


def _simulate(ask: Any, policies: list[dict[str, Any]], limit: dict[str, Any] | None) -> dict[str, Any]:
    context = {entry["ContextKeyName"].lower(): entry["ContextKeyValues"] for entry in ask("ContextEntries") or ()}
    results = []
    for action in ask("ActionNames"):
        for resource in ask("ResourceArns") or ["*"]:
            word = decide(policies, action, resource, context)
            inside = limit is None or decide([limit], action, resource, context) == "allowed"
            if word == "allowed" and not inside:
                word = "implicitDeny"
            bounded = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": inside}} if limit else {}
            results.append(
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": word,
                    "MatchedStatements": [],
                    "MissingContextValues": [],
                    **bounded,
                }
            )
    found, marker = page(results, ask("Marker"), int(ask("MaxItems") or PAGE))
    return {"EvaluationResults": found, "IsTruncated": marker is not None, "Marker": marker}


@operation(IamResponse)
def SimulatePrincipalPolicy(backend: Any, ask: Any) -> dict[str, Any]:
    """Judge by the policies of a role or a user, and by those given beside."""
    policies, limit = _policies_of(backend, ask("PolicySourceArn"))
    return _simulate(ask, policies + [_document(text) for text in ask("PolicyInputList") or ()], limit)


@operation(IamResponse)
def SimulateCustomPolicy(backend: Any, ask: Any) -> dict[str, Any]:
    """Judge by the policies given."""
    del backend
    return _simulate(ask, [_document(text) for text in ask("PolicyInputList")], None)
