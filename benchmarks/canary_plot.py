"""Power against traffic, as an SVG: how often harm is found at which number of requests a second."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

LINES = {
    "3 % errors": "#c0392b",
    "twice as slow": "#2471a3",
    "slower by 30 %": "#17a589",
    "20 % twice as slow": "#b9770e",
    "three times as many over p99": "#7d3c98",
    "good": "#566573",
}
"""Streams that are drawn, each in its colour; of the good one it is drawn how often it gets go."""
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 400, 60, 24, 230, 48
FIRST, LAST = 0.2, 1000.0
"""Requests a second at the ends."""

Shares = Mapping[str, Sequence[tuple[float, float]]]
"""By stream: requests a second, and the share that was decided as it ought to be."""


def plot(shares: Shares) -> str:
    """Draw the shares of each stream against the traffic, on a logarithmic scale."""
    return "\n".join([*_frame(), *_lines(shares), "</svg>", ""])


def _frame() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" '
        'role="img">'
    )
    yield "<title>Share of versions judged rightly by T+5, against requests a second of the service</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    for percent in (0, 25, 50, 75, 95, 100):
        y = _y(percent / 100)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
    for rate in (0.2, 1, 3, 10, 30, 100, 1000):
        x = _x(rate)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#eee"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{rate:g}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle:.1f}" y="{HEIGHT - 10}" text-anchor="middle">requests a second, a tenth to the canary</text>'


def _lines(shares: Shares) -> Iterator[str]:
    for number, (name, colour) in enumerate((name, colour) for name, colour in LINES.items() if shares.get(name)):
        points = " ".join(f"{_x(rate):.1f},{_y(share):.1f}" for rate, share in sorted(shares[name]))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        x, y = WIDTH - RIGHT + 14, TOP + 18 + 20 * number
        yield f'<line x1="{x}" x2="{x + 20}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2"/>'
        told = "good: go" if name == "good" else f"{name}: no-go"
        yield f'<text x="{x + 26}" y="{y}">{told}</text>'


def _x(rate: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * log10(rate / FIRST) / log10(LAST / FIRST)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
