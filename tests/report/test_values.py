"""Any JSON is laid out, readable when small, bounded when large."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.report.chart_data import charts_in, drawn
from promotion.report.markup import join
from promotion.report.values import laid_out

from .dom import read


def test_an_object_is_a_definition_list():
    """Fields stand in order of their names, numbers and truth values as JSON writes them."""
    root = read(laid_out({"b": 1.5, "a": "x", "c": True, "d": None, "e": "", "f": []}))
    assert [dt.text for dt in root.all("dt")] == ["a", "b", "c", "d", "e", "f"]
    assert [dd.text for dd in root.all("dd")] == ["x", "1.5", "true", "null", "empty", "none"]


def test_objects_alike_are_a_table():
    """A list of objects with the same short fields is a table, each cell with the name of its column."""
    root = read(laid_out([{"host": "a", "ok": True}, {"host": "b", "ok": False}]))
    assert [th.text for th in root.one("thead").all("th")] == ["host", "ok"]
    assert [[td.text for td in tr.all("td")] for tr in root.one("tbody").all("tr")] == [["a", "true"], ["b", "false"]]
    assert root.one("tbody").all("td")[1].attributes["data-is"] == "ok"


def test_subjects_alike_are_a_table_with_their_names():
    """An object of objects alike is a table whose rows have names."""
    root = read(laid_out({"lambda": {"errors": 0}, "alb": {"errors": 2}}))
    assert [th.text for th in root.one("tbody").all("th")] == ["alb", "lambda"]


def test_objects_unlike_are_not_a_table():
    """Objects with different fields, with long text or with many columns are laid out one under the other."""
    for value in (
        [{"a": 1}, {"b": {"c": 1}}],
        [{"a": "x" * 100}, {"a": "y"}],
        [dict.fromkeys("abcdefgh", 1)] * 2,
        [{"a": 1}],
    ):
        assert not read(laid_out(value)).all("table"), value


def test_short_entries_stand_in_one_line():
    """A list of short texts is inline; text of several lines keeps them."""
    assert read(laid_out(["a", "b"])).one("ul", "inline")
    assert read(laid_out({"log": "one\ntwo"})).one("pre").text == "one\ntwo"


def test_what_is_left_out_is_counted():
    """Long text, long lists and many fields end with how much more record.json holds."""
    assert "… (400 more characters in record.json)" in read(laid_out("x" * 1000)).text
    assert "and 70 more entries in record.json" in read(laid_out(["x"] * 100)).text
    assert "and 70 more rows in record.json" in read(laid_out([{"a": 1}] * 100)).text
    assert "and 50 more fields in record.json" in read(laid_out({f"f{n:03}": n for n in range(200)})).text


def test_deep_values_end_as_json():
    """What is nested deeper than people read is JSON text."""
    deep: object = "end"
    for _ in range(20):
        deep = {"in": deep}
    assert '{"in": {"in"' in read(laid_out(deep)).text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_laid_out_the_same_after_a_round_trip(value):
    """The record that was written and read again gives the same markup."""
    assert laid_out(value) == laid_out(json.loads(json.dumps(value, sort_keys=True)))
    read(laid_out(value))


@given(st.recursive(st.text(max_size=3000), lambda i: st.lists(i) | st.dictionaries(st.text(max_size=3000), i)))
def test_any_value_has_a_bounded_size(value):
    """However much evidence there is, a page shows so much of it."""
    assert len(laid_out(value)) < 1_500_000


CHART = {"chart": "line", "title": "p99", "values": [120, None, 640.5], "limit": 500, "unit": " ms"}
CHART |= {"start": "", "end": ""}


def test_a_chart_is_drawn():
    """An object of a chart's shape is found wherever it stands; where it stood, the page says that it is drawn."""
    value = {"chart of the window": CHART, "samples": 3, "more": [{"deep": CHART}]}
    root = read(join(charts_in(value)))
    assert len(root.all("figure")) == 2
    root = root.all("figure")[0]
    assert "most 640.5 ms, limit 500 ms, 1 of 2 over it, 1 without data" in root.one("figcaption").text
    assert root.one("svg").all("line", "limit")
    laid = read(laid_out({"chart of the window": CHART, "samples": 3}))
    assert [dd.text for dd in laid.all("dd")] == ["drawn as a chart: p99", "3"]


@pytest.mark.parametrize(
    "change",
    [{"values": "x"}, {"values": []}, {"values": [True]}, {"limit": "5"}, {"title": 7}, {"chart": "pie"}, {"more": 1}],
)
def test_what_is_almost_a_chart_is_laid_out(change):
    """A value of any other shape is shown like any other value."""
    assert drawn(CHART | change) is None
    assert "drawn as a chart" not in laid_out(CHART | change)


def test_words_of_a_chart_are_escaped():
    """What evidence says never becomes markup."""
    hostile = CHART | {"title": "<script>", "start": "<b>"}
    root = read(join([drawn(hostile), laid_out(hostile)]))
    assert not root.all("script")
    assert root.one("figcaption").one("b").text == "<script>"
