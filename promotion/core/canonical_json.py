"""How records are written, so that the same record has the same bytes and the same hash, always.

Records of schema v2 are written by the JSON Canonicalization Scheme, RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785),
so that any implementation of it finds the same hash. Records of schema v1 were written by Python's `json` with sorted
keys, which writes some numbers otherwise (1.0, 1e-07, 1e+16) and sorts keys by code points, not by UTF-16 units; they are
read, replayed and verified as they are.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

V1 = "promotion-checklist/record/v1"
SCHEMA = "promotion-checklist/record/v2"
"""Of the records that are written today."""
SCHEMAS = (V1, SCHEMA)
"""Of the records that can be read."""
LARGEST = 2**53 - 1
"""The largest whole number that RFC 8785 writes and every reader of JSON takes for the same one (RFC 7493, 2.2)."""


def canonical(tree: Any) -> str:
    """JSON as RFC 8785 writes it.

    Raises ValueError for what it cannot write: NaN and infinities, whole numbers beyond `LARGEST`, halves of surrogate
    pairs, keys that are not text. `representable` gives a tree without the last three.
    """
    return rfc8785.dumps(tree).decode()


def sorted_json(tree: Any) -> str:
    """JSON as records of schema v1 and baselines are written: by Python's `json`, keys sorted, no spaces, no NaN."""
    return json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical_for(schema: object, tree: Any) -> str:
    """Write a part of a record, such as its settings, as records of this schema are written."""
    return sorted_json(tree) if schema == V1 else canonical(tree)


def record_text(record: Mapping[str, Any]) -> str:
    """The record as it is written by its schema: one line, with a final newline. Raises ValueError as `canonical` does."""
    return canonical_for(record.get("schema"), dict(record)) + "\n"


def parse_record(content: bytes | str) -> Any:
    """Read JSON, with the numbers that a record of its schema holds. Raises ValueError for what is not JSON.

    RFC 8785 writes the number 1e16 as 10000000000000000, which Python would take for a whole number of another domain.
    """
    tree = json.loads(content)
    return _doubles(tree) if isinstance(tree, dict) and tree.get("schema") == SCHEMA else tree


def representable(tree: Any) -> Any:
    """Give the tree as it reads back from a record: `parse_record` of what `canonical` writes gives just this, in its order.

    Numbers without a fraction become whole ones; whole numbers beyond `LARGEST` become text, as RFC 8785 (appendix D)
    advises; halves of surrogate pairs, which UTF-8 has no bytes for, become U+FFFD; tuples become lists. NaN and
    infinities stay, and `canonical` refuses them.
    """
    match tree:
        case bool() | None:
            return tree
        case str():
            return _text(tree)
        case int():
            return int(tree) if abs(tree) <= LARGEST else str(int(tree))
        case float():
            whole = math.isfinite(tree) and tree.is_integer() and abs(tree) <= LARGEST
            return int(tree) if whole else float(tree)
        case Mapping():
            return dict(sorted(_entries(tree.items()), key=_order))
        case list() | tuple():
            return [representable(inner) for inner in tree]
    return tree


def sha256(text: str) -> str:
    """Of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _entries(items: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """No entry is lost where two keys look alike once they can be written: it might be the one that is wrong."""
    seen: set[Any] = set()
    for key, value in items:
        name, number = (_text(key) if isinstance(key, str) else key), 2
        while name in seen:
            name, number = f"{_text(str(key))} {number}", number + 1
        seen.add(name)
        yield name, representable(value)


def _order(entry: tuple[Any, Any]) -> bytes:
    """RFC 8785, 3.2.3: by UTF-16 units. Big-endian bytes sort as these do."""
    return str(entry[0]).encode("utf-16-be")


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
    return str(text)


def _doubles(tree: Any) -> Any:
    """Whole numbers that only a double can have been, as doubles."""
    match tree:
        case bool():
            return tree
        case int():
            return tree if abs(tree) <= LARGEST else _double(tree)
        case dict():
            return {key: _doubles(inner) for key, inner in tree.items()}
        case list():
            return [_doubles(inner) for inner in tree]
    return tree


def _double(number: int) -> float | int:
    try:
        return float(number)
    except OverflowError:  # no record has it: `canonical` will refuse it
        return number
