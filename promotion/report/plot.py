"""What charts are made of: the plot's edges, axis, limit, words, and numbers that are written the same everywhere."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from promotion.report.markup import Child, el

WIDTH, HEIGHT = 340, 150
LEFT, RIGHT, TOP, BOTTOM = 42, 332, 10, 124
"""The plot's edges, in the units of the view box."""


def known(value: float | None) -> float | None:
    """Give the value if it can be drawn; NaN and infinity are not values."""
    return value if value is not None and math.isfinite(value) else None


def top_of(values: Sequence[float], limit: float | None) -> float:
    """Find the end of the axis: the next round number over everything drawn."""
    most = max([*values, limit or 0.0, 0.0])
    if not 1e-300 < most < 1e300:  # nothing, or so near the ends of what a float holds that no round number is near
        return max(most, 1.0)
    power = 10.0 ** math.floor(math.log10(most))
    return next((step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5) if step * power >= most * 1.02), 10 * power)


def height(value: float, top: float) -> float:
    """Give the place of a value on the axis, never outside the plot."""
    return BOTTOM - (BOTTOM - TOP) * min(max(value / top, 0.0), 1.0)


def curve(values: Sequence[float | None], top: float, cls: str = "line", *, right: float = RIGHT) -> list[Child]:
    """Draw evenly spaced values from the left edge to `right`; a missing one is a gap, a lone one a dot."""
    step = (right - LEFT) / max(len(values) - 1, 1)
    points = [None if value is None else (LEFT + step * i, height(value, top)) for i, value in enumerate(values)]
    return [
        el("polyline", cls=cls, points=" ".join(f"{number(x)},{number(y)}" for x, y in run))
        if len(run) > 1
        else el("circle", cls="dot", cx=number(run[0][0]), cy=number(run[0][1]), r="2")
        for run in _runs(points)
    ]


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Points that follow each other without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def figure(title: str, said: str, drawn: Child, *, over: bool) -> Markup:
    """Put a drawing under its title and under words that say the same for who cannot see it."""
    label = f"{title}: {said}"
    picture = el("svg", el("title", label), drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)
    return el("figure", el("figcaption", el("b", title), " ", said), picture, cls="chart is-over" if over else "chart")


def axis(top: float) -> list[Child]:
    """Draw the lines of 0, half and all of the axis, with their amounts."""
    return [
        [across("grid", value, top), tick(LEFT - 5, height(value, top) + 3, amount(value), "end")]
        for value in (0.0, top / 2, top)
    ]


def limit_line(limit: float | None, top: float) -> Child:
    """Draw the limit, if there is one."""
    return None if limit is None else across("limit", limit, top)


def across(cls: str, value: float, top: float) -> Markup:
    """Draw a line across the plot."""
    y = number(height(value, top))
    return el("line", cls=cls, x1=number(LEFT), x2=number(RIGHT), y1=y, y2=y)


def ends(start: str, end: str) -> list[Child]:
    """Name the first and the last moment."""
    return [tick(LEFT, HEIGHT - 8, start, "start"), tick(RIGHT, HEIGHT - 8, end, "end")]


def tick(x: float, y: float, words: str, anchor: str) -> Child:
    """Write words at a place of the plot."""
    return el("text", words, cls="tick", x=number(x), y=number(y), text_anchor=anchor) if words else None


def over_limit(values: Sequence[float | None], limit: float | None, unit: str) -> str:
    """Say the most of the values, the limit, how many lie over it and how many are missing."""
    found = [value for value in values if value is not None]
    if not found:
        return "no data"
    parts = [f"most {amount(max(found))}{unit}"]
    if limit is not None:
        over = sum(value > limit for value in found)
        parts += [f"limit {amount(limit)}{unit}", f"{over} of {len(found)} over it"]
    if len(found) < len(values):
        parts.append(f"{len(values) - len(found)} without data")
    return ", ".join(parts)


def amount(value: float) -> str:
    """Write a number with four digits that count, or all in front of the point: `0.07`, `398.3`, `41882`."""
    return f"{value:.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"


def number(value: float) -> str:
    """Write a coordinate: two decimals at most, no negative zero."""
    return f"{round(value, 2) + 0.0:g}"
