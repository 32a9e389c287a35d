"""Text from anywhere as text in GitHub Flavored Markdown. Pure."""

import re

from promotion.core.visible_text import shown

_PUNCTUATION = re.compile(r"[\\`*_\[\]<>|~$&]|:(?=//)|(?<=[Ww]{3})\.|^[-+=#]")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?= |$)")


def plain(words: str, limit: int) -> str:
    """Write text on one line, cut to so many characters, so that nothing in it is markup (CommonMark 0.31, 2.4).

    Nor is it what GitHub finds by itself: links, mathematics, and people after an @, which an empty comment parts from
    their name.
    """
    line = " ".join(shown(words).split())
    line = line if len(line) <= limit else f"{line[:limit]}…"
    line = _PUNCTUATION.sub(lambda match: f"\\{match[0]}", line)
    return _NUMBERED.sub(r"\1\\\2", line).replace("@", "@<!-- -->")
