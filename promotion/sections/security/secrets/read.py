"""Read what Secrets Manager and KMS say of a secret. This module does I/O."""

from dataclasses import replace

from promotion.clients.aws import kms
from promotion.clients.aws.account import Account
from promotion.clients.aws.secrets import described_secret, resource_policy, secret_versions
from promotion.sections.security.secrets.look import KeyLook, SecretLook


def read_secret(account: Account, name: str) -> SecretLook:
    """Read a secret's state, key, tags, the labels of its versions and its resource policy."""
    told = described_secret(account, name)
    if told is None:
        return SecretLook(name, None)
    look = SecretLook(
        name=name,
        arn=told["ARN"],
        deleted=told.get("DeletedDate"),
        key=told.get("KmsKeyId"),
        tags={tag["Key"]: tag["Value"] for tag in told.get("Tags") or ()},
    )
    if look.deleted is not None:
        return look
    stages = {stage for version in secret_versions(account, name) for stage in version.get("VersionStages") or ()}
    return replace(look, stages=tuple(sorted(stages)), policy=resource_policy(account, name))


def read_key(account: Account, key: str) -> KeyLook:
    """Read a KMS key and its policy; that of a key which AWS manages is not asked for."""
    told = kms.described_key(account, key)
    manager = told.get("KeyManager", "")
    policy = "" if manager == "AWS" else kms.key_policy(account, told["Arn"])
    return KeyLook(told["Arn"], manager, told["KeyState"], told.get("DeletionDate"), policy)
