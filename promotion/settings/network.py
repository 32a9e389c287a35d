"""What the network may let in, and how HTTPS must be offered."""

from promotion.settings.strict import Strict


class Network(Strict):
    """The doors of an environment."""
