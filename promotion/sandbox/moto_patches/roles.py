"""Assuming roles: moto lets anybody assume anything, even roles that do not exist.

Only what a trust policy says of accounts, principals and external ids is judged.
Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import json
from typing import Any

from moto.core.exceptions import AccessDeniedError
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse

from promotion.sandbox.moto_patches import amends


def several(value: Any) -> list[Any]:
    """Give a policy's value as a list: one is as good as many."""
    return value if isinstance(value, list) else [value]


def trusts(policy: dict[str, Any], caller: str, external_id: str | None) -> bool:
    """Whether a trust policy lets the principal with this ARN in."""
    account = caller.split(":")[4]
    accepted = {"*", account, f"arn:aws:iam::{account}:root", caller}
    for statement in several(policy["Statement"]):
        principal = statement.get("Principal", {})
        names = several(principal if isinstance(principal, str) else principal.get("AWS", []))
        wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
        if (
            statement["Effect"] == "Allow"
            and {"sts:AssumeRole", "sts:*", "*"} & set(several(statement["Action"]))
            and accepted & set(names)
            and (wanted is None or external_id in several(wanted))
        ):
            return True
    return False


@amends(TokenResponse, "assume_role")
def trusted(original: Any, self: Any) -> Any:
    """Refuse roles that do not exist or do not trust the caller, both in the same words."""
    arn = self._get_param("RoleArn")
    _, caller, _ = self.backend.get_caller_identity(self.get_access_key(), self.region)
    roles = iam_backends[arn.split(":")[4]][self.partition].get_roles()
    role = next((role for role in roles if role.arn == arn), None)
    if role is None or not trusts(json.loads(role.assume_role_policy_document), caller, self._get_param("ExternalId")):
        raise AccessDeniedError(caller, f"sts:AssumeRole on resource: {arn}")
    return original(self)
