"""The page's colours. Every ink is readable on every surface: at least 4.5:1 (WCAG 2.2, 1.4.3), in every mode."""

from collections.abc import Mapping
from typing import Final

SURFACES: Final = ("page", "panel", "good-tint", "bad-tint", "unsure-tint", "wait-tint")
"""What text stands on. The other names but `line` are inks: text and shapes."""

LIGHT: Final[Mapping[str, str]] = {
    "page": "#ffffff",
    "panel": "#f5f7f9",
    "good-tint": "#eef8f1",
    "bad-tint": "#fdf1ef",
    "unsure-tint": "#f6f2fd",
    "wait-tint": "#ecf6f8",
    "line": "#d8dee5",
    "ink": "#18212b",
    "quiet": "#566270",
    "good": "#176c36",
    "bad": "#b3231a",
    "unsure": "#6540bd",
    "wait": "#0b6673",
    "waived": "#7a5b00",
    "word": "#0a58a6",
}
DARK: Final[Mapping[str, str]] = {
    "page": "#10151b",
    "panel": "#171e26",
    "good-tint": "#12241a",
    "bad-tint": "#2b1917",
    "unsure-tint": "#211c31",
    "wait-tint": "#11252a",
    "line": "#303a45",
    "ink": "#e7ebf0",
    "quiet": "#9ca8b5",
    "good": "#52c578",
    "bad": "#ff8d82",
    "unsure": "#ba9eff",
    "wait": "#5cc5d3",
    "waived": "#e4b04c",
    "word": "#79b8ff",
}
PAPER: Final[Mapping[str, str]] = {
    "page": "#ffffff",
    "panel": "#f6f7f8",
    "good-tint": "#f2f8f4",
    "bad-tint": "#fcf3f1",
    "unsure-tint": "#f7f4fc",
    "wait-tint": "#f1f7f8",
    "line": "#b9c0c8",
    "ink": "#000000",
    "quiet": "#444d57",
    "good": "#0d5c2b",
    "bad": "#9e170f",
    "unsure": "#512c9f",
    "wait": "#07535e",
    "waived": "#624a00",
    "word": "#08488a",
}


def variables(palette: Mapping[str, str]) -> str:
    """CSS custom properties of the palette: `--ink:#18212b;…`."""
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())
