"""What a way back must look like."""

from promotion.settings.strict import Strict


class Rollback(Strict):
    """Rollback readiness: the document, the alarms, the deployment groups, the canary."""
