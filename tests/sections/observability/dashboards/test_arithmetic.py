"""Metric math that is computed here gives what CloudWatch gives, and leaves the rest to it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.observability.dashboards.arithmetic import NeedsService, evaluate

START = datetime(2026, 11, 23, tzinfo=UTC)


def series(*values):
    """Values minute by minute; None is none."""
    return {START + timedelta(minutes=place): value for place, value in enumerate(values) if value is not None}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("m1 + m2", [11, 2, 33]),  # what is missing counts as 0
        ("m1 - m2", [-9, 2, -27]),
        ("m1 / m2", [0.1, None, 0.1]),  # a quotient by 0 is no value
        ("100 * m1 / (m1 + m2)", [100 / 11, 100, 300 / 33]),
        ("-m1", [-1, -2, -3]),
        ("m1 * 2 + 1", [3, 5, 7]),
        ("2 / m1", [2, 1, 2 / 3]),
        ("m1", [1, 2, 3]),
    ],
)
def test_arithmetic(expression, values):
    """Sums, differences, products and quotients of series and numbers."""
    found = evaluate(expression, {"m1": series(1, 2, 3), "m2": series(10, None, 30)})
    assert found == pytest.approx(series(*values))


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "m3",
        "SUM(METRICS())",
        "SEARCH('{A,B} x', 'Sum', 300)",
        "IF(m1 > 1, 1, 0)",
        "m1 ** 9",
        "m1 > 2",
        "1 + 1",
        "1 / 0",
        "m1 +",
        "(" * 5000,
        "m1" + "+m1" * 5000,
        "__import__('os')",
        "m1.__class__",
        "True",
        "'m1'",
        "m1[0]",
        "lambda: m1",
    ],
)
def test_what_only_the_service_can_tell(expression):
    """Anything but arithmetic is left alone."""
    with pytest.raises(NeedsService):
        evaluate(expression, {"m1": series(1)})


@given(st.text(alphabet="m123+-*/() .eE_S'", max_size=30))
def test_any_expression_is_computed_or_left(expression):
    """No other exception comes out, and no value that is none."""
    try:
        found = evaluate(expression, {"m1": series(1e308, 2), "m2": series(0, -3)})
    except NeedsService:
        return
    assert all(abs(value) < float("inf") for value in found.values())
