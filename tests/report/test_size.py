"""A page of many items can still be sent and opened."""

import runpy
from pathlib import Path

from promotion.report import page

from .dom import read

RECORD = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "report.py"))["record"]


def test_five_hundred_items_stay_under_one_megabyte():
    """With evidence of a dozen fields, two subjects and three calls each."""
    html = page(RECORD(500))
    assert len(html.encode()) < 1_000_000
    assert len(read(html).all(cls="item")) == 500


def test_what_is_left_out_of_good_items_is_counted():
    """Evidence of good items gets shorter when there is much of it, and says so; what failed is shown in full."""
    root = read(page(RECORD(500)))
    assert "in record.json" in root.by_id("item-item-1").text
    assert "in record.json" not in root.by_id("item-item-10").text
