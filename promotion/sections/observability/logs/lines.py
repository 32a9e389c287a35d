"""What a line of a log is: Lambda's own or the application's, and the correlation id it carries. Pure.

Lambda's lines: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html (text), and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON: `type` is `platform.…`).
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from promotion.settings.expressions import evaluate

_PLATFORM = re.compile(
    r"(?:START|END|REPORT) RequestId: "
    r"|INIT_START Runtime Version: |INIT_REPORT Init Duration: |RESTORE_START |RESTORE_REPORT "
    r"|(?:EXTENSION|TELEMETRY|LOGS)\s+Name: "
    r"|\S+Z [0-9a-f-]{36} Task timed out after "
    r"|RequestId: [0-9a-f-]{36} (?:Error: |Process exited )"
)
_NODE = re.compile(r"\S+Z\t\S+\t[A-Z]+\t(?P<said>\{.*)", re.DOTALL)
"""How Lambda's Node.js runtime writes what `console.log` is given, in text format: time, request, level, text."""
_NO_ID = frozenset(
    {
        *("", "null", "none", "nil", "undefined", "unknown", "unset", "notset", "empty", "missing", "absent"),
        *(
            "na",
            "nan",
            "noid",
            "norequestid",
            "nocorrelationid",
            "notavailable",
            "notapplicable",
            "default",
            "tbd",
            "todo",
        ),
    }
)
"""What loggers and people write for want of an id, in letters alone: `N/A`, `<nil>`, `(not set)`, `no-id`."""
_PREFIX = re.compile(r"(?:root=)?1-|00-", re.IGNORECASE)
"""Of a trace id of X-Ray, and of a traceparent (https://www.w3.org/TR/trace-context/): nothing that would tell two apart."""
_LIKE_AN_ID = 4
"""From so many of `f` or `x` on, they are a placeholder."""


@dataclass(frozen=True)
class Line:
    """One event of a log, as far as it is judged here."""

    platform: bool
    """Whether the Lambda platform wrote it, and not the application."""
    structured: bool
    """Whether it is a JSON object."""
    correlation_id: str = field(repr=False)
    """Empty if it carries none. Whatever stands there, so that it may be anything: never recorded."""


def read_line(message: str, expression: str) -> Line:
    """Read an event's message. `expression` is the JMESPath expression that gives the id of a JSON line."""
    document = _document(message)
    if document is None:
        return Line(_PLATFORM.match(message) is not None, structured=False, correlation_id="")
    kind = document.get("type")
    if isinstance(kind, str) and kind.startswith("platform.") and isinstance(document.get("record"), dict):
        return Line(platform=True, structured=True, correlation_id="")
    try:
        found = evaluate(expression, document)
    except ValueError:  # a function of the expression met a value of another type: this line has no id there
        found = None
    return Line(platform=False, structured=True, correlation_id=_id(found))


def _document(message: str) -> dict[str, Any] | None:
    text = message.strip()
    if not text.startswith("{"):
        said = _NODE.fullmatch(text)
        if said is None:
            return None
        text = said["said"]
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _id(found: Any) -> str:
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    text = str(found).strip()
    return "" if _is_placeholder(text) else text


def _is_placeholder(text: str) -> bool:
    """Whether it stands where an id should: a word for none, zeros, `f` or `x` over and over.

    The nil and the max UUID (RFC 9562, 5.9 and 5.10) and a trace id of zeros are no ids, in the form of one.
    """
    if "".join(letter for letter in text.lower() if letter.isalnum()) in _NO_ID:
        return True
    told_apart = {letter for letter in _PREFIX.sub("", text, count=1).lower() if letter.isalnum()}
    return told_apart <= {"0"} or (told_apart in ({"f"}, {"x"}) and len(text) >= _LIKE_AN_ID)
