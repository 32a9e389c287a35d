"""Which recorded baseline a fleet is held to, and why there may be none. Pure."""

from datetime import datetime, timedelta

from promotion.sections.observability.baseline.record import TargetMeasurement
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.sections.observability.measurements import Untellable
from promotion.settings import Settings
from promotion.unknown import Reason, Unknown

INSTEAD = "judged by limits and by the minutes before the deployment"


def recorded(
    name: str, kept: StoredBaseline | Untellable | None, settings: Settings, until: datetime
) -> TargetMeasurement | str:
    """Give what was recorded of a target, or in words why there is nothing to hold it to. `kept` is None if none is declared.

    Raises Unknown where there are records that cannot be read or believed.
    """
    if isinstance(kept, Untellable):
        raise Unknown(kept.reason, f"the recorded baseline could not be read: {kept.message}")
    if kept is not None and kept.broken:
        raise Unknown(
            Reason.MALFORMED, f"the chain in {kept.place} is broken: {kept.broken}; restore the original records"
        )
    if kept is None or kept.count == 0:
        return f"no recorded baseline: {INSTEAD}"
    newest, days = kept.newest, settings.rollout.baseline.max_age_days
    if newest is None:
        return f"no recorded baseline of another image: {INSTEAD}"
    if newest.service != settings.service:
        return f"the recorded baseline is of the service {newest.service!r}: {INSTEAD}"
    if until - newest.end > timedelta(days=days):
        return f"the recorded baseline is of {newest.end:%Y-%m-%d}, more than {days} days old: {INSTEAD}"
    found = newest.targets.get(name)
    if found is None or not found.latency or not found.requests:
        return f"the recorded baseline has no data of it: {INSTEAD}"
    return found
