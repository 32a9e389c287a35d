"""What a role gets that can pass another one on, or become it. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from promotion.clients.aws.iam import RolePolicies
from promotion.core.partitions import dns_suffix
from promotion.sections.security.policies import askers
from promotion.sections.security.policies.askers import OWN_ORG, Place
from promotion.sections.security.policies.decide import acts_on
from promotion.sections.security.policies.search import Asker, find_request
from promotion.sections.security.policies.statements import PolicyStatement, identity_statements, trust_statements
from promotion.sections.security.privileges.actions import catalogue
from promotion.sections.security.privileges.conditions import Openness
from promotion.sections.security.privileges.effective import PASS_ROLE, effective
from promotion.sections.security.privileges.escalations import ASSUME, paths
from promotion.sections.security.privileges.neighbours import Neighbour
from promotion.sections.security.privileges.rules import find_excess

_POWER = {"administrator": "may do nearly everything", "escalation": "has a way to more than it may do"}


def roles_within_reach(look: RolePolicies) -> tuple[str, ...]:
    """Give the patterns of ARNs that a role may pass on or become, of its own account; not a bare `*`.

    Raises Unknown for a policy that cannot be read.
    """
    statements = [one for policy in look.policies for one in identity_statements(policy.label, policy.document)]
    found = [
        pattern
        for statement in statements
        if statement.allows and any(acts_on(statement, action) for action in (PASS_ROLE, ASSUME))
        for pattern in statement.resources or ()
        if ":role/" in pattern and pattern.split(":")[4:5] in ([look.account], ["*"])
    ]
    return tuple(dict.fromkeys(found))


def neighbours_of(
    role: RolePolicies, others: Sequence[RolePolicies], region: str, now: datetime
) -> tuple[Neighbour, ...]:
    """Give those of other roles that may more than they should, and who may become them.

    Raises Unknown for a policy that cannot be read.
    """
    return tuple(one for other in others if other.arn != role.arn for one in _neighbour(role, other, region, now))


def _neighbour(role: RolePolicies, other: RolePolicies, region: str, now: datetime) -> Iterator[Neighbour]:
    openness = Openness(catalogue(), (other.partition, region, other.account), other.arn, now)
    boundary = None if other.boundary is None else identity_statements(other.boundary.label, other.boundary.document)
    policies = [one for policy in other.policies for one in identity_statements(policy.label, policy.document)]
    kinds = {finding.kind for finding in find_excess(effective(policies, boundary, openness), "other")}
    power = next((said for kind, said in _POWER.items() if kind in kinds), None)
    if power is None:
        return
    place = Place(other.partition, other.account, region, now)
    trusting = trust_statements(f"the trust policy of {other.name}", other.trust)
    ends = dict.fromkeys(("amazonaws.com", dns_suffix(other.partition)))
    named = {path.passes_to.removesuffix("amazonaws.com") for path in paths() if path.passes_to}
    services = frozenset(
        service
        for service in sorted(f"{name}{end}" for name in named for end in ends)
        if _lets_in(trusting, askers.service(place, service, other.account, OWN_ORG))
    )
    yield Neighbour(other.arn, power, services, _lets_in(trusting, askers.named(place, role.arn, None, known=True)))


def _lets_in(statements: Sequence[PolicyStatement], those: Iterator[Asker]) -> bool:
    denies = [one for one in statements if not one.allows]
    allows = [one for one in statements if one.allows]
    asking = list(those)
    return any(find_request(one, denies, asking, (ASSUME,), ("*",)) is not None for one in allows)
