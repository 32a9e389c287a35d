"""IAM Access Analyzer: what it finds wrong with a policy. This module does I/O."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.pages import entries

IDENTITY = {"policyType": "IDENTITY_POLICY"}
TRUST = {"policyType": "RESOURCE_POLICY", "validatePolicyResourceType": "AWS::IAM::AssumeRolePolicyDocument"}
"""Which kind of policy a document is, in the words of ValidatePolicy."""


def policy_findings(account: Account, document: object, kind: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Give each finding about a policy.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html
    """
    asked: dict[str, Any] = {"policyDocument": json.dumps(document), **kind}
    yield from entries(account, "accessanalyzer", "validate_policy", "findings", **asked)
