"""What people are told, and how a message is known again. Pure."""

from dataclasses import dataclass

SHORT = 12


@dataclass(frozen=True)
class Message:
    """One thing that is said once."""

    event: str
    """What it is about: `planned 2026-05-04T08:00Z`, `rolled back`. With the image it names the message."""
    digest: str
    title: str
    lines: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names this message wherever it is posted; a second one with the same key is not posted."""
        return f"promotion:{self.digest.removeprefix('sha256:')[:SHORT]}:{self.event.replace(' ', '-')}"

    @property
    def text(self) -> str:
        """As plain text, the key at its end."""
        return "\n".join((self.title, *self.lines, f"[{self.key}]"))


def speaks_of(text: str, digest: str, commit: str) -> bool:
    """Whether a message that a person wrote is about this image: by its digest's beginning, or its commit's."""
    words = [digest.removeprefix("sha256:")[:SHORT], *([commit[:SHORT]] if commit else [])]
    return any(word in text for word in words)
