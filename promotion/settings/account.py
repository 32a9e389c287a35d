"""How to get to an AWS account to look at it."""

from typing import Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict


class AwsAccess(Strict):
    """An AWS account and region, and with whose credentials it is looked at."""

    account: str = Field(pattern=r"^\d{12}$")
    """The account everything here is looked up in; credentials of another account are refused."""
    region: str
    role: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+")
    """Role to assume for looking."""
    external_id: str | None = None
    profile: str | None = None
    """Profile of the AWS configuration files to use."""
    endpoint_url: str | None = None
    """Where the AWS APIs are served, if not at AWS."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.role and self.profile:
            raise ValueError("give either `role` or `profile`, not both")
        if self.role and self.role.split(":")[4] != self.account:
            raise ValueError(f"`role` {self.role} is not in account {self.account}")
        return self
