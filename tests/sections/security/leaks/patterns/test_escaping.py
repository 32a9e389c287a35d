"""An expression meets its text however a log has escaped it."""

import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.security.leaks.patterns.engine import matchers
from promotion.sections.security.leaks.patterns.escaping import armoured
from promotion.sections.security.leaks.patterns.rule_files import read
from promotion.sections.security.leaks.patterns.syntax import write

WRITERS = {
    "json": lambda text: json.dumps(text)[1:-1],
    "json of PHP": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "json for HTML": lambda text: "".join(
        f"\\u{ord(char):04X}" if char in "<>&='+`" else json.dumps(char)[1:-1] for char in text
    ),
    "url": lambda text: quote(text, safe=""),
    "path": quote,
    "html": html.escape,
    "python": lambda text: repr(text)[1:-1],
    "plain": lambda text: text,
}
TEXT = st.text("abz09-_.~\"'/=+&<>:@;,!#$%?|^(){}[] \n\t", min_size=1, max_size=16)


def meets(expression: str, text: str) -> bool:
    return matchers(fast=False)(write(armoured(read(expression)))).search(text.encode()) is not None


def literal(text: str) -> str:
    return "".join(char if char.isalnum() else f"\\x{ord(char):02x}" for char in text)


@given(TEXT, st.lists(st.sampled_from(sorted(set(WRITERS) - {"html"})), max_size=2))
def test_a_text_is_met_after_any_two_writers(text, writers):
    """One writer after the other, and the text is still found."""
    written = text
    for writer in writers:
        written = WRITERS[writer](written)
    assert meets(literal(text), written), (writers, written)


@given(TEXT)
def test_a_text_is_met_in_html(text):
    """Character references stand for quotes, ampersands and brackets."""
    assert meets(literal(text), html.escape(text))


@pytest.mark.parametrize("before", ["", " ", '"', "\n", "\t", "=", "é", "line\n", "\x1b[31m", "a/", "\\"])
@pytest.mark.parametrize(
    "writers", [[], ["json"], ["json", "json"], ["url"], ["json", "url"], ["json for HTML"]], ids=str
)
@pytest.mark.parametrize("start", [r"\b", "(?:^|[^a-z])", r"(?:\b|x)"])
def test_a_word_begins_after_an_escape(before, writers, start):
    """A line break that was escaped ends in a letter, and the word begins right after it all the same."""
    written = before + "token"
    for writer in writers:
        written = WRITERS[writer](written)
    assert meets(start + "token", written), written


def test_a_word_that_goes_on_is_another():
    """Nothing begins within a word."""
    assert not meets(r"\btoken", "mytoken n_token")
