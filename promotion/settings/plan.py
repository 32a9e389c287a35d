"""The deployment plan: where the promotion record is kept, who may do what, when nothing may be deployed."""

from promotion.settings.strict import Strict


class Plan(Strict):
    """What a promotion record is judged by."""
