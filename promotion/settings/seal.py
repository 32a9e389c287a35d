"""The seal: how long it may be valid."""

from pydantic import Field

from promotion.settings.strict import Strict


class SealSettings(Strict):
    """What `promotion seal` may be asked for."""

    longest_minutes: float = Field(default=1440, gt=0, allow_inf_nan=False)
    """The longest that `--minutes` may make a seal valid: a day, since what was seen in dev changes."""
