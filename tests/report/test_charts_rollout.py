"""The charts of a rollout: canary against baseline, the error budget, and the shapes that evidence carries them in."""

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.evidence_types import Bars, Budget, Compared
from promotion.report.chart_data import drawn
from promotion.report.charts_rollout import budget, compared

from .dom import read

COMPARED = Compared("p99", (702.0, None, 1120.0), (640.0, 655.0, 661.0), 1000.0, " ms", "T0", "T+5", ((2, "T+2"),))
BUDGET = Budget("Budget", (0.0, 22.0, 31.0), 0.6, 28.5, 100.0, " %", "Nov 5", "Dec 5")
BARS = Bars("5xx", (("canary", 0.6), ("baseline", None)), 1.0, "")
NUMBER = st.none() | st.floats(-1e17, 1e17) | st.integers(-(10**15), 10**15)


def in_record(shape):
    """As a record holds it."""
    return json.loads(json.dumps(asdict(shape)))


def test_canary_and_baseline_differ_without_colour():
    """Two lines, one of them dashed by its class, both named; the limit, the moment, and what lies over it."""
    root = read(drawn(in_record(COMPARED)))
    said = "canary most 1120 ms, limit 1000 ms, 1 of 2 over it, 1 without data; baseline most 661 ms"
    assert root.one("title").text == f"p99: {said}"
    assert root.all("polyline", "is-baseline")
    assert {"canary", "baseline", "T+2", "T0", "T+5"} <= {node.text for node in root.all("text")}
    assert root.one("line", "limit")
    assert len(root.all("rect", "breach")) == 1
    assert "is-over" in root.one("figure").classes


def test_a_budget_says_what_this_deployment_took_and_where_it_leads():
    """Spent, since the deployment, how much of the period is over, and what it comes to at this rate."""
    root = read(drawn(in_record(BUDGET)))
    assert root.one("title").text == (
        "Budget: 31 % spent of 100 %, 2.5 % of it since this deployment, 60 % of the period are over, "
        "at this rate 51.7 % at its end"
    )
    assert root.one("line", "limit")
    assert root.one("polyline", "even")
    assert root.one("polyline", "leads")
    assert "is-over" not in root.one("figure").classes


def test_a_budget_that_is_used_up_is_marked():
    """More than the limit looks like every other breach."""
    assert "is-over" in read(drawn(in_record(BUDGET) | {"spent": [0, 104.5]})).one("figure").classes
    assert read(budget("Budget", [None], passed=0.5)).one("title").text == "Budget: no data"


def test_bars_are_carried_too():
    """One amount for each name."""
    assert [r.attributes["class"] for r in read(drawn(in_record(BARS))).all("rect")] == ["fill-word"]


@pytest.mark.parametrize(
    "change",
    [
        {"canary": []},
        {"canary": "x"},
        {"marks": [[True, "x"]]},
        {"marks": [["2", "x"]]},
        {"marks": 3},
        {"limit": "1"},
        {"baseline": [10**400]},
        {"more": 1},
        {"title": None},
        {"chart": ["compared"]},
    ],
)
def test_what_is_almost_a_comparison_is_no_chart(change):
    """It is laid out like anything else."""
    assert drawn(in_record(COMPARED) | change) is None


@given(st.lists(NUMBER, min_size=1, max_size=40), st.lists(NUMBER, min_size=1, max_size=40), NUMBER, st.text())
def test_any_numbers_stay_inside_the_picture(canary, baseline, limit, title):
    """Every coordinate is a finite number, and the same numbers give the same bytes."""
    for draw in (
        lambda: compared(title, canary, baseline, limit=limit, marks=[(0, title), (len(canary), title)]),
        lambda: budget(title, canary, passed=0.5 if limit is None else limit, limit=100.0, before=limit),
    ):
        drawing = draw()
        assert drawing == draw()
        for node in read(drawing):
            for name in ("points", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"):
                value = node.attributes.get(name) or ""
                assert re.fullmatch(r"[\d., -]*", value), value
                assert all(-1 <= float(one) <= 400 for one in re.findall(r"-?[\d.]+", value))
