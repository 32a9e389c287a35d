"""Issues of GitHub, as they are read and as they are to be opened. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from promotion.clients.github.fields import GitHubFields


@dataclass(frozen=True)
class Ticket:
    """An issue about an image that was taken back."""

    number: int
    link: str
    state: str
    """`open` or `closed`."""
    title: str = ""
    assignees: tuple[str, ...] = ()
    """Logins."""
    closed_as: str = ""
    """`state_reason`: `completed`, `not_planned`, `duplicate`; empty where GitHub says nothing."""

    @classmethod
    def parse(cls, answer: object, what: str) -> "Ticket":
        """Read an issue. Raises Unknown, malformed."""
        fields = GitHubFields(answer, what)
        return cls(
            fields.number("number"),
            fields.text("html_url"),
            fields.text("state"),
            fields.text_if_any("title") or "",
            tuple(one.text("login") for one in fields.parts("assignees")),
            fields.text_if_any("state_reason") or "",
        )


@dataclass(frozen=True)
class Draft:
    """An issue that is to be there once. Its texts may hold what strangers wrote, and are posted as text."""

    key: str
    """Names the act, and stands in the issue's text."""
    what: str
    """What the receipt says: `incident ticket opened`."""
    title: str
    lines: Sequence[str]
    labels: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    """Words and addresses of http or https, after the lines."""
