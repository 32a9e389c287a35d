"""Read the roles that a role may pass on or become. This module does I/O."""

from collections.abc import Sequence

from promotion.clients.aws import iam
from promotion.clients.aws.account import Account
from promotion.clients.aws.iam import RolePolicies
from promotion.sections.security.policies.globs import has_wildcard, matches
from promotion.unknown import Reason, Unknown

MOST = 25
"""How many roles are looked at."""


def existing_roles(account: Account, patterns: Sequence[str], own: str) -> tuple[RolePolicies, ...]:
    """Read those roles of an account that fit patterns of ARNs; one that is named and not there is left out.

    Raises Unknown, not-supported, for more than `MOST`.
    """
    named = [one for one in patterns if not has_wildcard(one)]
    wild = [one for one in patterns if has_wildcard(one)]
    found = dict.fromkeys(named)
    if wild:
        found |= dict.fromkeys(arn for arn in iam.role_arns(account) if matches(wild, arn))
    arns = [arn for arn in found if arn != own]
    if len(arns) > MOST:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{own.rpartition('/')[2]} may pass on or become {len(arns)} roles, more than the {MOST} that are looked at: name "
            "in its policies those it needs",
        )
    looks = (iam.existing_role(account, arn.rpartition("/")[2]) for arn in arns)
    return tuple(look for look in looks if look is not None)
