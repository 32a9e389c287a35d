"""KMS: keys, their policies and public halves. This module does I/O."""

from collections.abc import Mapping
from typing import Any

from promotion.clients.aws.account import Account


def described_key(account: Account, key: str) -> Mapping[str, Any]:
    """Give the metadata of a key, by its id, ARN or alias."""
    metadata: Mapping[str, Any] = account.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    return metadata


def key_policy(account: Account, key: str) -> str:
    """Give the policy of a key as JSON."""
    return str(account.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])


def public_key(account: Account, key: str) -> Mapping[str, Any]:
    """Give the public half of a key as GetPublicKey answers: `PublicKey` in DER, `KeyUsage` and so on."""
    answer: Mapping[str, Any] = account.client("kms").get_public_key(KeyId=key)
    return answer
