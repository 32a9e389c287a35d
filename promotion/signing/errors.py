"""Looked at, and it does not count."""

_SHOWN = 120
"""Characters of foreign text that a sentence may carry."""


class Rejected(Exception):  # noqa: N818 - it is not an error: it is a judgement
    """One candidate was looked at and does not count as a signature or attestation.

    `message` is one sentence: what was looked at, what was there, what was expected.
    """

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def shown(foreign: object) -> str:
    """Text from outside, quoted, in printable ASCII and short enough for a sentence."""
    text = ascii(str(foreign)[: _SHOWN + 1])
    return text if len(str(foreign)) <= _SHOWN else f"{text[:_SHOWN]}…'"
