"""Small charts as SVG: the same numbers give the same bytes, colours follow the page, and no script is needed.

A value that is missing (None, NaN) is a gap, never a zero.
"""

import math
from collections.abc import Sequence

from markupsafe import Markup

from promotion.report.markup import Child, el

WIDTH, HEIGHT = 340, 150
LEFT, RIGHT, TOP, BOTTOM = 42, 332, 10, 124
"""The plot's edges, in the units of the view box."""


def stacked(parts: Sequence[tuple[str, int]], *, width: int = 120) -> Markup:
    """Draw counts as one bar: `[("good", 5), ("bad", 1)]`. It says nothing that words beside it do not."""
    whole = sum(count for _, count in parts)
    drawn: list[Child] = []
    at = 0
    for tone, count in parts:
        if count:
            start, end = width * at / whole, width * (at + count) / whole
            drawn.append(el("rect", cls=f"fill-{tone}", x=_n(start), width=_n(max(end - start - 1, 0.5)), height="8"))
            at += count
    box = f"0 0 {width} 8"
    return el("svg", drawn, cls="bar", viewBox=box, preserveAspectRatio="none", aria_hidden="true")


def line(
    title: str,
    values: Sequence[float | None],
    *,
    limit: float | None = None,
    unit: str = "",
    start: str = "",
    end: str = "",
) -> Markup:
    """Evenly spaced values over time, with the limit drawn and what lies over it shaded.

    `start` and `end` name the first and the last moment.
    """
    known = [_known(value) for value in values]
    top = _top([value for value in known if value is not None], limit)
    step = (RIGHT - LEFT) / max(len(known) - 1, 1)
    points = [None if value is None else (LEFT + step * i, _y(value, top)) for i, value in enumerate(known)]
    over = [i for i, value in enumerate(known) if limit is not None and value is not None and value > limit]
    breaches: list[Child] = [
        el("rect", cls="breach", x=_n(LEFT + step * (i - 0.5)), y=_n(TOP), width=_n(step), height=_n(BOTTOM - TOP))
        for i in over
    ]
    runs: list[Child] = [
        el("polyline", cls="line", points=" ".join(f"{_n(x)},{_n(y)}" for x, y in run))
        if len(run) > 1
        else el("circle", cls="dot", cx=_n(run[0][0]), cy=_n(run[0][1]), r="2")
        for run in _runs(points)
    ]
    said = _said(known, limit, unit, len(over))
    ends = [_tick(LEFT, HEIGHT - 8, start, "start"), _tick(RIGHT, HEIGHT - 8, end, "end")]
    return _figure(title, said, [breaches, _axis(top), _limit(limit, top), runs, ends], over=bool(over))


def bars(
    title: str, values: Sequence[tuple[str, float | None]], *, limit: float | None = None, unit: str = ""
) -> Markup:
    """One bar for each name, with the limit drawn; a bar over it is marked."""
    known = [(name, _known(value)) for name, value in values]
    top = _top([value for _, value in known if value is not None], limit)
    step = (RIGHT - LEFT) / max(len(known), 1)
    drawn: list[Child] = []
    over = 0
    for i, (name, value) in enumerate(known):
        middle = LEFT + step * (i + 0.5)
        drawn.append(_tick(middle, HEIGHT - 8, name, "middle"))
        if value is None:
            drawn.append(_tick(middle, BOTTOM - 4, "no data", "middle"))
            continue
        above = limit is not None and value > limit
        over += above
        y = _y(max(value, 0), top)
        x, wide = middle - step * 0.3, step * 0.6
        tone = "fill-bad" if above else "fill-word"
        drawn.append(el("rect", cls=tone, x=_n(x), y=_n(y), width=_n(wide), height=_n(BOTTOM - y)))
    said = _said([value for _, value in known], limit, unit, over)
    return _figure(title, said, [_axis(top), drawn, _limit(limit, top)], over=bool(over))


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _top(values: Sequence[float], limit: float | None) -> float:
    """Find the end of the axis: the next round number over everything drawn."""
    most = max([*values, limit or 0.0, 0.0])
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next((step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5) if step * power >= most * 1.02), 10 * power)


def _y(value: float, top: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(value / top, 0.0), 1.0)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Points that follow each other without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _said(values: Sequence[float | None], limit: float | None, unit: str, over: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "no data"
    parts = [f"most {amount(max(known))}{unit}"]
    if limit is not None:
        parts += [f"limit {amount(limit)}{unit}", f"{over} of {len(known)} over it"]
    if len(known) < len(values):
        parts.append(f"{len(values) - len(known)} without data")
    return ", ".join(parts)


def _figure(title: str, said: str, drawn: Child, *, over: bool) -> Markup:
    label = f"{title}: {said}"
    picture = el("svg", el("title", label), drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)
    return el("figure", el("figcaption", el("b", title), " ", said), picture, cls="chart is-over" if over else "chart")


def _axis(top: float) -> list[Child]:
    return [
        [
            el("line", cls="grid", x1=_n(LEFT), x2=_n(RIGHT), y1=_n(_y(value, top)), y2=_n(_y(value, top))),
            _tick(LEFT - 5, _y(value, top) + 3, amount(value), "end"),
        ]
        for value in (0.0, top / 2, top)
    ]


def _limit(limit: float | None, top: float) -> Child:
    if limit is None:
        return None
    return el("line", cls="limit", x1=_n(LEFT), x2=_n(RIGHT), y1=_n(_y(limit, top)), y2=_n(_y(limit, top)))


def _tick(x: float, y: float, words: str, anchor: str) -> Child:
    return el("text", words, cls="tick", x=_n(x), y=_n(y), text_anchor=anchor) if words else None


def amount(value: float) -> str:
    """Write a number of at most six digits, without an exponent where it can be: `0.07`, `1250`."""
    return f"{value:.6g}"


def _n(value: float) -> str:
    """Write a coordinate: two decimals at most, no negative zero."""
    return f"{round(value, 2) + 0.0:g}"
