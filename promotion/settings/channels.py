"""Where people are told of a promotion."""

from promotion.settings.strict import Strict


class Channels(Strict):
    """Slack, Teams, SNS, GitHub Issues, the status page."""
