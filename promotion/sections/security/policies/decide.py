"""What policies say to one request, by the rules of IAM's evaluation.

An explicit denial counts for the principals, actions and resources of its own statement, where its conditions hold. What
AWS's pages leave open is decided by the effect: an Allow reaches as far as may be, a Deny no farther than is certain.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html for the order,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html for principals,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html for resources.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from promotion.sections.security.policies.globs import has_wildcard, matcher, matches
from promotion.sections.security.policies.operators import arn_like, fill, holds, unescape
from promotion.sections.security.policies.requests import Context, Principal, Request
from promotion.sections.security.policies.statements import Condition, PolicyStatement

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")


class Effect(StrEnum):
    """What the statements of a policy, or of several, come to."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class Match(StrEnum):
    """How a statement names a principal."""

    DIRECT = "direct"
    ACCOUNT = "account"
    """By its account: an Allow leaves it to that account's own policies, a Deny counts for all of its principals."""
    NO = "no"


def evaluate(statements: Iterable[PolicyStatement], request: Request) -> Effect:
    """Weigh the statements of identity policies, or of resource policies, that speak of a request.

    An Allow counts also where it names no more than the principal's account; who asks for the difference looks at
    `grants`.
    """
    allowed = False
    for statement in statements:
        if applies(statement, request):
            if not statement.allows:
                return Effect.EXPLICIT_DENY
            allowed = True
    return Effect.ALLOWED if allowed else Effect.IMPLICIT_DENY


def grants(statements: Sequence[PolicyStatement], request: Request) -> Match:
    """Say whether a resource policy allows a request by itself, or leaves it to the account of the principal.

    `DIRECT`: in the account of the resource it needs nothing else. `ACCOUNT`: the principal's own policies must allow it
    as well. `NO`: it is not allowed, or denied.
    """
    if evaluate(statements, request) is not Effect.ALLOWED:
        return Match.NO
    found = {principal_match(one, request.principal) for one in statements if one.allows and applies(one, request)}
    return Match.DIRECT if Match.DIRECT in found else Match.ACCOUNT


def applies(statement: PolicyStatement, request: Request) -> bool:
    """Whether a statement speaks of a request: its principal, action, resource and conditions all fit."""
    return (
        acts_on(statement, request.action)
        and (not _has_principals(statement) or principal_match(statement, request.principal) is not Match.NO)
        and reaches(statement, request.resource, request.context)
        and all(condition_holds(one, request.context, allows=statement.allows) for one in statement.tests)
    )


def acts_on(statement: PolicyStatement, action: str) -> bool:
    """Whether a statement is about an action, in whatever case it is written."""
    if statement.actions is not None:
        return matches(statement.actions, action, ignore_case=True)
    return not matches(statement.not_actions or (), action, ignore_case=True)


def reaches(statement: PolicyStatement, resource: str, context: Context) -> bool:
    """Whether a statement is about a resource. One that names none is about the resource that it is attached to."""
    if statement.resources is not None:
        return any(resource_matches(one, resource, context, wide=statement.allows) for one in statement.resources)
    if statement.not_resources is None:
        return True
    return not any(
        resource_matches(one, resource, context, wide=not statement.allows) for one in statement.not_resources
    )


def resource_matches(pattern: str, resource: str, context: Context, *, wide: bool) -> bool:
    """Whether a pattern of a Resource element matches an ARN.

    "A * that is the last character of a segment can expand past the colon" is all that AWS says. So `wide` lets every
    wildcard run on, and otherwise each stays within its segment unless the pattern ends with it.
    """
    filled = fill(pattern, context)
    if filled is None:
        return False
    if wide or ":" not in resource or filled.strip("*") == "":
        return matcher((filled,))(resource)
    return arn_like(filled, resource)


def condition_holds(condition: Condition, context: Context, *, allows: bool = True) -> bool:
    """Whether one condition holds in a request."""
    wanted = [one for one in (fill(value, context) for value in condition.values) if one is not None]
    if not condition.operator.is_wild:
        wanted = [unescape(one) for one in wanted]
    found = context.get(condition.key)
    if (
        "*" in wanted
        and allows
        and not condition.operator.negated
        and condition.operator.name.startswith("StringEquals")
    ):
        # By the letter it lets in nobody, which is hardly what was meant.
        wanted = [*wanted, *(found or ())]
    if condition.operator.kind == "Arn" and allows != condition.operator.negated:
        wanted = [_as_arn(one) for one in wanted]
    return holds(condition.operator, wanted, found)


def _as_arn(pattern: str) -> str:
    """Read `*` as every ARN: whether IAM does is not written, so it is read so where that allows more."""
    return "arn:*:*:*:*:*" if pattern and not pattern.strip("*") else pattern


def principal_match(statement: PolicyStatement, principal: Principal) -> Match:
    """Say how a statement names a principal.

    `NotPrincipal` with Allow takes in all but those named, with Deny all of whom it is certain that they are not named:
    whether naming a role and not its account spares it is not settled by AWS's page.
    """
    if statement.principals is not None:
        return _named(statement.principals, principal, wide=statement.allows)
    if statement.not_principals is None:
        return Match.DIRECT
    listed = _named(statement.not_principals, principal, wide=not statement.allows)
    return Match.DIRECT if listed is Match.NO else Match.NO


def _has_principals(statement: PolicyStatement) -> bool:
    return statement.principals is not None or statement.not_principals is not None


def _named(names: Mapping[str, tuple[str, ...]], principal: Principal, *, wide: bool) -> Match:
    if any(name == "*" for name in names.get("AWS", ())):
        return Match.DIRECT
    if principal.kind == "service":
        return Match.DIRECT if principal.name in names.get("Service", ()) else Match.NO
    if principal.kind in ("oidc", "saml"):
        found = {"*", principal.name} & set(names.get("Federated", ()))
        return Match.DIRECT if found else Match.NO
    if principal.kind == "canonical":
        return Match.DIRECT if principal.name in names.get("CanonicalUser", ()) else Match.NO
    if principal.kind == "anonymous":
        return Match.NO
    by_account = Match.NO
    for name in names.get("AWS", ()):
        if name in (principal.arn, principal.session) and name:
            return Match.DIRECT
        if _is_account(name, principal.account):
            by_account = Match.ACCOUNT
        elif wide and has_wildcard(name) and any(map(matcher((name,)), _names_of(principal))):
            # IAM refuses wildcards in a principal. Where one stands nevertheless, it is taken at its word.
            return Match.DIRECT
    return by_account


def _names_of(principal: Principal) -> tuple[str, ...]:
    root = ":".join([*principal.arn.split(":", 5)[:5], "root"])
    return (principal.arn, principal.session, principal.account, root)


def _is_account(name: str, account: str) -> bool:
    if _ACCOUNT.fullmatch(name):
        return name == account
    root = _ROOT.fullmatch(name)
    return root is not None and root[1] == account
