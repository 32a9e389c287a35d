"""Small charts as SVG: the same numbers give the same bytes, colours follow the page, and no script is needed.

A value that is missing (None, NaN) is a gap, never a zero.
"""

from collections.abc import Sequence

from markupsafe import Markup

from promotion.report import plot
from promotion.report.markup import Child, el
from promotion.report.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, number


def stacked(parts: Sequence[tuple[str, int]], *, width: int = 120) -> Markup:
    """Draw counts as one bar: `[("good", 5), ("bad", 1)]`. It says nothing that words beside it do not."""
    whole = sum(count for _, count in parts)
    drawn: list[Child] = []
    at = 0
    for tone, count in parts:
        if count:
            start, end = width * at / whole, width * (at + count) / whole
            wide = number(max(end - start - 1, 0.5))
            drawn.append(el("rect", cls=f"fill-{tone}", x=number(start), width=wide, height="8"))
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
    known = [plot.known(value) for value in values]
    top = plot.top_of([value for value in known if value is not None], limit)
    over = breaches(known, limit)
    drawn = [over, plot.axis(top), plot.limit_line(limit, top), plot.curve(known, top), plot.ends(start, end)]
    return plot.figure(title, plot.over_limit(known, limit, unit), drawn, over=bool(over))


def breaches(values: Sequence[float | None], limit: float | None) -> list[Child]:
    """Shade the moments of what lies over the limit."""
    step = (RIGHT - LEFT) / max(len(values) - 1, 1)
    return [
        el(
            "rect",
            cls="breach",
            x=number(max(LEFT + step * (i - 0.5), LEFT)),
            y=number(TOP),
            width=number(min(step, RIGHT - LEFT) * (0.5 if i in {0, len(values) - 1} else 1)),
            height=number(BOTTOM - TOP),
        )
        for i, value in enumerate(values)
        if limit is not None and value is not None and value > limit
    ]


def bars(
    title: str, values: Sequence[tuple[str, float | None]], *, limit: float | None = None, unit: str = ""
) -> Markup:
    """One bar for each name, with the limit drawn; a bar over it is marked."""
    known = [(name, plot.known(value)) for name, value in values]
    top = plot.top_of([value for _, value in known if value is not None], limit)
    step = (RIGHT - LEFT) / max(len(known), 1)
    drawn: list[Child] = []
    over = 0
    for i, (name, value) in enumerate(known):
        middle = LEFT + step * (i + 0.5)
        drawn.append(plot.tick(middle, HEIGHT - 8, name, "middle"))
        if value is None:
            drawn.append(plot.tick(middle, BOTTOM - 4, "no data", "middle"))
            continue
        above = limit is not None and value > limit
        over += above
        y = plot.height(max(value, 0), top)
        x, wide = middle - step * 0.3, step * 0.6
        tone = "fill-bad" if above else "fill-word"
        drawn.append(el("rect", cls=tone, x=number(x), y=number(y), width=number(wide), height=number(BOTTOM - y)))
    said = plot.over_limit([value for _, value in known], limit, unit)
    return plot.figure(title, said, [plot.axis(top), drawn, plot.limit_line(limit, top)], over=bool(over))
