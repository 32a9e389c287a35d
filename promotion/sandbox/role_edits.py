"""Policies of the roles of a world, changed by a fault."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ROLE = "shop-codedeploy-lambda"
"""The role that faults change, if they do not say another."""


def allow(actions: str | Sequence[str], resources: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: str | Sequence[str], resources: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that denies."""
    return {**allow(actions, resources, **more), "Effect": "Deny"}


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    """Write a condition, as a keyword of a statement."""
    return {"Condition": {operator: {key: list(values) if len(values) != 1 else values[0]}}}


def document(*statements: Mapping[str, Any]) -> str:
    """Write a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def role_of(world: "World", name: str = ROLE, which: str = "dev") -> Any:
    """Give a role as moto keeps it."""
    environment = {"dev": world.dev, "prod": world.prod}[which]
    return next(role for role in environment.backend("iam").get_roles() if role.name == name)


def give(world: "World", *statements: Mapping[str, Any], role: str = ROLE, which: str = "dev") -> None:
    """Write a role one more inline policy."""
    role_of(world, role, which).put_policy("extra", document(*statements))


def trust(world: "World", *statements: Mapping[str, Any], role: str = ROLE, which: str = "dev") -> None:
    """Add statements to the trust policy of a role."""
    trusted = role_of(world, role, which)
    found = json.loads(trusted.assume_role_policy_document)
    found["Statement"] += statements
    trusted.assume_role_policy_document = json.dumps(found)
