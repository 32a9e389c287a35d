"""Rows of a metric widget, with the shorthand that people write them in.

Source: "Metric Widget: Format for Each Metric in the Array" of
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
"""

from collections.abc import Sequence
from typing import Any

from promotion.unknown import Reason, Unknown

SAME, REST = ".", "..."


def expand(rows: Sequence[Any], where: str) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Write every row out: its tokens (namespace, name, dimension, value, …) and its options.

    `.` stands for what the row above has in that column, `...` for all of that row but as many columns as follow it. A
    row of options alone is an expression; it is nobody's row above. Raises Unknown, malformed, for anything else.
    """
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    above: tuple[str, ...] = ()
    for number, row in enumerate(rows, start=1):
        place = f"metric {number} of {where}"
        if not isinstance(row, list) or not row:
            raise malformed(f"{place} is not a list of names and options")
        options: dict[str, Any] = row[-1] if isinstance(row[-1], dict) else {}
        tokens = row[:-1] if isinstance(row[-1], dict) else row
        if not all(isinstance(token, str) for token in tokens):
            raise malformed(f"{place} has something other than a name among its names")
        if not tokens:
            if not isinstance(options.get("expression"), str):
                raise malformed(f"{place} has neither a metric nor an expression")
            found.append(((), options))
            continue
        above = _written_out(tokens, above, place)
        found.append((above, options))
    return found


def _written_out(tokens: Sequence[str], above: tuple[str, ...], place: str) -> tuple[str, ...]:
    if REST in tokens:
        start = tokens.index(REST)
        tail = tokens[start + 1 :]
        if REST in tail:
            raise malformed(f"{place} says '...' twice")
        if not above:
            raise malformed(f"{place} says '...', but there is no metric above it")
        gap = len(above) - start - len(tail)
        if gap < 0:
            raise malformed(f"{place} has more names beside '...' than the metric above it")
        tokens = [*tokens[:start], *above[start : start + gap], *tail]
    full: list[str] = []
    for column, token in enumerate(tokens):
        if token == SAME and column >= len(above):
            raise malformed(f"{place} says '.', but the metric above it has no column {column + 1}")
        full.append(above[column] if token == SAME else token)
    if len(full) < 2 or len(full) % 2 or not all(full):
        raise malformed(f"{place} has {len(full)} names, expected a namespace, a name, and dimensions with values")
    if len(set(full[2::2])) < len(full[2::2]):
        raise malformed(f"{place} names a dimension twice")
    return tuple(full)


def malformed(what: str) -> Unknown:
    """Say that a dashboard cannot be read."""
    return Unknown(Reason.MALFORMED, f"the dashboard cannot be parsed: {what}; save it again in the console")
