"""The charts of a rollout and of what follows it: the canary beside its baseline, and the error budget."""

from collections.abc import Sequence

from markupsafe import Markup

from promotion.report import plot
from promotion.report.charts import breaches
from promotion.report.markup import Child, el
from promotion.report.plot import BOTTOM, LEFT, RIGHT, TOP, amount, number


def compared(
    title: str,
    canary: Sequence[float | None],
    baseline: Sequence[float | None],
    *,
    limit: float | None = None,
    unit: str = "",
    start: str = "",
    end: str = "",
    marks: Sequence[tuple[int, str]] = (),
) -> Markup:
    """Values of the canary and of its baseline over the same moments, evenly spaced, with the limit drawn.

    The baseline is dashed, so that the two differ without colour. `marks` names moments, by their number: `(2, "T+2")`.
    """
    new, old = [plot.known(value) for value in canary], [plot.known(value) for value in baseline]
    top = plot.top_of([value for value in (*new, *old) if value is not None], limit)
    over = breaches(new, limit)
    drawn: list[Child] = [
        over,
        plot.axis(top),
        [_mark(at, len(new), words) for at, words in marks if 0 <= at < len(new)],
        plot.limit_line(limit, top),
        plot.curve(old, top, "line is-baseline"),
        plot.curve(new, top),
        plot.ends(start, end),
        _key(RIGHT - 118, "line", "canary"),
        _key(RIGHT - 58, "line is-baseline", "baseline"),
    ]
    least = [value for value in old if value is not None]
    beside = f"baseline most {amount(max(least))}{unit}" if least else "baseline without data"
    return plot.figure(title, f"canary {plot.over_limit(new, limit, unit)}; {beside}", drawn, over=bool(over))


def budget(
    title: str,
    spent: Sequence[float | None],
    *,
    passed: float,
    limit: float = 100.0,
    before: float | None = None,
    unit: str = " %",
    start: str = "",
    end: str = "",
) -> Markup:
    """What has been spent of an error budget, over the part of its period that has passed, with where that leads.

    `spent` is cumulative and evenly spaced; it ends now, when the share `passed` (0 to 1) of the period is over. `before`
    is what had been spent before this deployment. `start` and `end` name the ends of the period.
    """
    known = [plot.known(value) for value in spent]
    found = [value for value in known if value is not None]
    share = min(max(plot.known(passed) or 0.0, 0.0), 1.0)
    now, begun = (found[-1], found[0]) if found else (None, 0.0)
    leads_to = None if now is None or share <= 0 else now + (now - begun) * (1 - share) / share
    top = plot.top_of(found, limit)
    at = LEFT + (RIGHT - LEFT) * share
    drawn: list[Child] = [
        plot.axis(top),
        el("polyline", cls="even", points=_points((LEFT, 0.0), (RIGHT, limit), top=top)),
        plot.limit_line(limit, top),
        plot.curve(known, top, right=at),
        None
        if now is None or leads_to is None
        else el("polyline", cls="leads", points=_points((at, now), (RIGHT, leads_to), top=top)),
        None if now is None else el("circle", cls="dot", cx=number(at), cy=number(plot.height(now, top)), r="3"),
        plot.ends(start, end),
    ]
    over = now is not None and now > limit
    said = _spent(now, before, leads_to, limit, unit, share)
    return plot.figure(title, said, drawn, over=over)


def _spent(
    now: float | None, before: float | None, leads_to: float | None, limit: float, unit: str, share: float
) -> str:
    if now is None:
        return "no data"
    parts = [f"{amount(now)}{unit} spent of {amount(limit)}{unit}"]
    earlier = plot.known(before)
    if earlier is not None:
        parts.append(f"{amount(float(f'{now - earlier:.3g}'))}{unit} of it since this deployment")
    parts.append(f"{amount(round(share * 100))} % of the period are over")
    if leads_to is not None and share < 1:
        parts.append(f"at this rate {amount(float(f'{leads_to:.3g}'))}{unit} at its end")
    return ", ".join(parts)


def _points(*points: tuple[float, float], top: float) -> str:
    return " ".join(f"{number(x)},{number(plot.height(value, top))}" for x, value in points)


def _mark(at: int, moments: int, words: str) -> list[Child]:
    x = LEFT + (RIGHT - LEFT) * at / max(moments - 1, 1)
    upright = el("line", cls="moment", x1=number(x), x2=number(x), y1=number(TOP), y2=number(BOTTOM))
    return [upright, plot.tick(min(x + 3, RIGHT - 20), BOTTOM - 4, words, "start")]


def _key(x: float, cls: str, words: str) -> list[Child]:
    y = number(TOP + 4)
    sample = el("polyline", cls=cls, points=f"{number(x)},{y} {number(x + 14)},{y}")
    return [sample, plot.tick(x + 17, TOP + 7, words, "start")]
