"""The pieces of a secret value by which it is known even where a log has cut it off.

A piece must be long enough to be in no other text by chance. How far one may trust that is measured in bits: what it
would take to guess it, were each character drawn from the kinds of characters there are in it.
"""

import math
import re
from collections.abc import Iterable, Iterator

from promotion.sections.security.leaks.encodings import once, twice
from promotion.sections.security.leaks.known_material import material

SHORTEST = 8
"""Bytes. A value shorter than this is in every log by chance."""
_ENOUGH, _ENOUGH_ALONE = 48.0, 44.0
"""Bits that a piece must have, of which there are many, and a whole short value, of which there is one."""
_LENGTH = 10
"""Characters of a piece that has enough bits."""
_KINDS = tuple(
    (re.compile(pattern), size)
    for pattern, size in ((r"[a-z]", 26), (r"[A-Z]", 26), (r"[0-9]", 10), (r"[^a-zA-Z0-9]", 33))
)
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_DIFFERENT = 5
"""Different characters in a piece: nothing is told from a row of zeros."""
_STEPS = ((3, 100), (12, 30))
"""How far apart pieces begin and how many there are at most: written in one encoding, and in one within another."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_COMMON = f"{_ALPHABET}{_ALPHABET}01234567890123456789abcdefghij qwertyuiopasdfghjklzxcvbnm 9876543210 fedcba9876543210"


def needles(value: bytes, public: Iterable[bytes] = ()) -> dict[bytes, str]:
    """Every text to search for, in lower case, with how the value is written there; empty if it is not to be found.

    A piece of 12 characters (of 13 letters of one case, of 14 hexadecimal digits, of 17 decimal ones, of 1/100 of a long
    value) is found as it is and in one encoding; of 21 (22, 23, 26, 1/30) in one within another. `public` are texts that may be
    in a log: what is in them is not searched for.
    """
    found: dict[bytes, str] = {}
    known = [_squeezed(text.lower()) for text in (_COMMON.encode(), *public)]
    for part in material(value):
        single, double = (list(_pieces(part, step, most, known)) for step, most in _STEPS)
        single = single or list(_whole(part, known))
        double = double or single
        for piece in single:
            for text, form in once(piece).items():
                found.setdefault(text.lower(), form)
        for piece in double:
            for text, form in twice(piece).items():
                found.setdefault(text.lower(), form)
    return found


def _pieces(part: bytes, step: int, most: int, known: list[bytes]) -> Iterator[bytes]:
    text = _text(part)
    starts = set(range(0, len(text), max(step, -(-len(text) // most))))
    # The last piece too, where the steps do not come to the end.
    last = next((at for at in range(len(text) - _LENGTH, -1, -1) if _end(text, at)), 0)
    for start in sorted({*starts, last}):
        end = _end(text, start)
        if end is not None and _is_own(piece := _bytes(text[start:end]), known):
            yield piece


def _end(text: str, start: int) -> int | None:
    """Where a piece that begins here has enough bits; None if the text ends before."""
    for end in range(start + _LENGTH, len(text) + 1):
        piece = text[start:end]
        if _bits(piece) >= _ENOUGH and len(set(piece.lower())) >= _DIFFERENT:
            return end
    return None


def _whole(part: bytes, known: list[bytes]) -> Iterator[bytes]:
    text = _text(part)
    if len(part) < SHORTEST or _bits(text) < _ENOUGH_ALONE or len(set(text.lower())) < _DIFFERENT:
        return
    if _is_own(part, known):
        yield part


def _is_own(piece: bytes, known: list[bytes]) -> bool:
    squeezed = _squeezed(piece.lower())
    return not any(squeezed in text for text in known)


def _squeezed(text: bytes) -> bytes:
    """Without white space: a key in PEM is broken into lines anywhere."""
    return b"".join(text.split())


def _bits(text: str) -> float:
    if _HEX.fullmatch(text):
        size = 10 if text.isdigit() else 16
    else:
        size = sum(number for pattern, number in _KINDS if pattern.search(text))
    return len(text) * math.log2(size) if size else 0.0


def _text(part: bytes) -> str:
    """Give its characters; bytes that are no text, one by one, so that no character is cut in two."""
    return part.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
