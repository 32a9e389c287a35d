"""Write what is in a promotion record as TOML. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from promotion.people.attestations import stamp_of
from promotion.people.promotion_record import Word


def value(thing: Any) -> str:
    """Write a value on one line: text, numbers, dates, lists, and mappings as inline tables (TOML 1.0)."""
    match thing:
        case bool():
            return str(thing).lower()
        case str():
            # A JSON string is a TOML one, but for U+007F, which only TOML wants escaped.
            return json.dumps(thing, ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | float():
            return repr(thing)
        case datetime() if thing.tzinfo is not None:
            return stamp_of(thing)
        case date():
            return thing.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{_key(key)} = {value(inner)}" for key, inner in thing.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(value(inner) for inner in thing) + "]"
    raise TypeError(f"TOML has no {type(thing).__name__}")


def word(said: Word) -> str:
    """Write a word as it is at the end of a promotion record."""
    fields = {
        "item": said.item,
        "digest": said.digest,
        "by": said.by,
        "at": said.at,
        "expires": said.expires,
        "statement": said.statement,
        **({"link": said.link} if said.link else {}),
    }
    lines = ["[[attestations]]", *(f"{name} = {value(thing)}" for name, thing in fields.items())]
    if said.signature:
        lines.append(f"signature = '''\n{said.signature.strip()}\n'''")
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)
