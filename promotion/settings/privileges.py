"""The roles that must be able to do little."""

from pydantic import Field

from promotion.settings.strict import Strict


class Role(Strict):
    """An IAM role of the service."""

    name: str = Field(min_length=1)
