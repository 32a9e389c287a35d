"""One piece of evidence as it is kept: frozen, dated, redacted, with the calls behind it."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError

from promotion.core.canonical_json import representable
from promotion.core.redact import Redactor
from promotion.evidence import Evidence
from promotion.unknown import Reason, Unknown


class Key(NamedTuple):
    """Names one look-up of a run."""

    name: str
    subject: str | None = None

    def __str__(self) -> str:
        return self.name if self.subject is None else f"{self.name}[{self.subject}]"


@dataclass(frozen=True)
class Entry:
    """What a look-up saw, or why it saw nothing."""

    seen: str
    """When, as a stamp."""
    value: Any
    """The JSON form of what was seen; None with `unknown`."""
    unknown: Mapping[str, str] | None
    """`reason` and `message` when nothing was seen."""
    calls: tuple[Mapping[str, str | None], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is in the record."""
        return {
            "seen": self.seen,
            "value": self.value,
            "unknown": None if self.unknown is None else dict(self.unknown),
            "calls": [dict(call) for call in self.calls],
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Entry":
        """Read what `as_json` wrote."""
        return cls(tree["seen"], tree["value"], tree["unknown"], tuple(tree["calls"]))

    def thaw(self, evidence: Evidence) -> Any:
        """What was seen, as its declared type. Raises the Unknown it was settled with."""
        if self.unknown is not None:
            raise Unknown(self.unknown["reason"], self.unknown["message"])
        try:
            return _adapter(evidence).validate_json(json.dumps(self.value))
        except ValidationError as mismatch:
            raise Unknown(Reason.MALFORMED, _does_not_fit(evidence, mismatch)) from None


def freeze(
    evidence: Evidence, value: Any, seen: str, calls: tuple[Mapping[str, str | None], ...], hide: Redactor
) -> Entry:
    """Keep a value. Raises Unknown when it is not of the declared type or does not survive JSON."""
    adapter = _adapter(evidence)
    try:
        tree = adapter.dump_python(value, mode="json", warnings="error")
        _raise_if_lossy(adapter.dump_python(value, warnings="error"), evidence)
    except (ValueError, TypeError) as mistake:
        raise Unknown(
            Reason.MALFORMED, f"what look-up {evidence.name} returned is not of its declared type: {_words(mistake)}"
        ) from None
    entry = Entry(seen, representable(hide.tree(tree)), None, calls)
    read_back = Entry(seen, representable(tree), None, calls).thaw(evidence)
    if type(read_back) is not type(value) or adapter.dump_python(read_back, mode="json") != tree:
        raise Unknown(
            Reason.MALFORMED,
            f"what look-up {evidence.name} returned changes when it is read back from the record: declare its exact type, "
            "no union of types with the same JSON form, and whole numbers beyond 2**53 as int or as text",
        )
    entry.thaw(evidence)
    return entry


def settle_unknown(unknown: Unknown, seen: str, calls: tuple[Mapping[str, str | None], ...], hide: Redactor) -> Entry:
    """Keep the reason why nothing was seen."""
    return Entry(seen, None, {"reason": str(unknown.reason), "message": hide.text(unknown.message)}, calls)


@cache
def _adapter(evidence: Evidence) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(evidence.value_type)
    except PydanticSchemaGenerationError as mistake:
        raise Unknown(
            Reason.ERROR, f"look-up {evidence.name} declares a type that cannot be recorded: {mistake}"
        ) from None


def _does_not_fit(evidence: Evidence, mismatch: ValidationError) -> str:
    first = mismatch.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the value"
    return f"what look-up {evidence.name} returned is not of its declared type: {place}: {first['msg']}"


def _words(mistake: Exception) -> str:
    """Pydantic says more than one line, and shows the value: what is expected is enough."""
    found = re.search(r"Expected `[^`]+`", str(mistake))
    return found[0].replace("`", "").lower() if found else type(mistake).__name__


def _raise_if_lossy(tree: Any, evidence: Evidence) -> None:
    """Unknown for what JSON would keep, but as something else: numbers that are none, keys that are no text, sets."""
    match tree:
        case float() if not math.isfinite(tree):
            what = f"contains a number that JSON does not have ({tree})"
        case Mapping() if not all(isinstance(key, str) for key in tree):
            what = "contains a mapping whose keys are not strings"
        case set() | frozenset():
            what = "contains a set, which has no order: return a sorted tuple"
        case _:
            inside = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list | tuple) else ()
            for inner in inside:
                _raise_if_lossy(inner, evidence)
            return
    raise Unknown(Reason.MALFORMED, f"what look-up {evidence.name} returned {what}")
