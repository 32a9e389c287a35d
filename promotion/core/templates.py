"""Put values into declared texts: `${NAME}` from the environment, `{name}` from what a journey captured.

Every text is gone through once, so what is put in is never read again: neither an answer nor a variable can smuggle
another `${NAME}` into a request.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from promotion.core.environment_secrets import Secrecy

_PLACE = re.compile(r"\$\{(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\}|(?<!\$)\{(?P<captured>[A-Za-z_][A-Za-z0-9_]*)\}")
_NOTHING: Mapping[str, Any] = {}


def fill_text(template: str, values: Mapping[str, Any] = _NOTHING, secrecy: Secrecy | None = None) -> str:
    """Fill the places of a text. `{x}` without a value stays as it is; so does `${X}` without a secrecy.

    Raises Unknown, not-declared, for an environment variable that is not set.
    """

    def filled(place: re.Match[str]) -> str:
        if place["variable"] is not None:
            return place[0] if secrecy is None else secrecy.variable(place["variable"])
        return as_text(values[place["captured"]]) if place["captured"] in values else place[0]

    return _PLACE.sub(filled, template)


def fill_tree(tree: Any, values: Mapping[str, Any] = _NOTHING, secrecy: Secrecy | None = None) -> Any:
    """Fill every text in a JSON value. A text that is nothing but `{x}` becomes the value itself."""
    if isinstance(tree, str):
        whole = _PLACE.fullmatch(tree)
        if whole and whole["captured"] is not None and whole["captured"] in values:
            return values[whole["captured"]]
        return fill_text(tree, values, secrecy)
    if isinstance(tree, Mapping):
        return {fill_text(key, values, secrecy): fill_tree(inner, values, secrecy) for key, inner in tree.items()}
    if isinstance(tree, list | tuple):
        return [fill_tree(inner, values, secrecy) for inner in tree]
    return tree


def fill_path(template: str, values: Mapping[str, Any] = _NOTHING) -> str:
    """Fill a path and query with captured values, percent-encoded, each inside its own segment.

    ValueError, saying why, for a value that is no text, number or boolean, and for one that makes a segment `.` or
    `..`, which would lead to another resource.
    """

    def filled(place: re.Match[str]) -> str:
        name = place["captured"]
        if name is None or name not in values:
            return place[0]
        value = values[name]
        if value is None or isinstance(value, str | int | float):
            return quote(as_text(value), safe="", errors="replace")
        raise ValueError(f"{{{name}}} is a JSON {_kind(value)}, which cannot be used in the path {template}")

    path = _PLACE.sub(filled, template)
    for declared, segment in zip(_segments(template), _segments(path), strict=True):
        if segment in (".", "..") and segment != declared:
            raise ValueError(f"the captured value turns a segment of the path {template} `{segment}`")
    return path


def captured_places(tree: Any) -> Iterator[str]:
    """Find the names of all `{name}` in a JSON value, keys included."""
    if isinstance(tree, str):
        yield from (place["captured"] for place in _PLACE.finditer(tree) if place["captured"] is not None)
    elif isinstance(tree, Mapping):
        for key, inner in tree.items():
            yield from captured_places(key)
            yield from captured_places(inner)
    elif isinstance(tree, list | tuple):
        for inner in tree:
            yield from captured_places(inner)


def malformed_variable(text: str) -> bool:
    """Whether a `${` in the text does not begin a `${NAME}`."""
    return "${" in _PLACE.sub("", text)


def as_text(value: Any) -> str:
    """Write a JSON value inside a text: strings as they are, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _segments(path: str) -> list[str]:
    return path.partition("?")[0].split("/")


def _kind(value: object) -> str:
    return "object" if isinstance(value, dict) else "array"
