"""Proof of life: no failure means something only where requests were counted, and lately."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.window import MINUTE, Window
from promotion.unknown import Reason, Unknown

SETTLED = 0.01
"""The share by which values may be fewer than requests: the newest of them are still coming in."""


def require_requests(requests: Mapping[datetime, float], metric: str, window: Window, max_age: timedelta) -> None:
    """Raise Unknown when a metric, described in a few words, has no value in the window (no-data), or none of late (stale)."""
    if not requests:
        raise Unknown(
            Reason.NO_DATA,
            f"CloudWatch has no value for {metric} from {window.describe()}: send traffic, or check the names in "
            "promotion.toml (CloudWatch returns nothing for dimensions that do not exist)",
        )
    newest = max(requests) + MINUTE
    silent = window.end - newest
    if silent > max_age:
        raise Unknown(
            Reason.STALE,
            f"CloudWatch has had no value for {metric} since {newest:%H:%M}Z, {silent // MINUTE} min before the "
            "window's end: send traffic, or find out why the metric stopped",
        )
