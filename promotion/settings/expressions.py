"""JMESPath expressions over JSON bodies: checked early, evaluated with errors in plain words, compared exactly."""

from functools import lru_cache
from typing import Any


def check_expression(expression: str) -> None:
    """Raise ValueError, saying what is wrong, if this is not a JMESPath expression (jmespath.org/specification.html).

    Finds what only shows when it is evaluated, too: functions that do not exist, and a wrong number of arguments.
    """
    from jmespath.functions import Functions  # settings without expectations never need it

    waiting = [_compiled(expression).parsed]
    while waiting:
        node = waiting.pop()
        waiting += [child for child in node["children"] if isinstance(child, dict)]
        if node["type"] != "function_expression":
            continue
        name, given = node["value"], len(node["children"])
        if name not in Functions.FUNCTION_TABLE:
            raise ValueError(f"the JMESPath expression {expression!r} calls {name}(), which is not a JMESPath function")
        signature = Functions.FUNCTION_TABLE[name]["signature"]
        wanted, variadic = len(signature), bool(signature and signature[-1].get("variadic"))
        if given < wanted or (given > wanted and not variadic):
            at_least = "at least " if variadic else ""
            raise ValueError(
                f"the JMESPath expression {expression!r} gives {name}() {given} argument(s), but it takes "
                f"{at_least}{wanted}"
            )


def evaluate(expression: str, document: Any) -> Any:
    """Evaluate the expression over a JSON document; None when it gives nothing.

    ValueError, saying why, when it cannot be evaluated: a function was given a value of another type.
    """
    from jmespath.exceptions import JMESPathTypeError

    compiled = _compiled(expression)
    try:
        return compiled.search(document)
    except JMESPathTypeError as mistake:
        # Its own text holds the value, which may be a secret.
        expected = " or ".join(mistake.expected_types)
        raise ValueError(
            f"`{expression}` cannot be evaluated: {mistake.function_name}() was given {mistake.actual_type}, "
            f"and it takes {expected}"
        ) from None
    except (ValueError, TypeError) as mistake:
        raise ValueError(f"`{expression}` cannot be evaluated over this body ({type(mistake).__name__})") from None


def same(expected: Any, actual: Any) -> bool:
    """Whether two JSON values are equal, as JSON has it: 1 is 1.0, and never true."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(expected == actual)


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.compile(expression)
    except JMESPathError as mistake:
        reason = str(mistake).splitlines()[0].rstrip(":")
        raise ValueError(f"{expression!r} is not a JMESPath expression: {reason}") from None
