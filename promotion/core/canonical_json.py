"""How records are written: so that the same record has the same bytes and the same hash, always. Needs nothing else."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SCHEMA = "promotion-checklist/record/v1"


def canonical(tree: Any) -> str:
    """JSON with one way to write it: keys sorted, no spaces, no NaN (RFC 8785 for what records hold)."""
    return json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def record_text(record: Mapping[str, Any]) -> str:
    """The record as it is written: canonical, one line, with a final newline."""
    return canonical(record) + "\n"


def sha256(text: str) -> str:
    """Of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
