"""Where `${NAME}` comes from, and how it is kept out of what is written down."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from promotion.unknown import Reason, Unknown

_BLANK = re.compile(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")
_LONGEST = 2000


@dataclass(frozen=True)
class Secrecy:
    """The environment that `${NAME}` is read from, and the redactor that every value read is added to."""

    environ: Mapping[str, str] = field(repr=False)
    secret: Callable[[str], None] = field(repr=False)
    """Told each value that must never be written down, before it is used."""
    redact: Callable[[str], str] = field(repr=False)
    """Masks those values in a text."""

    def variable(self, name: str) -> str:
        """Read an environment variable, from now on a secret. Raises Unknown, not-declared, if it is unset or empty.

        Empty counts as unset: that is what a pipeline makes of a secret that does not exist.
        """
        value = self.environ.get(name, "")
        if not value:
            raise Unknown(
                Reason.NOT_DECLARED,
                f"promotion.toml uses ${{{name}}}, but the environment variable {name} is not set or is empty: "
                "set it where the gate runs",
            )
        self.hide(value)
        return value

    def hide(self, value: str) -> None:
        """Tell the redactor of a secret: as it is, without the line break at its end, and as JSON writes it."""
        value = _writable(value)
        bare = value.strip()
        for form in {value, bare, *(json.dumps(bare, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))}:
            self.secret(form)

    def clean(self, text: str, longest: int = _LONGEST) -> str:
        """Give the text without secrets, on one line, at most this many characters. Redacted first, then cut."""
        shown = _BLANK.sub(" ", self.redact(_writable(text))).strip()
        return shown if len(shown) <= longest else shown[: longest - 1] + "…"

    def clean_value(self, value: Any) -> Any:
        """Give a JSON value without secrets. One longer than 2000 characters of JSON becomes its beginning."""
        cleaned = self._cleaned(value)
        written = json.dumps(cleaned, ensure_ascii=False)
        return cleaned if len(written) <= _LONGEST else written[: _LONGEST - 1] + "…"

    def show(self, value: Any) -> str:
        """Write a JSON value inside a sentence: without secrets, at most 120 characters."""
        return self.clean(json.dumps(self._cleaned(value), ensure_ascii=False), 120)

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(_writable(value))
        if isinstance(value, Mapping):
            return {self._cleaned(str(key)): self._cleaned(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._cleaned(inner) for inner in value]
        return value


def _writable(text: str) -> str:
    """Replace halves of surrogate pairs: JSON text can hold them, and variables of other bytes do; UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
