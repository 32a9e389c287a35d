"""The service's secrets, and how logs are searched for them."""

from pydantic import Field

from promotion.settings.strict import Strict


class Secret(Strict):
    """A secret in Secrets Manager that the service needs."""

    name: str = Field(min_length=1)
    """Its name, or its ARN."""


class Leaks(Strict):
    """How the logs of the deployment are searched for secrets."""
