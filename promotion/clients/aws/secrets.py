"""Secrets Manager: secrets, their versions and policies. No value is ever read. This module does I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from promotion.clients.aws.account import Account


def described_secret(account: Account, name: str) -> Mapping[str, Any] | None:
    """Give a secret as DescribeSecret describes it; None if there is none of this name."""
    client = account.client("secretsmanager")
    try:
        described: Mapping[str, Any] = client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return described


def secret_versions(account: Account, name: str) -> Iterator[Mapping[str, Any]]:
    """Give every version of a secret that has a value, as ListSecretVersionIds describes it.

    DescribeSecret speaks of versions without a value too, which cannot be read.
    """
    client, asked = account.client("secretsmanager"), {"SecretId": name}
    while True:
        page = client.list_secret_version_ids(**asked)
        yield from page.get("Versions") or ()
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def resource_policy(account: Account, name: str) -> str:
    """Give the resource policy of a secret as JSON; empty if it has none."""
    answer = account.client("secretsmanager").get_resource_policy(SecretId=name)
    return answer.get("ResourcePolicy") or ""


def secret_pages(account: Account) -> Iterator[list[Mapping[str, Any]]]:
    """Give the secrets of the account and region, page by page, as ListSecrets lists them."""
    for page in account.client("secretsmanager").get_paginator("list_secrets").paginate():
        yield page["SecretList"]
