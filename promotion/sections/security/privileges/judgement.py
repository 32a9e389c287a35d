"""A role held against least privilege: its policies, its boundary, its trust policy, and what was declared of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.iam import RolePolicies
from promotion.sections.security.policies.askers import Place
from promotion.sections.security.policies.statements import identity_statements, trust_statements
from promotion.sections.security.privileges import rules, trust
from promotion.sections.security.privileges.actions import catalogue
from promotion.sections.security.privileges.conditions import Openness
from promotion.sections.security.privileges.documents import Advice
from promotion.sections.security.privileges.effective import Effective, effective
from promotion.sections.security.privileges.findings import ExcessPrivilege
from promotion.sections.security.privileges.neighbours import Neighbour
from promotion.settings.privileges import Accepted, Role
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class PrivilegeFindings:
    """What was found of a role."""

    findings: tuple[ExcessPrivilege, ...]
    """The worst first."""
    unneeded: tuple[Accepted, ...]
    """Exceptions without which nothing more would be found."""
    statements: int
    actions: int
    """How many it may do in effect."""

    def describe(self, look: RolePolicies) -> str:
        """What was measured, in a few words."""
        parts = [f"{_count(self.actions, 'action')} by {_count(self.statements, 'statement')}"]
        if look.boundary:
            parts.append(f"within {look.boundary.name}")
        if self.unneeded:
            named = ", ".join(f"{' '.join(one.actions)} ({one.reason})" for one in self.unneeded)
            parts.append(f"{_count(len(self.unneeded), 'exception')} no longer needed: {named}")
        return " · ".join(parts)


def judge_role(
    look: RolePolicies, declared: Role, region: str, *, now: datetime, neighbours: Sequence[Neighbour] = ()
) -> PrivilegeFindings:
    """Judge a role by what was looked up and what is declared. `neighbours` are roles that may more than they should.

    Raises:
        Unknown: a policy is not one that can be understood, or the data on actions is not there.

    """
    trusting = trust_statements("the trust policy", look.trust)
    policies = tuple(
        statement for policy in look.policies for statement in identity_statements(policy.label, policy.document)
    )
    boundary = None if look.boundary is None else identity_statements(look.boundary.label, look.boundary.document)
    place = Place(look.partition, look.account, region, now)
    expected = trust.ExpectedTrust(declared.kind, declared.principals, declared.external_id, place, declared.subjects)
    openness = Openness(catalogue(), (look.partition, region, look.account), look.arn, now)

    def found(exceptions: Sequence[Accepted]) -> tuple[Effective, list[ExcessPrivilege]]:
        excused = [(one.actions, one.resources) for one in exceptions]
        role = effective(policies, boundary, openness, excused)
        return role, rules.find_excess(role, declared.kind, neighbours)

    role, findings = found(declared.exceptions)
    unneeded = tuple(
        one
        for one in declared.exceptions
        if found([other for other in declared.exceptions if other is not one])[1] == findings
    )
    return PrivilegeFindings(
        (*trust.judge_trust(trusting, expected), *findings), unneeded, len(policies), role.allowed.bit_count()
    )


def require_policies(look: RolePolicies, declared: Role) -> None:
    """Raise Unknown, no-data, for a role that must be able to do something, and for which IAM lists no policy."""
    if not look.policies and declared.kind != "other":
        raise Unknown(
            Reason.NO_DATA,
            f"IAM lists no policy of {look.name}, so that it may do nothing, which a role of the kind {declared.kind} hardly "
            'needs: check the name, and that its policies can be listed; if it has none, declare it with kind = "other"',
        )


GRAVE = ("ERROR", "SECURITY_WARNING")
"""The kinds of Access Analyzer's remarks that are held against a role. The others are about style.

Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicyFinding.html
"""


def remarked(advice: Advice) -> list[ExcessPrivilege]:
    """What IAM Access Analyzer holds against a role's policies."""
    return [
        ExcessPrivilege(
            "analyzer", one.policy, f"is {one.issue} to IAM Access Analyzer ({one.kind})", f"see {one.link}"
        )
        for one in advice.remarks
        if one.kind in GRAVE
    ]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
