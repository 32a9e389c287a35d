"""AWS Certificate Manager. This module does I/O."""

from collections.abc import Mapping
from typing import Any

from promotion.clients.aws.account import Account

_ARN = ":acm:"


def is_acm(arn: str) -> bool:
    """Whether a certificate is kept in ACM, by its ARN; else it is in IAM."""
    return _ARN in arn


def described_certificate(account: Account, arn: str) -> Mapping[str, Any]:
    """Give a certificate as DescribeCertificate describes it."""
    described: Mapping[str, Any] = account.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return described
