"""Read fields of JSON that somebody else wrote: the type that was expected, or Unknown("malformed") with the place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from promotion.signing.errors import Rejected, shown
from promotion.signing.wire import read_object
from promotion.unknown import Reason, Unknown

MOST_BYTES = 256 * 1024 * 1024
"""Of a document; an SBOM with every file of a big image takes some tens of megabytes."""

_KINDS = {
    type(None): "missing",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
_PLAIN = re.compile(r"[\w.:/@+~%=,$()\[\]-][\w.:/@+~%=,$()\[\] -]{0,118}", re.ASCII)
_DIGEST = re.compile(r"\bsha256(?::|-|%3a)([0-9a-f]{64})(?![0-9a-f])", re.IGNORECASE)
_LONGEST_SHOWN = 300


class SbomFields:
    """A JSON object. null is the same as absent; a value of another type than asked for is malformed.

    Go programs, who write most of these documents, do not mind the case of keys, so that `results` beside or instead of
    `Results` means one thing to them and another to us: keys in `spelled` are refused in another case.
    """

    __slots__ = ("_found", "_what", "_where")

    def __init__(self, found: Any, what: str, where: str = "", spelled: frozenset[str] = frozenset()) -> None:
        self._what, self._where = what, where
        if type(found) is not dict and not isinstance(found, Mapping):
            raise self.malformed(f"{where or 'the document'} is {_kind(found)}, expected an object")
        self._found: Mapping[str, Any] = found
        if spelled:
            self._refuse_other_cases(spelled)

    def _refuse_other_cases(self, spelled: frozenset[str]) -> None:
        folded = {key.casefold() for key in spelled}
        for key in self._found:
            if key not in spelled and isinstance(key, str) and key.casefold() in folded:
                raise self.malformed(f"{self.place(key)} is spelled in a case that the format does not have")

    def __contains__(self, key: str) -> bool:
        return self._found.get(key) is not None

    @property
    def content(self) -> Mapping[str, Any]:
        """The object itself."""
        return self._found

    def place(self, key: str) -> str:
        """Point at a field: `metadata.component`."""
        key = said(key)
        return f"{self._where}.{key}" if self._where else key

    def malformed(self, why: str) -> Unknown:
        """Give what to raise for this document."""
        return malformed(self._what, why)

    def _get(self, key: str, kind: type | tuple[type, ...], expected: str) -> Any:
        value = self._found.get(key)
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise self.malformed(f"{self.place(key)} is {_kind(value)}, expected {expected}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Get the text at `key`; without a default it must be there."""
        value = self._found.get(key)
        if type(value) is str:
            return value
        if value is None and default is not None:
            return default
        raise self.malformed(f"{self.place(key)} is {_kind(value)}, expected text")

    def number(self, key: str) -> int | None:
        """Get the whole number at `key`."""
        value: int | None = self._get(key, int, "a whole number")
        return value

    def flag(self, key: str) -> bool:
        """Get true or false at `key`; absent is false."""
        return bool(self._get(key, bool, "true or false"))

    def moment(self, key: str) -> datetime | None:
        """Get the instant (RFC 3339, or a datetime) at `key`, in UTC. Go's zero time is the same as absent."""
        value = self._get(key, (str, datetime), "a date and time")
        if value is None:
            return None
        found = _utc(value)
        if found is None:
            why = f"{self.place(key)} is {said(value)}, expected a date and time with a time zone (RFC 3339)"
            raise self.malformed(why)
        return None if found.year == 1 else found

    def sub(self, key: str, spelled: frozenset[str] = frozenset()) -> Self:
        """Get the object at `key`; an empty one if it is absent."""
        value = self._get(key, Mapping, "an object")
        return type(self)({} if value is None else value, self._what, self.place(key), spelled)

    def holds_list(self, key: str) -> bool:
        """Whether there is a list at `key`, where a format allows something else too."""
        return isinstance(self._found.get(key), list)

    def several(self, key: str) -> Sequence[Any]:
        """Get the list at `key`; an empty one if it is absent."""
        value = self._get(key, (list, tuple), "a list")
        found: Sequence[Any] = () if value is None else value
        return found

    def objects(self, key: str, spelled: frozenset[str] = frozenset()) -> Iterator[Self]:
        """Get the objects of the list at `key`, one by one."""
        place = self.place(key)
        for number, value in enumerate(self.several(key)):
            yield type(self)(value, self._what, f"{place}[{number}]", spelled)

    def texts(self, key: str) -> tuple[str, ...]:
        """Get the texts of the list at `key`."""
        values = self.several(key)
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise self.malformed(f"{self.place(key)}[{number}] is {_kind(value)}, expected text")
        return tuple(values)


def read_fields(raw: bytes | str, what: str) -> Mapping[str, Any]:
    """Read a JSON object of at most 256 MiB.

    Unknown("malformed") for anything else, and for what has more than one meaning: a key given twice, NaN.
    """
    try:
        return read_object(raw.encode() if isinstance(raw, str) else raw, what, limit=MOST_BYTES)
    except UnicodeEncodeError:
        raise malformed(what, "it is not Unicode text") from None
    except Rejected as rejected:
        raise malformed(what, rejected.message) from None


def malformed(what: str, why: str) -> Unknown:
    """Give what to raise for a document nobody can rely on."""
    return Unknown(
        Reason.MALFORMED, f"{what} cannot be parsed: {why}; create it again, and check the tool that wrote it"
    )


def said(foreign: object) -> str:
    """Text from outside as it may be in a sentence: short, printable, and quoted where it is not plain.

    Nothing stays nothing.
    """
    text = str(foreign)[:_LONGEST_SHOWN]
    return text if not text or _PLAIN.fullmatch(text) else shown(text)


def digests_in(*texts: str) -> tuple[str, ...]:
    """Find every SHA-256 digest written out in some texts, in lower case, each once: `sha256:…`, `sha256-…`."""
    return tuple(dict.fromkeys(f"sha256:{found.lower()}" for text in texts for found in _DIGEST.findall(text)))


def _utc(value: str | datetime) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _kind(value: object) -> str:
    return next((words for kind, words in _KINDS.items() if type(value) is kind), type(value).__name__)
