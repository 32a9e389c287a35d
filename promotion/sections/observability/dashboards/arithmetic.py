"""Metric math that needs no service: sums, differences, products and quotients of a widget's own metrics.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. A value that is missing
counts as 0 where another metric has one, and a quotient by 0 is no value at all.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from datetime import datetime

Points = Mapping[datetime, float]
LONGEST = 1024
"""Characters of an expression."""
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class NeedsService(Exception):  # noqa: N818 - it is not an error: it is an answer
    """Only CloudWatch can tell: a function, a search, a query."""


def evaluate(expression: str, metrics: Mapping[str, Points]) -> dict[datetime, float]:
    """Compute an expression over metrics by their id. Raises NeedsService for anything but arithmetic."""
    if len(expression) > LONGEST:
        raise NeedsService
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        found = _value(tree, metrics)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        raise NeedsService from None
    if isinstance(found, float):
        raise NeedsService
    return found


def _value(node: ast.expr, metrics: Mapping[str, Points]) -> dict[datetime, float] | float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in metrics:
            return dict(metrics[name])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _combined(operator.sub, 0.0, _value(operand, metrics))
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATORS:
            return _combined(_OPERATORS[type(operation)], _value(left, metrics), _value(right, metrics))
    raise NeedsService


def _combined(
    operate: Callable[[float, float], float],
    left: dict[datetime, float] | float,
    right: dict[datetime, float] | float,
) -> dict[datetime, float] | float:
    if isinstance(left, float) and isinstance(right, float):
        found = _one(operate, left, right)
        if found is None:
            raise NeedsService
        return found
    moments = {**(left if isinstance(left, dict) else {}), **(right if isinstance(right, dict) else {})}
    made = {moment: _one(operate, _at(left, moment), _at(right, moment)) for moment in sorted(moments)}
    return {moment: value for moment, value in made.items() if value is not None}


def _at(side: dict[datetime, float] | float, moment: datetime) -> float:
    return side if isinstance(side, float) else side.get(moment, 0.0)


def _one(operate: Callable[[float, float], float], left: float, right: float) -> float | None:
    try:
        found = operate(left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    return found if math.isfinite(found) else None
