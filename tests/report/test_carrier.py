"""pytest-html carries the fragment, and nothing of its own is seen."""

from promotion.report import fragment
from promotion.report.pytest_html import fix_pytest_html


def test_the_fragment_is_carried_word_for_word(carried, troubled):
    """The file that pytest-html writes holds the fragment unchanged."""
    assert fragment(troubled) in carried


def test_the_carrying_page_says_its_language(carried):
    """pytest-html's template names none; nothing else of the page changes."""
    assert carried.count("<html>") == 1
    assert fix_pytest_html(carried) == carried.replace("<html>", '<html lang="en">')


def test_every_part_of_pytest_html_is_hidden(carried, troubled):
    """Each thing that pytest-html would show beside the fragment is named by the fragment's style."""
    style = fragment(troubled).partition("<style>")[2].partition("</style>")[0]
    hidden = next(rule for rule in style.split("}") if rule.endswith("{display:none") and "#results-table" in rule)
    body = carried.replace(fragment(troubled), "")
    for part, selector in (
        ('<h1 id="title">', "#title"),
        ("<p>Report generated on", "body>p"),
        ('id="environment-header"', "#environment-header"),
        ('<table id="environment">', "#environment"),
        ("<h2>Summary</h2>", ".summary__data>h2"),
        ('<p class="run-count">', ".run-count"),
        ('<p class="filter">', ".filter"),
        ('<div class="controls">', ".controls"),
        ('<table id="results-table">', "#results-table"),
    ):
        assert part in body, "pytest-html has changed: see what it shows now"
        assert selector in hidden.replace("\n", "").partition("{")[0].split(",")
