"""Evidence that says it is a chart: an object of exactly the shape of `promotion.metrics.chart.Chart`."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.report import charts
from promotion.report.markup import cut

_FIELDS = frozenset({"chart", "title", "values", "limit", "unit", "start", "end"})
_WORDS = ("title", "unit", "start", "end")
_MOST = 2000
"""Values that one chart can still show."""
_LONGEST = 80


def drawn(value: Mapping[str, Any]) -> Markup | None:
    """Draw the value if it is a chart; None if it is anything else, to be laid out like anything else."""
    if value.keys() != _FIELDS or value["chart"] != "line":
        return None
    values, limit = value["values"], value["limit"]
    if not isinstance(values, list) or not 0 < len(values) <= _MOST:
        return None
    if not all(one is None or _number(one) for one in (*values, limit)):
        return None
    if not all(isinstance(value[name], str) for name in _WORDS):
        return None
    title, unit, start, end = (cut(value[name], _LONGEST) for name in _WORDS)
    return charts.line(title, values, limit=limit, unit=unit, start=start, end=end)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
