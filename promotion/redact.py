"""Keep secret values out of everything that is written down."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

MASK = "[redacted]"

# Shapes that are secrets whoever holds them, from the vendors' published formats; kept narrow, because what is
# judged is what is left after this.
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b"
    r"|\bxox[abposr]-[A-Za-z0-9-]{10,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9+/._~=-]{16,}",
    re.DOTALL,
)
_SHORTEST = 6


class Redactor:
    """Replaces known secret values and well-known secret shapes by a mask. It never shows what it knows."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} values)"

    def __reduce__(self) -> str:
        raise TypeError("a Redactor holds secrets and stays in its process")

    def add(self, value: str) -> None:
        """Remember a secret value, as it is and as it looks inside a URL. Values under six characters are too common."""
        if len(value) >= _SHORTEST:
            self._known |= {value, quote(value, safe="")}

    def text(self, text: str) -> str:
        """The text without secrets."""
        for value in sorted(self._known, key=len, reverse=True):
            text = text.replace(value, MASK)
        return _SHAPES.sub(MASK, text)

    def tree(self, value: Any) -> Any:
        """A JSON value with every string in it redacted, keys too."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(str(key)): self.tree(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self.tree(inner) for inner in value]
        return value
