"""IAM's policy simulator: what it says of the identity policies and the boundary of a role. This module does I/O.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.account import Account

_KINDS = {"aws:SecureTransport": "boolean"}
"""Types of condition keys that are no strings."""


@dataclass(frozen=True)
class PolicyDecision:
    """What IAM's policy simulator says of the identity policies and the boundary of a role."""

    role: str
    """Its ARN."""
    action: str
    resource: str
    word: str
    """`allowed`, `implicitDeny` or `explicitDeny`."""
    missing: tuple[str, ...] = ()
    """Condition keys that policies ask for and that the simulator was given no value of."""
    within_boundary: bool = True
    """Whether the role's permissions boundary, if it has one, allows it."""

    @property
    def allowed(self) -> bool:
        """Whether the role's own policies allow it."""
        return self.word == "allowed"


def simulated(
    account: Account, role: str, asked: Mapping[str, Sequence[str]], context: Mapping[str, str]
) -> Iterator[PolicyDecision]:
    """Ask whether a role may do things: actions, each with the ARNs of resources.

    `context` are the condition keys that the call has, and their values.
    """
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": _KINDS.get(key, "string")}
        for key, value in context.items()
    ]
    pages = account.client("iam").get_paginator("simulate_principal_policy")
    for action, resources in asked.items():
        for page in pages.paginate(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=list(resources), ContextEntries=entries
        ):
            for told in page["EvaluationResults"]:
                yield from read_decisions(role, action, resources, told)


def read_decisions(role: str, action: str, resources: Sequence[str], told: Mapping[str, Any]) -> list[PolicyDecision]:
    """Read one result: IAM tells of each resource in a list within it, and at its top of the kind of resource."""
    specific = told.get("ResourceSpecificResults") or ()
    if not specific:
        resource = resources[0] if len(resources) == 1 else told["EvalResourceName"]
        missing = tuple(told.get("MissingContextValues") or ())
        return [PolicyDecision(role, action, resource, told["EvalDecision"], missing, _within_boundary(told))]
    return [
        PolicyDecision(
            role,
            action,
            one["EvalResourceName"],
            one["EvalResourceDecision"],
            tuple(one.get("MissingContextValues") or ()),
            _within_boundary(one),
        )
        for one in specific
    ]


def _within_boundary(told: Mapping[str, Any]) -> bool:
    """Read https://docs.aws.amazon.com/IAM/latest/APIReference/API_PermissionsBoundaryDecisionDetail.html."""
    detail = told.get("PermissionsBoundaryDecisionDetail") or {}
    return bool(detail.get("AllowedByPermissionsBoundary", True))
