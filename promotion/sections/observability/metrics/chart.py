"""Values over the window, in the shape that the report draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from promotion.clients.aws.cloudwatch.window import MINUTE, Window


@dataclass(frozen=True)
class Chart:
    """One value a minute with its limit. Wherever evidence holds such an object, the report draws it."""

    title: str
    values: tuple[float | None, ...]
    """None where nothing was measured."""
    limit: float
    unit: str
    start: str
    end: str
    chart: Literal["line"] = "line"


def by_minute(title: str, window: Window, points: Mapping[datetime, float], *, limit: float, unit: str) -> Chart:
    """Lay points out over the minutes of a window."""
    found = [points.get(window.start + number * MINUTE) for number in range(window.minutes)]
    return Chart(
        title=title,
        values=tuple(None if value is None else float(f"{value:.6g}") for value in found),
        limit=limit,
        unit=unit,
        start=f"{window.start:%H:%M}Z",
        end=f"{window.end:%H:%M}Z",
    )
