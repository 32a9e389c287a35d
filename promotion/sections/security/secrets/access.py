"""What the roles that read a secret may do, by IAM's policy simulator. This module does I/O."""

from collections.abc import Iterable, Mapping

from promotion.clients.aws.account import Account
from promotion.clients.aws.ec2 import instance_profiles
from promotion.clients.aws.iam import profile_roles
from promotion.clients.aws.policy_simulator import PolicyDecision, simulated
from promotion.clients.aws.secrets import secret_pages
from promotion.core.partitions import dns_suffix, partition_of
from promotion.sections.security.secrets.look import DECRYPT, READ, OtherSecrets, SecretLook
from promotion.settings.secrets import Secret
from promotion.unknown import Reason, Unknown

_OTHERS = 50
"""How many other secrets a role's policies are tried on."""


def other_secrets(account: Account, declared: Iterable[Secret]) -> OtherSecrets:
    """Read which secrets of the account are not declared, the first fifty of them, and make one up."""
    own = {secret.name for secret in declared}
    found: list[str] = []
    listed: list[str] = []
    whole = True
    for page in secret_pages(account):
        for one in page:
            (listed if own & {one["Name"], one["ARN"]} else found).append(one["ARN"])
        if len(found) >= _OTHERS:
            whole = False
            break
    made_up = (
        f"arn:{partition_of(account.region)}:secretsmanager:{account.region}:{account.account}:secret:"
        "nobody-has-a-secret-of-this-name-a1B2c3"
    )
    return OtherSecrets(tuple(sorted(found)[:_OTHERS]), made_up, tuple(sorted(listed)) if whole else None)


def instance_roles(account: Account, instances: Iterable[str], target: str) -> tuple[str, ...]:
    """Read the roles of instances. Raises Unknown, no-data, without any instance and for one without a profile."""
    ids = sorted(instances)
    if not ids:
        raise Unknown(Reason.NO_DATA, f"no instance is registered for {target}, so its role is not known: deploy first")
    profiles = instance_profiles(account, ids)
    roles = [role for profile in sorted(arn for arn in profiles if arn) for role in profile_roles(account, profile)]
    if None in profiles or not roles:
        raise Unknown(
            Reason.NO_DATA,
            f"an instance of {target} has no instance profile, so it is not known which role it reads secrets "
            "with: give it one",
        )
    return tuple(roles)


def access(
    account: Account,
    roles: Mapping[str, tuple[str, ...]],
    look: SecretLook,
    key: str | None,
    others: OtherSecrets,
) -> tuple[PolicyDecision, ...]:
    """Ask for each role whether it may read a secret, decrypt with its `key`, and read other secrets.

    `roles` are ARNs by target; the secret is there, so that it has an ARN.
    """
    assert look.arn is not None
    _, _, _, region, owner, *_ = look.arn.split(":")
    if others.own is not None and look.arn not in others.own and (region, owner) == (account.region, account.account):
        raise Unknown(
            Reason.MALFORMED,
            f"secretsmanager:ListSecrets answered without {look.name}, which is there, so that others may be left out, too: "
            "check that the role may list all secrets, and run again",
        )
    own = {READ: [look.arn], **({DECRYPT: [key]} if key is not None else {})}
    found: list[PolicyDecision] = []
    for role in dict.fromkeys(role for mine in roles.values() for role in mine):
        found += simulated(account, role, own, _context(account, look))
        found += simulated(account, role, {READ: [others.made_up, *others.arns]}, _context(account, None))
    return tuple(found)


def _context(account: Account, look: SecretLook | None) -> dict[str, str]:
    """Give the condition keys that a call of the service has, for a secret or for any other, and their values."""
    values = {
        "aws:PrincipalAccount": account.account,
        "aws:RequestedRegion": account.region,
        "aws:ResourceAccount": account.account,
        "kms:CallerAccount": account.account,
        "kms:ViaService": f"secretsmanager.{account.region}.{dns_suffix(partition_of(account.region))}",
        "secretsmanager:VersionStage": "AWSCURRENT",
        "aws:SecureTransport": "true",
    }
    if look is not None:
        values |= {"kms:EncryptionContext:SecretARN": look.arn or "", "secretsmanager:SecretId": look.arn or ""}
        for prefix in ("aws:ResourceTag", "secretsmanager:ResourceTag"):
            values |= {f"{prefix}/{key}": value for key, value in (look.tags or {}).items()}
    return values
