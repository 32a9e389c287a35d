"""A page for each verdict is kept as a file, so that a review shows what a change does to it.

    PROMOTION_UPDATE_GOLDEN=1 pytest -c tests/pytest.toml tests/report/test_golden.py

writes them anew. They can be opened in a browser. They differ from the pages in three things only: each element begins a
line, the style that all of them share is a file of its own, and the policy that would forbid that is left out.
"""

import os
import re
from pathlib import Path

import pytest

from promotion.report import page

FOLDER = Path(__file__).with_name("golden")
PAGES = {
    "go": "good",
    "no-go": "troubled",
    "hold-for-people": "waiting",
    "hold-broken-off": "broken_off",
    "no-go-during-rollout": "during",
    "hold-after-deployment": "afterwards",
}
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def taken_apart(html: str) -> tuple[str, str]:
    """The page as it is kept, and its style."""
    (style,) = STYLE.findall(html)
    kept, policies = POLICY.subn("", STYLE.sub('<link rel="stylesheet" href="style.css">', html))
    assert policies == 1
    return re.sub(r">(?=<(?!/))", ">\n", kept), style


def compared(path: Path, text: str) -> None:
    """Compare with the kept file, or write it if that was asked for."""
    if os.environ.get("PROMOTION_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    kept = path.read_bytes().decode() if path.exists() else ""
    # Not as one comparison of two texts of 100 kB: the first line that differs says more.
    for number, (was, now) in enumerate(zip(kept.split("\n"), text.split("\n"), strict=False), 1):
        assert now == was, f"{path.name}, line {number}: look at the difference, then PROMOTION_UPDATE_GOLDEN=1"
    assert len(text) == len(kept), f"{path.name} is longer or shorter: look at it, then PROMOTION_UPDATE_GOLDEN=1"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_it_was_reviewed(name, request):
    """Not a byte of the page changes unseen."""
    html, _ = taken_apart(page(request.getfixturevalue(PAGES[name])))
    compared(FOLDER / f"{name}.html", html)


def test_the_style_is_as_it_was_reviewed(good, during):
    """All pages of an image have the same style."""
    _, style = taken_apart(page(good))
    assert taken_apart(page(during))[1] == style
    compared(FOLDER / "style.css", style)


def test_every_kept_page_is_one_of_these():
    """A file that nothing compares is not kept."""
    assert {path.name for path in FOLDER.iterdir()} == {*(f"{name}.html" for name in PAGES), "style.css"}
