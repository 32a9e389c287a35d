"""One request to AWS: by whom, for what action, on what, and what else a policy may ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PrincipalKind = Literal["anonymous", "root", "role", "user", "service", "oidc", "saml", "canonical"]

Context = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case to their values. A key that is absent from the request is absent here."""


@dataclass(frozen=True)
class Principal:
    """Who asks.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    kind: PrincipalKind
    account: str = ""
    """Twelve digits; of a service, a federated or an anonymous principal none."""
    arn: str = ""
    """Of the role, not of its session; of the user; of the account as `…:root`."""
    session: str = ""
    """ARN of the session of a role, if a policy may name it."""
    name: str = ""
    """Of a service `lambda.amazonaws.com`; of a provider its ARN or, of one that IAM knows itself, its domain."""


@dataclass(frozen=True)
class Request:
    """One request."""

    principal: Principal
    action: str
    resource: str
    """ARN, or `*`."""
    context: Context = field(default_factory=dict)
