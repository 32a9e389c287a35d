"""Text from the outside world, made harmless for a terminal."""

import unicodedata

_ACTS = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that do something to what stands around them: control, direction, line separators."""


def harmless(text: str) -> str:
    """The text with every character that would act on the terminal shown as its escape, on one line."""
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _ACTS else character
        for character in text
    )


def harmless_lines(text: str) -> str:
    """Text of several lines, each made harmless."""
    return "\n".join(harmless(line) for line in text.expandtabs().split("\n"))
