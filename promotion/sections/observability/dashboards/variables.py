"""Dashboard variables: what the console fills in before it draws.

Source: "Variables Array Structure" of
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html. A property
variable replaces every value of a property or dimension, a pattern variable every occurrence of a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.dashboards.rows import malformed

FIRST = "__FIRST"
"""Stands, as a default, for the first of the values, which may be found by a search."""


@dataclass(frozen=True)
class Variables:
    """The variables of a dashboard, with what they are by default."""

    properties: Mapping[str, str]
    """Property or dimension to its value."""
    patterns: Mapping[str, str]
    """Text to what is in its place."""
    unknown_properties: Mapping[str, str]
    """Property or dimension to the variable that only the console can fill in."""
    unknown_patterns: Mapping[str, str]

    def filled_in(self, tree: Any) -> Any:
        """Give a part of the dashboard with the variables filled in; dimensions come when rows are written out."""
        if not self.properties and not self.patterns:
            return tree
        match tree:
            case str():
                for pattern, value in self.patterns.items():
                    tree = tree.replace(pattern, value)
                return tree
            case list():
                return [self.filled_in(one) for one in tree]
            case dict():
                return {
                    key: self.properties[key]
                    if key in self.properties and isinstance(value, str)
                    else self.filled_in(value)
                    for key, value in tree.items()
                }
        return tree

    def dimensions(self, written: Mapping[str, str]) -> dict[str, str]:
        """Fill in the dimensions of a row."""
        return {name: self.properties.get(name, value) for name, value in written.items()}

    def hanging(self, metric: Metric | None, expression: str) -> str:
        """Name the variable that a row hangs on and that only the console can fill in; empty if there is none."""
        texts = [expression]
        if metric is not None:
            for name, variable in self.unknown_properties.items():
                if name in metric.dimensions:
                    return variable
            texts += [metric.name, *metric.dimensions.values()]
        return next(
            (variable for pattern, variable in self.unknown_patterns.items() if any(pattern in text for text in texts)),
            "",
        )


def read_variables(told: Any) -> Variables:
    """Read the variables. Without a default, a dashboard is drawn as it is written."""
    if not isinstance(told, list):
        raise malformed("its variables are not a list")
    known: dict[str, dict[str, str]] = {"property": {}, "pattern": {}}
    unknown: dict[str, dict[str, str]] = {"property": {}, "pattern": {}}
    for variable in told:
        kind = variable.get("type") if isinstance(variable, dict) else None
        if (
            not isinstance(kind, str)
            or kind not in known
            or not isinstance(variable.get(kind), str)
            or not variable[kind]
        ):
            raise malformed("a variable has neither a property nor a pattern")
        default = variable.get("defaultValue")
        if default is None:
            continue
        value = _first(variable.get("values")) if default == FIRST else default
        if isinstance(value, str):
            known[kind][variable[kind]] = value
        else:
            unknown[kind][variable[kind]] = str(variable.get("id", variable[kind]))
    return Variables(known["property"], known["pattern"], unknown["property"], unknown["pattern"])


def _first(values: Any) -> Any:
    return values[0].get("value") if isinstance(values, list) and values and isinstance(values[0], dict) else None
