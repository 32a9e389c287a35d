"""Metric math, computed over series.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. An operand that is missing
counts as 0 where the other side has a value, and a quotient by 0 is no value. IF drops what has no condition, and a false
one without a value; a true one without a value is 0. Functions that make one number of what was fetched (SUM or AVG of one
series), RUNNING_SUM, bands, searches and queries are left to CloudWatch: what it fetches is not documented.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from promotion.sections.observability.evaluator import series_functions as functions
from promotion.sections.observability.evaluator.expressions import Call, Name, Node, Number, Text, parse_expression
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.series_functions import Series

Value = Series | float | list[Series]
"""A series, a number, or an array of series."""
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    "<": lambda a, b: float(a < b),
    ">": lambda a, b: float(a > b),
    "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b),
    "AND": lambda a, b: float(a != 0 and b != 0),
    "OR": lambda a, b: float(a != 0 or b != 0),
}
_EACH: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}
_ACROSS: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


@dataclass(frozen=True)
class Inputs:
    """What an expression is computed over."""

    metrics: Mapping[str, Series]
    """Series of metrics by their id."""
    expressions: Mapping[str, Series]
    """Series that other expressions gave, by their id; METRICS() has none of them."""
    moments: Sequence[datetime]
    """Every period that was fetched, oldest first: what FILL and TIME_SERIES give values to."""
    period: int = 60
    """Seconds."""


def compute(expression: str, inputs: Inputs) -> Series:
    """Compute an expression. Raises NotEvaluable for what only CloudWatch can tell, and for what is not one series."""
    try:
        found = _value(parse_expression(expression), inputs)
    except RecursionError:
        raise NotEvaluable("an expression that is nested too deeply") from None
    if not isinstance(found, dict):
        raise NotEvaluable(f"the expression {expression[:60]!r}, which is not one series")
    return found


def _value(node: Node, inputs: Inputs) -> Value:
    match node:
        case Number(value):
            return value
        case Name(name) if name in inputs.metrics:
            return dict(inputs.metrics[name])
        case Name(name) if name in inputs.expressions:
            return dict(inputs.expressions[name])
        case Call(function, arguments):
            return _called(function, arguments, inputs)
        case Name(name) | Text(name):
            raise NotEvaluable(f"{name!r} in an expression")
    raise NotEvaluable("an expression")


def _called(function: str, arguments: tuple[Node, ...], inputs: Inputs) -> Value:
    match function, arguments:
        case "[]", _:
            return [_series(one, inputs, "an array") for one in arguments]
        case "METRICS", _:
            return _metrics(arguments, inputs)
        case "FILL", (series, by):
            return _filled(series, by, inputs)
        case _, (left, right) if function in _OPERATORS:
            return _combined(_OPERATORS[function], _value(left, inputs), _value(right, inputs))
        case "IF", (_, _) | (_, _, _):
            return _chosen(*(_value(one, inputs) for one in arguments))
        case _, (argument,):
            return _of_one(function, _value(argument, inputs), inputs)
    raise NotEvaluable(f"the function {function}")


def _series(node: Node, inputs: Inputs, where: str) -> Series:
    found = _value(node, inputs)
    if not isinstance(found, dict):
        raise NotEvaluable(f"{where} of anything but series")
    return found


def _metrics(arguments: tuple[Node, ...], inputs: Inputs) -> list[Series]:
    part = ""
    if arguments:
        if len(arguments) > 1 or not isinstance(arguments[0], Text):
            raise NotEvaluable("the function METRICS with such arguments")
        part = arguments[0].value
    return [dict(series) for name, series in inputs.metrics.items() if part in name]


def _filled(filled: Node, by: Node, inputs: Inputs) -> Value:
    series = _value(filled, inputs)
    if isinstance(by, Name) and by.id in ("REPEAT", "LINEAR"):
        fill = functions.repeated if by.id == "REPEAT" else functions.linear
        if isinstance(series, dict):
            return fill(series, inputs.moments)
        if isinstance(series, list):
            return [fill(one, inputs.moments) for one in series]
        raise NotEvaluable("the function FILL of a number")
    value = _value(by, inputs)
    if isinstance(value, list) or isinstance(series, float):
        raise NotEvaluable("the function FILL with such arguments")
    if isinstance(series, list):
        return [functions.filled(one, value, inputs.moments) for one in series]
    return functions.filled(series, value, inputs.moments)


def _of_one(function: str, value: Value, inputs: Inputs) -> Value:
    if function in _EACH:
        each = _EACH[function]
        return _combined(lambda one, _: each(one), value, 0.0)
    if function in _ACROSS and isinstance(value, list):
        return functions.across(_ACROSS[function], value)
    if function in ("FIRST", "LAST") and isinstance(value, list) and value:
        return value[0 if function == "FIRST" else -1]
    if function == "TIME_SERIES" and isinstance(value, float):
        return dict.fromkeys(inputs.moments, value)
    if function == "PERIOD" and isinstance(value, dict):
        return float(inputs.period)
    if function in functions.STEPS and isinstance(value, dict):
        return functions.steps(function, value)
    raise NotEvaluable(f"the function {function}")


def _chosen(condition: Value, true: Value, false: Value | None = None) -> Value:
    if isinstance(condition, float):
        found = true if condition else false
        return {} if found is None else found
    if isinstance(condition, list) or isinstance(true, list) or isinstance(false, list):
        raise NotEvaluable("the function IF of arrays")
    made: Series = {}
    for moment, value in condition.items():
        if value:
            made[moment] = true if isinstance(true, float) else true.get(moment, 0.0)
        elif isinstance(false, float):
            made[moment] = false
        elif false is not None and moment in false:
            made[moment] = false[moment]
    return made


def _combined(operate: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if isinstance(left, list) or isinstance(right, list):
        if isinstance(left, list) and isinstance(right, list):
            raise NotEvaluable("an operator between arrays")
        several, made = (left if isinstance(left, list) else right), list[Series]()
        for one in several if isinstance(several, list) else ():
            found = _combined(
                operate, one if isinstance(left, list) else left, one if isinstance(right, list) else right
            )
            made += [found] if isinstance(found, dict) else []
        return made
    if isinstance(left, float) and isinstance(right, float):
        number = _one(operate, left, right)
        if number is None:
            raise NotEvaluable("a quotient by 0")
        return number
    moments = {**(left if isinstance(left, dict) else {}), **(right if isinstance(right, dict) else {})}
    computed = {moment: _one(operate, _at(left, moment), _at(right, moment)) for moment in sorted(moments)}
    return {moment: value for moment, value in computed.items() if value is not None}


def _at(side: Series | float, moment: datetime) -> float:
    return side if isinstance(side, float) else side.get(moment, 0.0)


def _one(operate: Callable[[float, float], float], left: float, right: float) -> float | None:
    try:
        found = float(operate(left, right))
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return found if math.isfinite(found) else None
