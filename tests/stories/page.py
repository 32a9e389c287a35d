"""What a reader of a page sees: its words, without what is folded up or drawn."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path


@dataclass(frozen=True)
class Words:
    """The text of a page."""

    text: str

    def has(self, *parts: str) -> bool:
        """Whether all of these stand there, in this order."""
        return re.search(".*?".join(map(re.escape, parts)), self.text) is not None


def words_of(page: Path) -> Words:
    """Read a page's text, its tags and style left out."""
    body = re.sub(r"(?s)<(style|svg|title)\b.*?</\1>", " ", page.read_text(encoding="utf-8"))
    return Words(" ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split()))
