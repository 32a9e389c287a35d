"""Paper hides nothing, and each sheet says which image it is about."""

import re

from hypothesis import given
from hypothesis import strategies as st

from promotion.report.print_css import FILTERS, css_string
from promotion.report.style import stylesheet

from .sample import DIGEST

STYLE = stylesheet(DIGEST)


def blocks(style: str) -> list[tuple[str, str]]:
    """Take a style sheet apart: the at-rules around each, and its selector."""
    found, around, start = [], [], 0
    for match in re.finditer(r"[{}]", style):
        words = style[start : match.start()].strip().rpartition(";")[2].strip()
        start = match.end()
        if match[0] == "{":
            around.append(words)
            if not words.startswith("@"):
                found.append((" ".join(around[:-1]), words))
        else:
            around.pop()
    assert not around, "the braces do not match"
    return found


def test_filters_are_for_the_screen_only():
    """No rule that a tick-box governs stands outside `@media screen`: on paper it would hide items."""
    ticked = [(around, selector) for around, selector in blocks(STYLE) if ":checked" in selector]
    assert len(ticked) == 4
    assert {around for around, _ in ticked} == {"@media screen"}
    assert FILTERS in STYLE


def test_print_hides_no_item():
    """What is not printed is the tick-boxes and the arrows."""
    paper = STYLE[STYLE.index("@media print{") :]
    hidden = re.findall(r"([^{}]+)\{display:none\}", paper)
    assert [selector.strip() for selector in hidden] == [
        ".choices,.promotion summary.row::after,.proof>summary::before"
    ]


def test_each_sheet_has_digest_and_page_number():
    """A4, with the digest at the bottom left and the number of the page at the bottom right."""
    page = STYLE[STYLE.index("@page{") : STYLE.index("@media print")]
    assert "size:A4" in page
    assert f'@bottom-left{{content:"{DIGEST}"' in page
    assert '@bottom-right{content:counter(page) " / " counter(pages)' in page


def test_items_do_not_break_at_the_edge():
    """Rows, messages and the sign-off stay on one sheet, headings with what follows."""
    paper = STYLE[STYLE.index("@media print{") :]
    assert re.search(r"\.row,[^{}]*\.sign-off[^{}]*\{break-inside:avoid\}", paper)
    assert re.search(r":is\(h2,h3,summary[^{}]*\{break-after:avoid\}", paper)


@given(st.text(st.characters(exclude_categories=())))
def test_any_digest_is_one_css_string(text):
    """Nothing in the digest can end the string, the rule or the element."""
    written = css_string(text)
    assert re.fullmatch(r'"(?:[A-Za-z0-9:.-]|\\[0-9a-f]{1,6} )*"', written)
    decoded = re.sub(r"\\([0-9a-f]{1,6}) ", lambda m: chr(int(m[1], 16)), written[1:-1])
    assert decoded == text or decoded == f"{text[:100]}…"
