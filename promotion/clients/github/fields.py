"""JSON that somebody else wrote, read field by field. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self, TypeVar

from promotion.unknown import Reason, Unknown

T = TypeVar("T")


class GitHubFields:
    """A JSON object. What is missing where it may be is None; what is of another type than it must be is malformed."""

    def __init__(self, answer: object, what: str) -> None:
        """`what` names the object in messages: `run 5 of example/shop`. Raises Unknown, malformed, if it is none."""
        if not isinstance(answer, dict):
            raise malformed(what, f"it is {_kind(answer)}, expected an object")
        self._fields: dict[str, Any] = answer
        self._what = what

    def text(self, name: str) -> str:
        """Read a text that must be there."""
        return self._there(name, self.text_if_any(name), "text")

    def text_if_any(self, name: str) -> str | None:
        """Read a text; None where there is none, or null."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        # JSON can hold halves of surrogate pairs; a record, which is UTF-8, cannot.
        return value.encode("utf-8", "replace").decode()

    def number(self, name: str) -> int:
        """Read a whole number that must be there."""
        return self._there(name, self.number_if_any(name), "whole number")

    def number_if_any(self, name: str) -> int | None:
        """Read a whole number; None where there is none, or null."""
        value = self._fields.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self._wrong(name, "whole number")

    def instant(self, name: str) -> datetime:
        """Read a date and time with a zone (ISO 8601) that must be there."""
        return self._there(name, self.instant_if_any(name), "date and time")

    def instant_if_any(self, name: str) -> datetime | None:
        """Read a date and time with a zone (ISO 8601); None where there is none, or null."""
        text = self.text_if_any(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self._wrong(name, "date and time") from None
        if moment.tzinfo is None:
            raise self._wrong(name, "date and time with a zone")
        return moment

    def flag(self, name: str) -> bool:
        """Read true or false; false where there is nothing."""
        value = self._fields.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self._wrong(name, "true or false")

    def part(self, name: str) -> Self:
        """Read an object; an empty one where there is none, or null."""
        value = self._fields.get(name)
        return type(self)({} if value is None else value, f"`{name}` of {self._what}")

    def parts(self, name: str) -> Iterator[Self]:
        """Read a list of objects; an empty one where there is none, or null."""
        value = self._fields.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise self._wrong(name, "list")
        for entry in value:
            yield type(self)(entry, f"an entry of `{name}` of {self._what}")

    def _there(self, name: str, value: T | None, kind: str) -> T:
        if value is None:
            raise self._wrong(name, kind)
        return value

    def _wrong(self, name: str, kind: str) -> Unknown:
        return malformed(self._what, f"at `{name}` it has {_kind(self._fields.get(name))}, expected {kind}")


def malformed(what: str, why: str) -> Unknown:
    """Give what to raise for something nobody can rely on."""
    return Unknown(Reason.MALFORMED, f"{what} cannot be parsed: {why}; check what sent it")


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return "nothing" if value is None else kinds.get(type(value), "a number")
