"""The service's secrets, and how logs are searched for them."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict


class Ready(Strict):
    """How the application itself says that it has loaded a secret."""

    path: str = Field(default="/ready", pattern="^/")
    """Path of its readiness endpoint, on every target that uses the secret."""
    json_: dict[str, Any] = Field(alias="json", min_length=1)
    """JMESPath expression over the JSON body to the exact value it must give."""


class Secret(Strict):
    """A secret in Secrets Manager that the service needs."""

    name: str = Field(min_length=1)
    """Its name, or its ARN."""
    used_by: tuple[str, ...] = ()
    """Names of the targets that read it; every target of the environment if empty."""
    ready: Ready | None = None
    sensitive: tuple[str, ...] = ()
    """Fields of its JSON that are secret, such as `password`; found by their names and values if empty."""
    customer_key: bool = False
    """Whether it must be encrypted with a customer managed key."""
    shared_with: tuple[Annotated[str, Field(pattern="^[0-9]{12}$")], ...] = ()
    """Other accounts that its resource policy may let in."""


class Allowed(Strict):
    """Something in logs that a pattern takes for a secret although it is not one. It never exempts the value of a secret."""

    rule: str | None = Field(default=None, min_length=1)
    """Id of the only pattern this is about; without it, any."""
    regex: str | None = Field(default=None, min_length=1)
    """What the pattern found must match this somewhere."""
    stopword: str | None = Field(default=None, min_length=3)
    """What the pattern found must have this in it, in any case."""
    reason: str = Field(min_length=10)
    """Why it is not a secret."""
    owner: str = Field(min_length=1)
    """Who answers for it."""
    until: date
    """The last day on which it counts."""

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if not (self.rule or self.regex or self.stopword):
            raise ValueError("say what is allowed: give a `rule`, a `regex` or a `stopword`")
        return self


class Leaks(Strict):
    """How the logs of the deployment are searched for secrets."""

    environments: tuple[Literal["dev", "prod"], ...] = ("dev",)
    """Whose secrets are looked for, value by value, in the logs of dev; none if the service has none."""
    groups: tuple[str, ...] = ()
    """More log groups of dev to search, beside those that its targets name."""
    rules: tuple[str, ...] = ()
    """Files with more patterns, in the TOML format of gitleaks."""
    allow: tuple[Allowed, ...] = ()
    window_hours: float = Field(default=72, gt=0, le=24 * 30)
    """A deployment that began longer ago is not searched for leaks: deploy again, or raise this."""
    minutes: float = Field(default=20, gt=0, le=25)
    """How long the events of one log group are read before the rest is left unread."""
    calls_per_second: int = Field(default=5, ge=1, le=100)
    """Calls of FilterLogEvents, for all groups of a region together; 5 is what AWS grants."""
    places: int = Field(default=5, ge=1, le=100)
    """How many findings of each rule are kept with their places; all are counted."""
    unmask: bool = False
    """Read what data protection policies mask, which takes the permission logs:Unmask."""
