"""Metric math that is computed here gives what CloudWatch gives, and leaves the rest to it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.observability.evaluator.metric_math import Inputs, compute
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable

START = datetime(2026, 11, 23, tzinfo=UTC)


def series(*values):
    """Values minute by minute; None is none."""
    return {START + timedelta(minutes=place): value for place, value in enumerate(values) if value is not None}


def evaluate(expression, metrics, count=5):
    """Compute over metrics and so many minutes."""
    return compute(expression, Inputs(metrics, {}, [START + timedelta(minutes=place) for place in range(count)]))


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
        ("m1 * 0", [0, 0, 0]),
        ("m1 ^ 2", [1, 4, 9]),
        ("m1 > 2", [0, 0, 1]),
        ("m1 != 2 && m2 == 10", [1, 0, 0]),
        ("IF(m1 > 1, 1, 0)", [0, 1, 1]),
        ("SUM(METRICS())", [11, 2, 33]),
        ('SUM(METRICS("2"))', [10, None, 30]),
        ("AVG([m1, m2])", [5.5, 2, 16.5]),
        ("MAX([m1, m2]) - MIN([m1, m2])", [9, 0, 27]),
        ("FIRST([m2, m1])", [10, None, 30]),
        ("SUM(METRICS() * 2)", [22, 4, 66]),
        ("DIFF(m1)", [None, 1, 1]),
        ("DIFF(m2)", [None, None, 20]),
        ("DIFF_TIME(m2)", [None, None, 120]),
        ("RATE(m1)", [None, 1 / 60, 1 / 60]),
        ("m1 / PERIOD(m1)", [1 / 60, 2 / 60, 3 / 60]),
        ("CEIL(m1 / 2) + FLOOR(m1 / 2) + ABS(-m1)", [2, 4, 6]),
        ("LOG10(m1 * 0 + 100)", [2, 2, 2]),
        ("LOG(m1 * 0)", [None, None, None]),
        ("FILL(m2, 0)", [10, 0, 30, 0, 0]),
        ("FILL(m2, m1)", [10, 2, 30]),
        ("FILL(m2, REPEAT)", [10, 10, 30, 30, 30]),
        ("FILL(m2, LINEAR)", [10, 20, 30]),
        ("TIME_SERIES(7)", [7, 7, 7, 7, 7]),
        ("IF(FILL(m2, 0) > 15, 100 * m1 / m2, 0)", [0, 0, 10, 0, 0]),
    ],
)
def test_arithmetic(expression, values):
    """Operators and the documented functions of series and numbers."""
    found = evaluate(expression, {"m1": series(1, 2, 3), "m2": series(10, None, 30)})
    assert found == pytest.approx(series(*values))


@pytest.mark.parametrize(
    ("expression", "values"),
    [("m1 < m2", [0, 0, 1, 0]), ("m1 >= 30", [1, 0, 0, 0]), ("m1 > 15 AND m2 > 15", [1, 0, 0, 0])],
)
def test_comparisons(expression, values):
    """A value that is missing is compared as 0."""
    assert evaluate(expression, {"m1": series(30, 20, 0, 0), "m2": series(20, None, 20, None)}) == series(*values)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("IF(c, a, b)", [30, 0, 20, None, None]),
        ("IF(c, a, 5)", [30, 0, 5, 5, None]),
        ("IF(c, 5, b)", [5, 5, 20, None, None]),
        ("IF(c, a)", [30, 0, None, None, None]),
    ],
)
def test_conditions(expression, values):
    """What has no condition is dropped, a true one without a value is 0, a false one without a value is dropped."""
    inputs = {"c": series(1, 1, 0, 0, None), "a": series(30, None, 0, 0, 30), "b": series(0, 0, 20, None, 20)}
    assert evaluate(expression, inputs) == series(*values)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "m3",
        "SUM(m1)",  # a number over whatever was fetched
        "RUNNING_SUM(m1)",
        "ANOMALY_DETECTION_BAND(m1, 2)",
        'SELECT SUM(Errors) FROM "AWS/Lambda"',
        "SEARCH('{A,B} x', 'Sum', 300)",
        "m1 ** 9",
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
        "IF(m1)",
        "FILL(m1)",
        "[m1, m2",
    ],
)
def test_what_only_the_service_can_tell(expression):
    """Anything else is left alone."""
    with pytest.raises(NotEvaluable):
        evaluate(expression, {"m1": series(1)})


@given(st.text(alphabet="m123+-*/^() .eE_S'<>=&|,[]IFL", max_size=30))
def test_any_expression_is_computed_or_left(expression):
    """No other exception comes out, and no value that is none."""
    try:
        found = evaluate(expression, {"m1": series(1e308, 2), "m2": series(0, -3)})
    except NotEvaluable:
        return
    assert all(abs(value) < float("inf") for value in found.values())
