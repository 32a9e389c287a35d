"""The page in a real browser: it breaks no policy, fits every width, and paper hides nothing."""

import re

import pytest

from promotion.report import page
from promotion.report.pytest_html import fix_pytest_html

from .conftest import WCAG

VISIBLE = """return [...page.querySelectorAll(".item")].filter(i => i.getClientRects().length).map(i => i.id)"""
WIDTH = """return [page.documentElement.scrollWidth, page.documentElement.clientWidth]"""
OUTSIDE = """
  const seen = [], walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const range = page.createRange(); range.selectNodeContents(node);
    const ours = node.parentElement.closest(".promotion");
    if (range.getClientRects().length && !ours && node.data.trim()) seen.push(node.data);
  }
  return seen"""
TICK = """page.getElementById("only-blocks").checked = true;"""


def test_the_policy_is_kept(browser, troubled):
    """Nothing on the page is refused by its policy; what somebody plants is."""
    drawn = page(troubled)
    assert browser.console(drawn) == []
    planted = drawn.replace("<h1>", '<h1 style="color:red">').replace("</main>", "<script>alert(1)</script></main>")
    assert len(browser.console(planted)) == 2


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_nothing_is_wider_than_the_screen(browser, troubled, width):
    """From a telephone to a wide screen nobody scrolls sideways, whatever stands in a field."""
    item = next(item for item in troubled["items"] if item["id"] == "alb-response-time")
    long = "x" * 400
    item["title"] += long
    item["subjects"][0].update(name=long, measured=long, message=long)
    troubled["evidence"]["dev_response_times"]["value"].update(
        {long: long, "table": [{"a": "y" * 80, "b": "z" * 80}] * 2}
    )
    troubled["evidence"]["dev_response_times"]["calls"][0].update(operation=long, request_id=long)
    scroll, client = browser.probe(page({**troubled, "service": long, "digest": long}), WIDTH, width=width)
    assert scroll <= client == width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "width"), [("troubled", 1400), ("during", 1400), ("troubled", 360)])
def test_axe_finds_nothing(browser, request, name, width, dark):
    """WCAG 2.2 A and AA, and axe-core's best practice, with every row open: no violation, in light and in dark."""
    assert browser.axe(page(request.getfixturevalue(name)), width=width, dark=dark) == []


def test_axe_finds_nothing_on_what_pytest_html_carries(browser, carried):
    """The file that people get keeps WCAG 2.2 A and AA, too."""
    assert browser.axe(fix_pytest_html(carried), width=1400, dark=False, rules=WCAG) == []


def test_axe_finds_what_is_wrong(browser, good):
    """Ink that is hard to read and a heading that is skipped are found: the check sees."""
    drawn = re.sub("--quiet:#[0-9a-f]{6}", "--quiet:#bbbbbb", page(good)).replace('lang="en"', "")
    found = browser.axe(drawn, width=1400, dark=False)
    assert {one.split()[0] for one in found} >= {"color-contrast", "html-has-lang"}


def test_the_filter_shows_what_blocks(browser, troubled):
    """With the box ticked only blocking items are seen; without it all are."""
    everything = browser.probe(page(troubled), VISIBLE, width=1200)
    assert len(everything) == len(troubled["items"])
    assert browser.probe(page(troubled), TICK + VISIBLE, width=1200) == [
        f"item-{item['id']}" for item in troubled["items"] if item["status"] in {"failed", "unknown", "pending"}
    ]


def test_paper_hides_nothing(browser, troubled):
    """Each sheet has the digest and its number, and a ticked filter takes no item from paper."""
    drawn = page(troubled)
    sheets = browser.print(drawn)
    for number, sheet in enumerate(sheets, 1):
        assert troubled["digest"] in sheet
        assert f"{number} / {len(sheets)}" in sheet
    text = "\n".join(sheets)
    passed = sum(item["status"] == "passed" for item in troubled["items"])
    assert len(re.findall(r"Passed$", text, re.MULTILINE)) >= passed
    assert browser.print(drawn.replace('id="only-blocks"', 'id="only-blocks" checked')) == sheets


def test_pytest_html_shows_nothing_of_its_own(browser, carried):
    """In the file that pytest-html writes, the fragment is all that is seen."""
    assert browser.probe(carried, OUTSIDE, width=1200) == []
    assert browser.probe(carried, WIDTH, width=360) == [360, 360]
