"""Charts: the numbers, the limit and the gaps are drawn, and said in words for who cannot see them."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.report.charts import bars, line, stacked
from promotion.report.plot import BOTTOM, LEFT, RIGHT, TOP, amount

from .dom import read

NUMBER = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-(10**12), 10**12))


def test_a_line_has_its_limit_and_what_lies_over_it():
    """The limit is drawn, minutes over it are shaded, and the words name the worst."""
    root = read(line("p99", [400, 450, 600, 624], limit=500, unit=" ms", start="09:00", end="09:03"))
    assert root.one("title").text == "p99: most 624 ms, limit 500 ms, 2 of 4 over it"
    assert len(root.all("rect", "breach")) == 2
    assert root.one("line", "limit")
    assert "is-over" in root.one("figure").classes
    assert {"09:00", "09:03"} <= {node.text for node in root.all("text")}


def test_a_missing_value_is_a_gap():
    """No data is never drawn as zero."""
    root = read(line("p99", [1, 2, None, math.nan, 3, 4, None, 5]))
    assert len(root.all("polyline")) == 2
    assert len(root.all("circle")) == 1
    assert root.one("title").text == "p99: most 5, 3 without data"


def test_bars_mark_what_is_over_the_limit():
    """One bar for each name; a bar over the limit has the colour of failure; no data is said."""
    root = read(bars("5xx", [("a", 1), ("b", 3), ("c", None)], limit=2))
    assert [rect.attributes["class"] for rect in root.all("rect")] == ["fill-word", "fill-bad"]
    assert "no data" in [node.text for node in root.all("text")]


def test_nothing_at_all_is_said():
    """A chart without values says so."""
    assert read(line("p99", [])).one("title").text == "p99: no data"
    assert read(bars("p99", [])).one("title").text == "p99: no data"


def test_a_bar_of_counts_fills_its_width():
    """Parts stand in order, in proportion, and none is lost however small."""
    root = read(stacked([("good", 5), ("quiet", 0), ("bad", 1)]))
    assert [(r.attributes["class"], r.attributes["x"]) for r in root.all("rect")] == [
        ("fill-good", "0"),
        ("fill-bad", "100"),
    ]
    assert not read(stacked([])).all("rect")
    assert len(read(stacked([("good", 100_000), ("bad", 1)])).all("rect")) == 2


@given(st.lists(NUMBER, max_size=80), NUMBER, st.text())
def test_any_numbers_stay_inside_the_plot(values, limit, title):
    """Whatever is measured, every coordinate is a finite number inside the picture, and the same each time."""
    bound = limit if limit is not None and math.isfinite(limit) else None
    drawn = line(title, values, limit=bound)
    assert drawn == line(title, values, limit=bound)
    root = read(drawn)
    for polyline in root.all("polyline"):
        points = [tuple(map(float, pair.split(","))) for pair in polyline.attributes["points"].split()]
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in points)
    assert not re.search(
        r'="-?(nan|inf)|e[+-]\d',
        re.sub(
            r"<title>.*?</title>|aria-label=\"[^\"]*\"|<text.*?</text>|<fig.*?>.*?</figcaption>",
            "",
            drawn,
            flags=re.DOTALL,
        ),
    )


@pytest.mark.parametrize(("value", "words"), [(0.07, "0.07"), (1250.0, "1250"), (0.1 + 0.2, "0.3"), (0, "0")])
def test_amounts(value, words):
    """Six digits at most, no zeros at the end."""
    assert amount(value) == words
