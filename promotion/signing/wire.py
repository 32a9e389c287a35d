"""Reading JSON, base64 and PEM that a stranger wrote: one meaning, or none.

Two readers that understand the same bytes differently are how a signed thing comes to mean another thing. So what has
more than one reading is refused: duplicate keys, NaN, lone surrogates, unused bits in base64, text around a PEM block.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from promotion.signing.errors import Rejected, shown
from promotion.signing.signatures_found import MAX_ENVELOPE

MAX_ANNOTATION = 256 * 1024
"""Characters of one annotation; a certificate chain has about 3 000."""

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\s*")


def read_object(data: bytes, what: str, *, limit: int = MAX_ENVELOPE) -> dict[str, Any]:
    """Read the JSON object in `data`.

    Raises Rejected for anything but UTF-8, for more than `limit` bytes, for a key given twice in one object, for
    numbers outside JSON, for text that is not Unicode, for nesting too deep to read, for anything after the object.
    """
    if len(data) > limit:
        raise Rejected(f"{what} has {len(data)} bytes; the limit is {limit}")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant, parse_float=_finite)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise Rejected(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise Rejected(f"{what} is not well-formed JSON: {shown(error)}") from None
    if not isinstance(value, dict):
        raise Rejected(f"{what} is JSON, but not an object")
    return value


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {shown(next(key for key in keys if keys.count(key) > 1))} occurs twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def one_spelling(fields: Mapping[str, Any], what: str) -> None:
    """Refuse keys that differ only in case: Go programs, cosign among them, take them for the same key."""
    folded = [key.casefold() for key in fields]
    if len(set(folded)) != len(folded):
        raise Rejected(f"{what} has two keys that differ only in case")


def text_field(fields: Mapping[str, Any], key: str, what: str) -> str:
    """Get the text at `key`. Raises Rejected when there is none."""
    value = fields.get(key)
    if not isinstance(value, str):
        raise Rejected(f"{what} has no string at `{key}`")
    return value


def object_field(fields: Mapping[str, Any], key: str, what: str) -> dict[str, Any]:
    """Get the object at `key`. Raises Rejected when there is none."""
    value = fields.get(key)
    if not isinstance(value, dict):
        raise Rejected(f"{what} has no object at `{key}`")
    return value


def list_field(fields: Mapping[str, Any], key: str, what: str) -> list[Any]:
    """Get the list at `key`. Raises Rejected when there is none."""
    value = fields.get(key)
    if not isinstance(value, list):
        raise Rejected(f"{what} has no list at `{key}`")
    return value


def read_base64(text: str, what: str) -> bytes:
    """Decode base64, standard or URL-safe (DSSE 1.0 demands both), padded, canonical. Raises Rejected."""
    standard = text.translate(str.maketrans("-_", "+/"))
    mixed = standard != text and ("+" in text or "/" in text)
    try:
        decoded = base64.b64decode(standard.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Rejected(f"{what} is not base64") from None
    if mixed or base64.b64encode(decoded).decode() != standard:
        raise Rejected(f"{what} is not canonical base64: other characters would give the same bytes")
    return decoded


def read_pem(text: str, what: str) -> tuple[tuple[str, bytes], ...]:
    """Read the PEM blocks (RFC 7468) in `text` as (label, DER); nothing but white space may stand around them."""
    if len(text) > MAX_ANNOTATION:
        raise Rejected(f"{what} has {len(text)} characters; the limit is {MAX_ANNOTATION}")
    rest = text.lstrip()
    blocks: list[tuple[str, bytes]] = []
    while rest:
        found = _PEM.match(rest)
        if found is None:
            raise Rejected(f"{what} is not PEM, or has other content beside the PEM blocks")
        body = "".join(found[2].split())
        blocks.append((found[1], read_base64(body, what)))
        rest = rest[found.end() :]
    if not blocks:
        raise Rejected(f"{what} is empty; expected a PEM block")
    return tuple(blocks)
