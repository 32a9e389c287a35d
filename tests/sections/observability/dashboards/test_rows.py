"""The shorthand of metric rows is written out as CloudWatch does, or refused."""

import pytest

from promotion.sections.observability.dashboards.rows import expand
from promotion.unknown import Reason, Unknown

FIRST = ["AWS/Lambda", "Errors", "FunctionName", "shop-api", "Resource", "shop-api:live"]


@pytest.mark.parametrize(
    ("row", "written_out"),
    [
        ([".", "Duration", ".", ".", ".", "."], ["AWS/Lambda", "Duration", *FIRST[2:]]),
        (["..."], FIRST),
        (["...", {"stat": "p50"}], FIRST),
        (["...", "shop-api:old"], [*FIRST[:5], "shop-api:old"]),
        (["...", "Resource", "shop-api:7"], [*FIRST[:5], "shop-api:7"]),
        (["...", "FunctionName", "other", ".", "."], [*FIRST[:3], "other", *FIRST[4:]]),
        ([".", "Throttles", "..."], ["AWS/Lambda", "Throttles", *FIRST[2:]]),
        (["AWS/EC2", "CPUUtilization"], ["AWS/EC2", "CPUUtilization"]),
    ],
)
def test_a_row_under_another_is_written_out(row, written_out):
    """`.` is the column above, `...` the whole row above but as many columns as follow it."""
    assert [list(tokens) for tokens, _ in expand([FIRST, row], "'Errors'")] == [FIRST, written_out]


def test_an_expression_is_nobodys_row_above():
    """A row under an expression repeats the metric above that."""
    rows = expand([FIRST, [{"expression": "m1 * 2"}], ["...", "shop-api:old"]], "'Errors'")
    assert [len(tokens) for tokens, _ in rows] == [6, 0, 6]


@pytest.mark.parametrize(
    "rows",
    [
        [["...", "x"]],
        [["."]],
        [[".", "Errors"]],
        [["AWS/Lambda", "Errors"], ["...", "a", "b", "c"]],
        [["AWS/Lambda", "Errors"], [".", ".", "."]],
        [["AWS/Lambda", "Errors", "FunctionName"]],
        [["AWS/Lambda"]],
        [["AWS/Lambda", "Errors", "FunctionName", ""]],
        [["AWS/Lambda", "Errors", "FunctionName", "a", "FunctionName", "b"]],
        [["AWS/Lambda", "Errors", {"stat": "Sum"}, "FunctionName", "a"]],
        [["AWS/Lambda", 7]],
        [[]],
        [[{"label": "neither"}]],
        [[{"expression": 7}]],
        [FIRST, ["...", "...", "x"]],
        ["AWS/Lambda"],
        [None],
    ],
)
def test_what_cannot_be_written_out_is_unknown(rows):
    """A row that says nothing definite is not guessed at."""
    with pytest.raises(Unknown) as raised:
        expand(rows, "'Errors'")
    assert raised.value.reason is Reason.MALFORMED
    assert "of 'Errors'" in raised.value.message
