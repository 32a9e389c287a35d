"""What reads outside text takes time in proportion to it, whatever the text is: measured as a ratio, of this process alone."""

import time
from collections.abc import Callable

import pytest

from promotion.clients.http.command_tests import says_nothing_ran
from promotion.clients.oci.auth import challenges
from promotion.core.redact import Redactor
from promotion.engine.controller import _cause

REDACTOR = Redactor()
TIMES = 8
ALLOWED = 3 * TIMES
"""Eight times the text takes eight times as long, and 64 times if each character begins a search to the end."""
QUICK = 0.002
"""Seconds under which a measurement says nothing."""

READERS: dict[str, tuple[Callable[[str], object], list[str]]] = {
    "redaction": (
        REDACTOR.text,
        [
            "eyJ",
            "eyJaaaaaaaaaa.",
            ".eyJaaaaaaaaaa.bbbbbbbbbb ",
            "-----BEGIN ",
            "://a",
            "a:",
            "ghp_",
            "bearer ",
            "a" * 50 + ".",
        ],
    ),
    "redaction at a cut": (lambda text: REDACTOR.shown(f"{text}...{text}"), ["a", "a1", "+", "a."]),
    "challenges": (challenges, [" ", ",", "a", "a=", 'a="', "\\", 'a="\\', "a ,"]),
    "cause of a failure": (_cause, ["E", "\n", "E \n", "a.", "Error: ", "aError", "E   aError: \n"]),
    "tests of a command": (says_nothing_ran, ["0 ", "1 ", "1 skipped ", "checks.", "checks_a", "no test", "\n"]),
}


def took(read: Callable[[str], object], text: str) -> float:
    """The least of three, in seconds of this process."""
    found = []
    for _ in range(3):
        began = time.process_time()
        read(text)
        found.append(time.process_time() - began)
    return min(found)


@pytest.mark.parametrize(
    ("name", "piece"), [(name, piece) for name, (_, pieces) in READERS.items() for piece in pieces]
)
def test_time_grows_as_the_text_does(name, piece):
    """Of texts that are one piece over and over."""
    read, _ = READERS[name]
    small = piece * (4000 // len(piece))
    first = took(read, small)
    more = took(read, small * TIMES)
    assert more < max(ALLOWED * first, QUICK * TIMES), (first, more)
