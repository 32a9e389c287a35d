"""What of a graph is out of sight: beyond the ends of its axes, or of a time range that is over.

Source: "yAxis" and "Time range" of
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotion.sections.observability.dashboards.rows import malformed


@dataclass(frozen=True)
class Bounds:
    """What a widget shows of its lines."""

    axes: Mapping[str, tuple[float, float]]
    """`left` and `right` to the smallest and the largest value; infinite where the axis adapts."""
    ended: str = ""
    """When its time range ends, if that is a fixed moment; empty if it moves with the time."""

    def clip(self, value: float, axis: str) -> float:
        """Give where on an axis a value is drawn: at its end, if it lies beyond."""
        low, high = self.axes.get(axis, (float("-inf"), float("inf")))
        return min(max(value, low), high)


NO_BOUNDS = Bounds({})


def read_bounds(properties: Mapping[str, Any], title: str) -> Bounds:
    """Read the bounds of a metric widget. Raises Unknown, malformed, for an axis that is not one."""
    axes = properties.get("yAxis") or {}
    if not isinstance(axes, dict) or not all(isinstance(axis, dict) for axis in axes.values()):
        raise malformed(f"the axes of {title!r} cannot be parsed")
    ends = {name: (_number(axis.get("min"), "-inf"), _number(axis.get("max"), "inf")) for name, axis in axes.items()}
    return Bounds(ends, _fixed(properties.get("end")))


def with_end(widget: Any, dashboard: Mapping[str, Any]) -> Any:
    """Give a widget the end of its dashboard's time range, unless it has its own."""
    if not isinstance(widget, dict) or not isinstance(widget.get("properties"), dict) or "end" not in dashboard:
        return widget
    return {**widget, "properties": {"end": dashboard["end"], **widget["properties"]}}


def _number(value: Any, otherwise: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else float(otherwise)


def _fixed(end: Any) -> str:
    """Give an end in ISO 8601; a relative one begins with `-` or `P`."""
    return end if isinstance(end, str) and end[:4].isdecimal() else ""
