"""Every colour of text is readable on every surface, in every mode."""

import re

import pytest

from promotion.report.palette import DARK, LIGHT, PAPER, SURFACES
from promotion.report.style import stylesheet

MODES = {"light": LIGHT, "dark": DARK, "paper": PAPER}
CASES = [
    pytest.param(palette[ink], palette[surface], id=f"{mode}-{ink}-on-{surface}")
    for mode, palette in MODES.items()
    for ink in palette
    if ink not in {*SURFACES, "line"}
    for surface in SURFACES
]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right():
    """Black on white is 21:1, and the grey everybody takes for readable is 2.85:1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#999999", "#ffffff") == pytest.approx(2.85, abs=0.01)


@pytest.mark.parametrize(("ink", "surface"), CASES)
def test_text_is_readable(ink, surface):
    """At least 4.5:1 (WCAG 2.2, success criterion 1.4.3)."""
    assert contrast(ink, surface) >= 4.5


def test_every_mode_has_the_same_colours():
    """A colour that one mode lacks would be another mode's."""
    assert set(LIGHT) == set(DARK) == set(PAPER)


def test_the_style_has_no_colour_of_its_own():
    """Colours come from the palette, so that the proof above is about all of them; the page margins are on paper."""
    style = stylesheet("sha256:0")
    for palette in MODES.values():
        for name, colour in palette.items():
            style = style.replace(f"--{name}:{colour};", "")
    assert set(re.findall(r"#[0-9a-f]{3,8}\b(?=[;}!])", style)) == {"#444"}
    assert contrast("#444444", PAPER["page"]) >= 4.5


def test_every_colour_that_is_used_is_in_the_palette():
    """A misspelt variable would silently be the inherited colour."""
    used = set(re.findall(r"var\(--([a-z-]+)\)", stylesheet("sha256:0")))
    assert used - {"tone", "tint"} <= set(LIGHT)
