"""When a rollback was over. Pure."""

from datetime import datetime

from promotion.sections.after_rollback.found_deployments import Brought
from promotion.unknown import Reason, Unknown


def ended_at(brought: Brought) -> datetime:
    """Tell when the rollback was over. Raises Unknown: no-data without one, not-due while it is in progress."""
    restored = brought.restored
    if restored is None:
        raise Unknown(Reason.NO_DATA, f"the image is not rolled back at {brought.target}: see codedeploy-rolled-back")
    if brought.restored_at is not None:
        return brought.restored_at
    if restored.is_unfinished:
        raise Unknown(
            Reason.NOT_DUE,
            f"the rollback of {brought.target} is in progress: {restored.describe()}; run again when it has ended",
        )
    raise Unknown(
        Reason.NO_DATA,
        f"the rollback of {brought.target} has not succeeded: {restored.describe()}; see codedeploy-rolled-back",
    )
