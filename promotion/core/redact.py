"""Keep secret values out of everything that is written down."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

MASK = "[redacted]"

# Shapes that are secrets whoever holds them, from the vendors' published formats; kept narrow, because what is
# judged is what is left after this. They may begin anywhere: behind the `n` of an escaped line end, for one.
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?:AKIA|ASIA)[A-Z2-7]{16}\b"
    r"|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}"
    r"|xox[abposr]-[A-Za-z0-9-]{10,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9+/._~=-]{16,}",
    re.DOTALL,
)
_SHORTEST = 6
_CUT = "..."
"""What pytest puts in place of the middle of a value."""
_LAST_TOKEN = re.compile(r"(?=[\w+/=.-]*\d)[\w+/=.-]{12,}\Z")
_FIRST_TOKEN = re.compile(r"\A(?=[\w+/=.-]*\d)[\w+/=.-]{12,}")


class Redactor:
    """Replaces known secret values and well-known secret shapes by a mask. It never shows what it knows."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} values)"

    def __reduce__(self) -> str:
        raise TypeError("a Redactor holds secrets and stays in its process")

    def add(self, value: str) -> None:
        """Remember a secret value: as it is, and as it looks in a URL, in JSON, and in what Python shows of it.

        Values under six characters are too common to be hidden wherever they occur.
        """
        for part in (value, *value.splitlines()):  # whoever prints text of several lines may indent them
            if len(part) >= _SHORTEST:
                self._known |= {part, quote(part, safe=""), json.dumps(part)[1:-1], repr(part)[1:-1]}

    def text(self, text: str) -> str:
        """The text without secrets."""
        for value in sorted(self._known, key=len, reverse=True):
            text = text.replace(value, MASK)
        return _SHAPES.sub(MASK, text)

    def shown(self, text: str) -> str:
        """As `text`, for what pytest shows of values: it cuts long ones in the middle, and half a secret is one too."""
        before, *after = self.text(text).split(_CUT)
        parts = [before]
        for part in after:
            parts[-1] = self._without(parts[-1], str.endswith, lambda value, size: value[:size], _LAST_TOKEN)
            parts.append(self._without(part, str.startswith, lambda value, size: value[-size:], _FIRST_TOKEN))
        return _CUT.join(parts)

    def _without(
        self,
        text: str,
        touches: Callable[[str, str], bool],
        piece: Callable[[str, int], str],
        token: re.Pattern[str],
    ) -> str:
        """The text without the piece of a secret that touches the cut, or of anything that looks like one."""
        for value in self._known:
            for size in range(min(len(value), len(text)), _SHORTEST - 1, -1):
                if touches(text, piece(value, size)):
                    text = text.replace(piece(value, size), MASK)
                    break
        return token.sub(MASK, text)

    def tree(self, value: Any) -> Any:
        """A JSON value with every string in it redacted, keys too."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return self._mapping(value)
            case list() | tuple():
                return [self.tree(inner) for inner in value]
        return value

    def _mapping(self, value: Mapping[Any, Any]) -> dict[str, Any]:
        """No entry is lost where two keys look alike once they are redacted: it might be the one that is wrong."""
        redacted: dict[str, Any] = {}
        for key, inner in value.items():
            hidden = self.text(str(key))
            number = 2
            while hidden in redacted:
                hidden = f"{self.text(str(key))} {number}"
                number += 1
            redacted[hidden] = self.tree(inner)
        return redacted
