"""Lists of words and of sentences, put into one sentence."""

from collections.abc import Iterable, Sequence


def join(sentences: Sequence[str], most: int = 4) -> str:
    """The first few sentences as one, and how many more there are: `a is missing; b is missing; and 3 more`."""
    shown = "; ".join(sentences[:most])
    return shown if len(sentences) <= most else f"{shown}; and {len(sentences) - most} more"


def join_words(words: Sequence[str]) -> str:
    """A list in words: `a, b and c`."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def first_of(words: Iterable[str], count: int, most: int = 3) -> str:
    """The first of `count` words, and how many more there are: `a, b, c and 2 more`. Reads no more than it shows."""
    shown = [text for text, _ in zip(words, range(most), strict=False)]
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")


def pluralize(number: int, one: str, many: str) -> str:
    """`1 item failed`, `3 items failed`: the number and the form that goes with it."""
    return f"{number} {one if number == 1 else many}"
