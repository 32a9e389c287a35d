"""What AWS and the application say of a secret. There is no value in any of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.policy_simulator import PolicyDecision


@dataclass(frozen=True)
class SecretLook:
    """A secret as Secrets Manager describes it."""

    name: str
    arn: str | None
    """None if there is no such secret."""
    stages: tuple[str, ...] = ()
    """The staging labels of all versions that have a value: `AWSCURRENT`, `AWSPREVIOUS`, …"""
    deleted: datetime | None = None
    """When it is deleted, if that is scheduled."""
    key: str | None = None
    """Id or ARN of its KMS key; None if it is aws/secretsmanager, which AWS manages."""
    policy: str = ""
    """Its resource policy, as JSON; empty if it has none."""
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True)
class KeyLook:
    """The KMS key of a secret."""

    id: str
    manager: str
    """`CUSTOMER`, or `AWS`."""
    state: str
    """`Enabled`, `Disabled`, `PendingDeletion` and others."""
    deleted: datetime | None = None
    """When it is deleted, if that is scheduled."""
    policy: str = ""
    """Its key policy, as JSON; empty for a key that AWS manages."""


@dataclass(frozen=True)
class AccessLook:
    """What the roles of the targets that use a secret may do."""

    roles: Mapping[str, tuple[str, ...]]
    """ARNs by target."""
    decisions: tuple[PolicyDecision, ...]

    def of(self, role: str, action: str, resource: str) -> PolicyDecision | None:
        """Give the decision on one question, if it was answered."""
        wanted = (role, action, resource)
        return next((one for one in self.decisions if (one.role, one.action, one.resource) == wanted), None)


@dataclass(frozen=True)
class ReadyLook:
    """What a target says of the secrets it has loaded."""

    target: str
    url: str
    problems: tuple[str, ...] = ()
    """What is not as declared, a sentence each."""


READ, DECRYPT = "secretsmanager:GetSecretValue", "kms:Decrypt"


@dataclass(frozen=True)
class OtherSecrets:
    """Secrets of the account that the service has no business with."""

    arns: tuple[str, ...]
    made_up: str
    """ARN of a secret that there is not, called unlike any other."""
    own: tuple[str, ...] | None = None
    """ARNs of the declared secrets in the account's list; None where it was not read to its end."""
