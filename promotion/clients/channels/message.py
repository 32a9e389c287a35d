"""What people are told, and how a message is known again. Pure."""

import re
from dataclasses import dataclass

SHORT = 12
VERDICT = "verdict"
"""What the events of messages about a verdict begin with."""
_AT_ITS_END = re.compile(r"\[(promotion:[^\s\[\]]+)\]\s*\Z")


@dataclass(frozen=True)
class Message:
    """One thing that is said once.

    Its texts may hold what strangers wrote: each channel writes them so that they are text there, and nothing else.
    """

    event: str
    """What it is about: `planned 2026-05-04T08:00Z`, `rolled back`. With the image it names the message."""
    digest: str
    title: str
    lines: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Words and addresses of pages that say more. The addresses are of http or https."""
    series: str = ""
    """What its event begins with, where a later message of the same series takes an earlier one back: only the last one
    counts, and one that another has followed is said again."""

    @property
    def key(self) -> str:
        """Names this message wherever it is posted; a second one with the same key is not posted."""
        return f"{self._image}{self.event.replace(' ', '-')}"

    @property
    def text(self) -> str:
        """As plain text, the key at its end."""
        links = (f"{words}: {address}" for words, address in self.links)
        return "\n".join((self.title, *self.lines, *links, f"[{self.key}]"))

    def same_series(self, key: str) -> bool:
        """Whether a key is of a message of this one's series, about the same image."""
        return bool(self.series) and key.startswith(f"{self._image}{self.series.replace(' ', '-')}-")

    @property
    def _image(self) -> str:
        return f"promotion:{self.digest.removeprefix('sha256:')[:SHORT]}:"


def key_at_its_end(text: str) -> str:
    """Give the key that a posted text ends with; empty if it ends with none. What stands further up may be quoted."""
    found = _AT_ITS_END.search(text)
    return found[1] if found else ""


def tells_verdict(key: str) -> bool:
    """Whether a message, or its receipt, is about the verdict of a run, and not about what was done."""
    return key.partition(":")[2].partition(":")[2].startswith(f"{VERDICT}-")


def speaks_of(text: str, digest: str, commit: str) -> bool:
    """Whether a message that a person wrote is about this image: by its digest's beginning, or its commit's."""
    words = [digest.removeprefix("sha256:")[:SHORT], *([commit[:SHORT]] if commit else [])]
    return any(word in text for word in words)
