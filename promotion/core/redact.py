"""Keep secret values out of everything that is written down."""

import json
import re
from collections.abc import Callable, Mapping
from string import ascii_letters, digits
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
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9+/._~=-]{16,}",
    re.DOTALL,
)
_AFTER_HEADER = re.compile(r"\.eyJ[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]{10,}+")
"""Payload and signature of a JSON Web Token; what is before the first dot is its header, which begins with `eyJ`, too."""
_OF_TOKENS = frozenset(ascii_letters + digits + "_-")
_SHORTEST_HEADER = 13
_SHORTEST = 6
_CUT = "..."
"""What pytest puts in place of the middle of a value."""
_TOKEN = re.compile(r"[\w+/=.-]{12,}+")
"""What stands at a cut and may be a piece of a secret, if there is a digit in it."""


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
        return _SHAPES.sub(MASK, _without_web_tokens(text))

    def shown(self, text: str) -> str:
        """As `text`, for what pytest shows of values: it cuts long ones in the middle, and half a secret is one too."""
        before, *after = self.text(text).split(_CUT)
        parts = [before]
        for part in after:
            parts[-1] = self._without(parts[-1], str.endswith, lambda value, size: value[:size], _without_last)
            parts.append(self._without(part, str.startswith, lambda value, size: value[-size:], _without_first))
        return _CUT.join(parts)

    def _without(
        self,
        text: str,
        touches: Callable[[str, str], bool],
        piece: Callable[[str, int], str],
        without_token: Callable[[str], str],
    ) -> str:
        """The text without the piece of a secret that touches the cut, or of anything that looks like one."""
        for value in self._known:
            for size in range(min(len(value), len(text)), _SHORTEST - 1, -1):
                if touches(text, piece(value, size)):
                    text = text.replace(piece(value, size), MASK)
                    break
        return without_token(text)

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


# No regular expression here searches for something that begins anywhere and ends far away: such a search begins again at
# every character, and a text of an outsider's making would stop everything for as long as it takes.


def _without_web_tokens(text: str) -> str:
    """Mask JSON Web Tokens, in time that grows as the text does."""
    parts: list[str] = []
    done = seen = 0
    for found in _AFTER_HEADER.finditer(text):
        start = found.start()
        while start > seen and text[start - 1] in _OF_TOKENS:
            start -= 1
        seen = found.end()
        header = text.find("eyJ", start, found.start())
        if header < 0 or found.start() - header < _SHORTEST_HEADER:
            continue
        parts += [text[done:header], MASK]
        done = found.end()
    return "".join([*parts, text[done:]])


def _without_first(text: str) -> str:
    found = _TOKEN.match(text)
    return MASK + text[found.end() :] if found and any(one.isdigit() for one in found[0]) else text


def _without_last(text: str) -> str:
    found = _TOKEN.match(text[::-1])
    return text[: -found.end()] + MASK if found and any(one.isdigit() for one in found[0]) else text
