"""Evidence that is drawn as a chart: an object of exactly one of the types of `evidence_types`, or a minute chart."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from markupsafe import Markup

from promotion.report import charts, charts_rollout
from promotion.report.markup import cut

_MOST = 2000
"""Values that one chart can still show."""
_NAMES = 24
"""Bars that still have room for their names, and moments with a name."""
_LONGEST = 80
_LARGEST = 1e18
"""Numbers that still have a place on an axis."""
_DEPTH = 6
_Fields: TypeAlias = Mapping[str, Callable[[Any], bool]]


def is_chart(value: Mapping[str, Any]) -> bool:
    """Tell whether a value is a chart."""
    kind = value.get("chart")
    if not isinstance(kind, str) or kind not in _KINDS:
        return False
    fields, _ = _KINDS[kind]
    if value.keys() != {"chart", "title", *fields} or not isinstance(value["title"], str):
        return False
    return all(fits(value[name]) for name, fits in fields.items())


def drawn(value: Mapping[str, Any]) -> Markup | None:
    """Draw the value if it is a chart; None if it is anything else, to be laid out like anything else."""
    if not is_chart(value):
        return None
    fields, draw = _KINDS[value["chart"]]
    return draw(cut(value["title"], _LONGEST), **{name: _cut(value[name]) for name in fields})


def charts_in(value: Any, depth: int = _DEPTH) -> Iterator[Markup]:
    """Draw every chart that a value holds, in the order of its fields' names."""
    if isinstance(value, Mapping):
        chart = drawn(value)
        if chart is not None:
            yield chart
        elif depth:
            for name in sorted(value):
                yield from charts_in(value[name], depth - 1)
    elif isinstance(value, list | tuple) and depth:
        for entry in value:
            yield from charts_in(entry, depth - 1)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _number_or_none(value: Any) -> bool:
    return value is None or _number(value)


def _numbers(value: Any) -> bool:
    return isinstance(value, list | tuple) and 0 < len(value) <= _MOST and all(map(_number_or_none, value))


def _bars(value: Any) -> bool:
    return _pairs(value) and all(_word(name) and _number_or_none(amount) for name, amount in value)


def _moments(value: Any) -> bool:
    return _pairs(value) and all(type(at) is int and _word(words) for at, words in value)


def _pairs(value: Any) -> bool:
    few = isinstance(value, list | tuple) and len(value) <= _NAMES
    return few and all(isinstance(one, list | tuple) and len(one) == 2 for one in value)


def _word(value: Any) -> bool:
    return isinstance(value, str)


def _cut(value: Any) -> Any:
    """Shorten the words that are in the picture."""
    if isinstance(value, str):
        return cut(value, _LONGEST)
    if isinstance(value, list | tuple) and value and isinstance(value[0], list | tuple):
        return [tuple(cut(one, 20) if isinstance(one, str) else one for one in pair) for pair in value]
    return value


_AXIS: Final[_Fields] = {"limit": _number_or_none, "unit": _word}
_TIME: Final[_Fields] = {"start": _word, "end": _word}
_KINDS: Final[Mapping[str, tuple[_Fields, Callable[..., Markup]]]] = {
    "line": ({"values": _numbers, **_AXIS, **_TIME}, charts.line),
    "bars": ({"values": _bars, **_AXIS}, charts.bars),
    "compared": (
        {"canary": _numbers, "baseline": _numbers, "marks": _moments, **_AXIS, **_TIME},
        charts_rollout.compared,
    ),
    "budget": (
        {"spent": _numbers, "passed": _number, "before": _number_or_none, "limit": _number, "unit": _word, **_TIME},
        charts_rollout.budget,
    ),
}
